import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0022_fill_short_summaries"),
    ]

    operations = [
        migrations.CreateModel(
            name="WrittenSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "text_hash",
                    models.CharField(
                        help_text="MD5 of the title and the abstract that it was written for.",
                        max_length=32,
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True, help_text="Empty: no answer was a summary so far."
                    ),
                ),
                (
                    "model",
                    models.CharField(help_text="SUMMARY_MODEL at that time.", max_length=200),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=1)),
                ("asked_at", models.DateTimeField()),
                (
                    "next_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the model is asked again; empty: not again.",
                        null=True,
                    ),
                ),
                (
                    "refused",
                    models.CharField(
                        blank=True, help_text="Why the last answer was not taken.", max_length=100
                    ),
                ),
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="written_summary",
                        to="papers.paper",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
            },
        ),
    ]
