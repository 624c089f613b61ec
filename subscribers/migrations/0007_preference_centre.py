"""What a reader does on their own page: pause, change the address, renew the feed, save papers.

Columns that are empty for everybody, so no table is written again.
"""

import django.db.models.deletion
from django.db import migrations, models

STEPS = [
    ("requested", "asked for the digest"),
    ("link", "asked for a new link"),
    ("confirmed", "confirmed by the mailed link"),
    ("changed", "changed preferences"),
    ("unsubscribed", "unsubscribed"),
    ("one_click", "unsubscribed by one click"),
    ("suppressed", "suppressed"),
    ("imported", "imported by an operator"),
    ("paused", "paused the digests"),
    ("resumed", "ended the pause"),
    ("returned", "took the unsubscription back"),
    ("move_asked", "asked for another address"),
    ("moved", "confirmed the new address"),
    ("moved_back", "took the change of address back"),
]
KINDS = [
    ("confirm", "confirm your address"),
    ("manage", "you are subscribed already"),
    ("link", "a new link to the preferences"),
    ("address", "confirm your new address"),
    ("in_use", "the new address gets a digest already"),
    ("moved", "your digest goes to another address"),
]
REASONS = [
    ("soft_bounces", "no delivery, again and again"),
    ("hard_bounce", "hard bounce"),
    ("complaint", "complaint"),
    ("reader", "asked for by the reader"),
    ("operator", "set by an operator"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0020_seed_families"),
        ("subscribers", "0006_soft_bounces"),
    ]
    operations = [
        migrations.AddField(
            "subscriber",
            "paused_until",
            models.DateField(
                null=True,
                blank=True,
                help_text="No digest before this day, in the time zone: `next_send_at` is then.",
            ),
        ),
        migrations.AddField(
            "subscriber",
            "address_changed_at",
            models.DateTimeField(
                null=True,
                blank=True,
                help_text="Digests sent before hold links to the preferences that are invalid.",
            ),
        ),
        migrations.AddField(
            "subscriber",
            "feed_renewed_at",
            models.DateTimeField(
                null=True,
                blank=True,
                help_text="Addresses of the private feed from before are invalid.",
            ),
        ),
        migrations.AlterField(
            "consententry", "step", models.CharField(choices=STEPS, max_length=12)
        ),
        migrations.AlterField(
            "suppression", "reason", models.CharField(choices=REASONS, max_length=12)
        ),
        migrations.AlterField(
            "transactionalmail", "kind", models.CharField(choices=KINDS, max_length=8)
        ),
        migrations.CreateModel(
            "AddressChange",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("old_email", models.EmailField(max_length=254)),
                ("new_email", models.EmailField(max_length=254)),
                ("requested_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it was cancelled, replaced by another or undone.",
                        null=True,
                    ),
                ),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="address_changes",
                        to="subscribers.subscriber",
                    ),
                ),
            ],
            options={"ordering": ["-requested_at", "-id"]},
        ),
        migrations.AddConstraint(
            "addresschange",
            models.UniqueConstraint(
                condition=models.Q(("confirmed_at__isnull", True), ("ended_at__isnull", True)),
                fields=("subscriber",),
                name="address_change_pending_once",
            ),
        ),
        migrations.CreateModel(
            "SavedPaper",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("saved_at", models.DateTimeField()),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_by",
                        to="papers.paper",
                    ),
                ),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved",
                        to="subscribers.subscriber",
                    ),
                ),
            ],
            options={"ordering": ["-saved_at", "-id"]},
        ),
        migrations.AddConstraint(
            "savedpaper",
            models.UniqueConstraint(fields=("subscriber", "paper"), name="saved_paper_once"),
        ),
        migrations.AddField(
            "transactionalmail",
            "recipient",
            models.EmailField(
                blank=True,
                db_default="",
                max_length=254,
                help_text="Where it goes, if not to the subscriber's address.",
            ),
        ),
        migrations.AddField(
            "transactionalmail",
            "address_change",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mails",
                to="subscribers.addresschange",
            ),
        ),
    ]
