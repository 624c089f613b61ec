"""When a delivery was queued again, an index of failed deliveries, and the clock's last reading."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0014_archived_links")]
    operations = [
        migrations.AddField(
            "delivery",
            "retried_at",
            models.DateTimeField(
                null=True,
                blank=True,
                help_text="When an operator queued it again; events from before it say nothing of it now.",
            ),
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(
                fields=["edition", "id"],
                condition=Q(state="failed")
                | Q(
                    state="skipped",
                    reason__in=(
                        "could not be rendered: an error of ours",
                        "the key of its links is no longer in the settings",
                    ),
                ),
                name="delivery_failed",
            ),
        ),
        migrations.AddIndex(
            "deliveryevent",
            models.Index(
                fields=["received_at"], condition=Q(kind="deferred"), name="event_deferred"
            ),
        ),
        migrations.CreateModel(
            "ClockReading",
            [
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                (
                    "read_at",
                    models.DateTimeField(help_text="The last reading that was believed."),
                ),
                (
                    "doubted_since",
                    models.DateTimeField(
                        null=True,
                        blank=True,
                        help_text="The first reading of a clock that seems to have jumped.",
                    ),
                ),
                (
                    "doubted_at",
                    models.DateTimeField(null=True, blank=True, help_text="The last such reading."),
                ),
                (
                    "slots_reset",
                    models.PositiveIntegerField(
                        default=0,
                        db_default=0,
                        help_text="Slots too far away, set anew at the last run.",
                    ),
                ),
                ("slots_reset_at", models.DateTimeField(null=True, blank=True)),
            ],
        ),
    ]
