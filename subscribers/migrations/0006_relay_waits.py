"""Attempts that the mail server's fault ended do not count, and its fault holds all such mails."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0005_soft_bounces")]
    operations = [
        migrations.AddField(
            "transactionalmail",
            "uncounted",
            models.PositiveSmallIntegerField(
                default=0,
                db_default=0,
                help_text="How many of them failed by the mail server's fault: they end no mail.",
            ),
        ),
        migrations.AddField(
            "transactionalmail",
            "waits_for_relay",
            models.BooleanField(
                default=False,
                db_default=False,
                help_text="It waits until the mail server works again.",
            ),
        ),
    ]
