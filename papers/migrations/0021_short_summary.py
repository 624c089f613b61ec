from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0020_seed_families"),
    ]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="organization",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of its authors, as a source names it; at most one.",
                max_length=200,
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="organization_url",
            field=models.URLField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="paper",
            name="short_summary",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="One sentence on the paper that a model wrote.",
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="short_summary_source",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="The source of the short summary, whose name stands beside it.",
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="summary",
            field=models.TextField(blank=True, help_text="The abstract."),
        ),
    ]
