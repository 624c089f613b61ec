"""What an archived delivery keeps of its digest, so that its links are told from another mail's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0013_cut_addresses")]
    operations = [
        migrations.AddField(
            "archiveddelivery",
            "renderer",
            models.CharField(
                blank=True, db_default="1", help_text="Version of the renderer.", max_length=20
            ),
        ),
        migrations.AddField(
            "archiveddelivery",
            "dated_at",
            models.DateTimeField(
                blank=True,
                help_text="The message's Date header; empty: never sent, or unknown.",
                null=True,
            ),
        ),
    ]
