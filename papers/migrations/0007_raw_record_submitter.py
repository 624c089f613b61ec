"""Find at once what somebody brought to the lists of Hugging Face: /api/daily_papers?submitter=."""

from django.db import migrations, models
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0006_fill_search_entries"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="rawrecord",
            index=models.Index(
                Coalesce(
                    KT("payload__submittedBy__name"),
                    KT("payload__paper__submittedOnDailyBy__user"),
                ),
                condition=models.Q(source="hugging_face"),
                name="raw_record_submitter",
            ),
        ),
    ]
