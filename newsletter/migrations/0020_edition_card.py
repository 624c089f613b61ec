"""The pictures beside links to editions: see newsletter/editions/cards."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0019_index_of_explored")]

    operations = [
        migrations.CreateModel(
            name="EditionCard",
            fields=[
                (
                    "edition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="card",
                        serialize=False,
                        to="newsletter.edition",
                    ),
                ),
                ("png", models.BinaryField()),
                ("drawn_at", models.DateTimeField()),
            ],
            options={"ordering": ["-edition_id"]},
        ),
    ]
