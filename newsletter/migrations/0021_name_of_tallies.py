"""Tallies have one name in the admin; no column changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0020_edition_card")]

    operations = [
        migrations.AlterModelOptions(
            name="tally",
            options={
                "ordering": ["edition_id", "state", "reason", "slot"],
                "verbose_name_plural": "tallies",
            },
        ),
    ]
