"""Papers to look up have one name in the admin and in a reader's data; no column changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0018_liked_kinds")]

    operations = [
        migrations.AlterModelOptions(
            name="seedrequest",
            options={
                "ordering": ["-asked_at", "-id"],
                "verbose_name": "paper to look up",
                "verbose_name_plural": "papers to look up",
            },
        ),
    ]
