"""Store when a paper was withdrawn and by which source, so that a living version can undo it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0013_clean_texts")]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="arxiv_version",
            field=models.PositiveSmallIntegerField(
                blank=True,
                editable=False,
                help_text="The newest version whose comment or notice was read.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="withdrawn_on",
            field=models.DateField(
                blank=True, editable=False, help_text="The day of the withdrawal.", null=True
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="withdrawn_by",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="The source that marked it, which may bring it back; empty for an operator.",
                max_length=30,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="paper",
            name="restored_on",
            field=models.DateField(
                blank=True,
                editable=False,
                help_text="The day on which it was brought back: what is withdrawn earlier is over.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="is_withdrawn",
            field=models.BooleanField(
                default=False,
                help_text="By its authors or by arXiv: no list shows it.",
                verbose_name="withdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_withdrawn", True),
                    models.Q(("withdrawn_by", ""), ("withdrawn_on", None)),
                    _connector="OR",
                ),
                name="paper_facts_of_withdrawal",
            ),
        ),
    ]
