"""How far each mailbox at which mail arrives has been read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0024_incoming_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="InboundMailbox",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="User, server and folder.", max_length=300, unique=True
                    ),
                ),
                ("uid_validity", models.BigIntegerField(default=0)),
                (
                    "last_uid",
                    models.BigIntegerField(default=0, help_text="The last mail that was read."),
                ),
                (
                    "failing_uid",
                    models.BigIntegerField(
                        default=0, help_text="A mail at which reading stopped; 0: none."
                    ),
                ),
                (
                    "failures",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How often it stopped there, one time after the other."
                    ),
                ),
                (
                    "skipped",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Mails that could not be taken in; each has a flag in the mailbox.",
                    ),
                ),
                (
                    "leased_until",
                    models.DateTimeField(
                        blank=True, help_text="Until when a worker reads it.", null=True
                    ),
                ),
                (
                    "read_at",
                    models.DateTimeField(blank=True, help_text="When it was last read.", null=True),
                ),
                (
                    "failed_since",
                    models.DateTimeField(
                        blank=True,
                        help_text="Since when it could not be read; empty: it can.",
                        null=True,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=300)),
            ],
        ),
    ]
