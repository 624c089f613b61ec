"""Name the record of a step for what it is, and a payload's hash apart from a reader's digest.

Both are renames in the catalogue of PostgreSQL: no row is read or written. All other operations
change help texts only, and run no SQL.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0008_short_pending_lists")]

    operations = [
        migrations.RenameModel("SourceRun", "JobStep"),
        migrations.RenameField("RawRecord", "digest", "payload_hash"),
        # The constraint follows its column in the database; only Django's state must follow.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("RawRecord", "raw_record_once"),
                migrations.AddConstraint(
                    "RawRecord",
                    models.UniqueConstraint(
                        fields=["paper", "source", "day", "payload_hash"], name="raw_record_once"
                    ),
                ),
            ]
        ),
        migrations.AlterField(
            model_name="job",
            name="failures",
            field=models.PositiveIntegerField(
                default=0, help_text="In a row, since the last success."
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="is_by_hand",
            field=models.BooleanField(
                default=False,
                help_text="An operator started the present run, outside the timetable.",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="lease_until",
            field=models.DateTimeField(
                blank=True,
                help_text="A run holds the job until then, unless it was killed.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="source",
            field=models.CharField(
                blank=True,
                help_text="The source that it reads; empty for our own tables.",
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="jobstep",
            name="day",
            field=models.DateField(
                blank=True, help_text="The day of the list that was read.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="jobstep",
            name="is_permanent",
            field=models.BooleanField(
                default=False,
                help_text="A repeat would fail in the same way: an operator must act.",
            ),
        ),
        migrations.AlterField(
            model_name="jobstep",
            name="job",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="papers.job"
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="arxiv_asked_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When its metadata was last requested from arXiv.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="is_withdrawn",
            field=models.BooleanField(
                default=False, help_text="Withdrawn by its authors or by arXiv: no list shows it."
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="listed_on",
            field=models.DateField(
                help_text="The first day on which a list showed the paper. Its age counts from this day."
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="title_key",
            field=models.TextField(
                db_index=True,
                editable=False,
                help_text="The normalised title: the key of a paper without an arXiv id.",
            ),
        ),
        migrations.AlterField(
            model_name="trend",
            name="components",
            field=models.JSONField(help_text="The parts of the value, by signal."),
        ),
    ]
