"""Editions in other languages, and the language in which a digest was sent: so far English."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0015_retry_and_clock")]
    operations = [
        migrations.CreateModel(
            "EditionTranslation",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="translations",
                        to="newsletter.edition",
                        db_index=False,  # edition_translation_once begins with it
                    ),
                ),
                ("language", models.CharField(max_length=12)),
                ("html", models.TextField(help_text="The HTML mail around its papers.")),
                ("text", models.TextField(help_text="The text mail around its papers.")),
                (
                    "papers",
                    models.JSONField(
                        help_text="Position → html, text, and the facts that are words: since, late."
                    ),
                ),
            ],
            options={
                "ordering": ["edition_id", "language"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["edition", "language"], name="edition_translation_once"
                    )
                ],
            },
        ),
        # A constant default: no row of any partition is written again.
        migrations.AddField(
            "digestcontent",
            "language",
            models.CharField(
                max_length=12, default="en", db_default="en", help_text="Of its words."
            ),
        ),
    ]
