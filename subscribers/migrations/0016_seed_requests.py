"""Papers that subscribers named and that are not here yet."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0015_remove_saved_paper"),
    ]

    operations = [
        migrations.CreateModel(
            name="SeedRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("arxiv", "arXiv number"),
                            ("doi", "DOI"),
                            ("orcid", "ORCID iD"),
                            ("author", "author at arXiv"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        help_text="The id, in the one form it is asked by.", max_length=200
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("found", "found"), ("failed", "failed")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unknown", "the source does not have it"),
                            ("withdrawn", "it was withdrawn"),
                            ("empty", "the list has no papers with an id"),
                            ("unreachable", "the source gave no answer"),
                        ],
                        help_text="Why it failed, as the reader reads it.",
                        max_length=11,
                    ),
                ),
                (
                    "papers",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How many papers it gave."
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "next_attempt_at",
                    models.DateTimeField(help_text="When it may be looked up (again)."),
                ),
                (
                    "tried_at",
                    models.DateTimeField(
                        blank=True, help_text="When it was, the last time.", null=True
                    ),
                ),
                ("error", models.TextField(blank=True, help_text="What the source answered.")),
                ("asked_at", models.DateTimeField()),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seed_requests",
                        to="subscribers.subscriber",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_attempt_at", "id"],
                        name="seed_request_waiting",
                    ),
                    models.Index(fields=["tried_at"], name="seed_request_tried"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscriber", "kind", "identity"), name="seed_request_once"
                    )
                ],
            },
        ),
    ]
