"""Store each list that shows a paper: a paper may be on the lists of several days."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0010_job_step_permissions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Listing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=30)),
                ("day", models.DateField()),
                (
                    "read_at",
                    models.DateTimeField(help_text="When the list was first read with this paper."),
                ),
            ],
            options={
                "ordering": ["-day", "-read_at", "paper_id"],
            },
        ),
        migrations.AlterModelOptions(
            name="paper",
            options={"ordering": ["-listed_on", "-listed_at", "id"]},
        ),
        migrations.RemoveIndex(
            model_name="paper",
            name="paper_listed_on",
        ),
        migrations.AddField(
            model_name="paper",
            name="listed_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="When we first read it there: of one day's papers the last read come first.",
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="listed_on",
            field=models.DateField(
                help_text="The first day whose list shows the paper; until a list does, the day of its announcement. Its age counts from this day."
            ),
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(fields=["-listed_on", "-listed_at", "id"], name="paper_newest"),
        ),
        migrations.AddField(
            model_name="listing",
            name="paper",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="listings",
                to="papers.paper",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["day", "paper"], name="listing_of_day"),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.UniqueConstraint(
                fields=("paper", "source", "day"), name="listing_once"
            ),
        ),
    ]
