"""The language of a subscriber's mails. Everybody who has subscribed so far got English ones."""

from django.db import migrations, models

from web.languages import language_choices


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0008_mailbox_of_mail")]
    operations = [
        migrations.AddField(
            "subscriber",
            "language",
            models.CharField(
                max_length=12,
                choices=language_choices,
                default="en",
                db_default="en",
                help_text="Of their mails.",
            ),
        ),
    ]
