"""The pictures beside links to papers: see papers/cards."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0023_written_summary")]

    operations = [
        migrations.CreateModel(
            name="ShareCard",
            fields=[
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="share_card",
                        serialize=False,
                        to="papers.paper",
                    ),
                ),
                ("png", models.BinaryField()),
                (
                    "version",
                    models.CharField(
                        help_text="Of the drawing and the texts on it: another one is drawn again.",
                        max_length=40,
                    ),
                ),
                ("drawn_at", models.DateTimeField(db_index=True)),
            ],
            options={"ordering": ["-drawn_at", "paper_id"]},
        ),
    ]
