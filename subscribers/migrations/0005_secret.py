"""A random secret for each subscriber, which their links depend on, and the request for a new link.

Subscribers who exist already get a secret each (the default is computed for each row), and may use
the links of mails sent before.
"""

import uuid

import django.contrib.postgres.functions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0004_one_spelling")]
    operations = [
        migrations.AddField(
            "subscriber",
            "secret",
            models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                help_text="Makes their links; never shown, exported or logged.",
            ),
        ),
        migrations.AddField(
            "subscriber", "has_old_links", models.BooleanField(db_default=True, editable=False)
        ),
        migrations.AlterField(
            "subscriber",
            "has_old_links",
            models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Signed up before links depended on the secret; such links still work.",
            ),
        ),
        migrations.AlterField(
            "consententry",
            "step",
            models.CharField(
                choices=[
                    ("requested", "asked for the digest"),
                    ("link", "asked for a new link"),
                    ("confirmed", "confirmed by the mailed link"),
                    ("changed", "changed preferences"),
                    ("unsubscribed", "unsubscribed"),
                    ("one_click", "unsubscribed by one click"),
                    ("suppressed", "suppressed"),
                    ("imported", "imported by an operator"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            "transactionalmail",
            "kind",
            models.CharField(
                choices=[
                    ("confirm", "confirm your address"),
                    ("manage", "you are subscribed already"),
                    ("link", "a new link to the preferences"),
                ],
                max_length=8,
            ),
        ),
    ]
