"""What providers report of mails, and how many readers of an edition reported it as spam."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("queued", "accepted by the provider"),
    ("sent", "sent by the provider"),
    ("delivered", "delivered"),
    ("deferred", "delayed"),
    ("bounced", "bounced"),
    ("rejected", "rejected by the provider"),
    ("failed", "failed at the provider"),
    ("complained", "reported as spam"),
    ("unsubscribed", "unsubscribed at the provider"),
]


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0005_ledger_partitions")]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="complaints",
            field=models.PositiveIntegerField(
                db_default=0, default=0, help_text="Mails of it that readers reported as spam."
            ),
        ),
        migrations.CreateModel(
            name="DeliveryEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        help_text="The same for the same report: it is taken in once.",
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("kind", models.CharField(choices=KINDS, max_length=12)),
                (
                    "message_id",
                    models.CharField(blank=True, help_text="The provider's own.", max_length=200),
                ),
                (
                    "recipient",
                    models.CharField(
                        blank=True,
                        help_text="Emptied once the report was acted upon.",
                        max_length=254,
                    ),
                ),
                ("address_hash", models.CharField(blank=True, max_length=64)),
                (
                    "is_hard",
                    models.BooleanField(default=False, help_text="There is no such mailbox."),
                ),
                ("reject_reason", models.CharField(blank=True, max_length=12)),
                (
                    "detail",
                    models.CharField(
                        blank=True,
                        help_text="What was said of it, without the address.",
                        max_length=500,
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it is to be acted upon; empty: it was.",
                        null=True,
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="newsletter.delivery",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Known once the delivery was found.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="newsletter.edition",
                    ),
                ),
            ],
            options={
                "verbose_name": "report",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at", "id"],
                        name="event_due",
                    ),
                    models.Index(fields=["delivery"], name="event_of_delivery"),
                    models.Index(fields=["address_hash"], name="event_of_address"),
                    models.Index(fields=["received_at"], name="event_received"),
                ],
            },
        ),
    ]
