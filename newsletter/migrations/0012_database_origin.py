"""In which database the data was written, so that a restored backup is noticed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0011_edition_awaited_since")]
    operations = [
        migrations.CreateModel(
            name="DatabaseOrigin",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="Cluster, database and table, by their ids.", max_length=80
                    ),
                ),
                (
                    "restored_at",
                    models.DateTimeField(
                        help_text="When a restored backup was noticed; nothing is sent while set.",
                        null=True,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="database_origin_once"
                    )
                ],
            },
        ),
    ]
