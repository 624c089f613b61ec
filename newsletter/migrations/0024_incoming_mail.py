"""Mails that arrive here: see newsletter/inbound."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0023_notes_on_papers")]

    operations = [
        migrations.CreateModel(
            name="InboundMessage",
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
                        help_text="The same for the same mail: it is taken in once.",
                        max_length=32,
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bounce", "returned mail"),
                            ("delay", "delay"),
                            ("delivered", "report of a delivery"),
                            ("complaint", "complaint"),
                            ("report", "other report"),
                            ("auto_reply", "automatic reply"),
                            ("unsubscribe", "unsubscription"),
                            ("reply", "reply"),
                            ("unreadable", "unreadable"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("event", "stored as an event"),
                            ("left", "unsubscribed"),
                            ("forward", "to be forwarded"),
                            ("forwarded", "forwarded"),
                            ("held", "not forwarded"),
                            ("unproved", "not proved to be about a mail of ours"),
                            ("nothing", "nothing followed"),
                        ],
                        default="nothing",
                        max_length=9,
                    ),
                ),
                ("source", models.CharField(help_text="What brought it.", max_length=7)),
                ("received_at", models.DateTimeField()),
                (
                    "address_hash",
                    models.CharField(
                        blank=True,
                        help_text="Of its writer, or of the reader it is about.",
                        max_length=64,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=100)),
                (
                    "detail",
                    models.CharField(
                        blank=True,
                        help_text="What was found in it, without addresses.",
                        max_length=200,
                    ),
                ),
                (
                    "raw",
                    models.BinaryField(
                        blank=True, default=bytes, help_text="Until it is forwarded."
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it is to be forwarded; empty: it is not.",
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
                        related_name="inbound",
                        to="newsletter.delivery",
                    ),
                ),
            ],
            options={
                "verbose_name": "incoming mail",
                "verbose_name_plural": "incoming mail",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at", "id"],
                        name="inbound_due",
                    ),
                    models.Index(fields=["delivery"], name="inbound_of_delivery"),
                    models.Index(fields=["address_hash", "received_at"], name="inbound_of_address"),
                    models.Index(fields=["received_at"], name="inbound_received"),
                ],
            },
        ),
    ]
