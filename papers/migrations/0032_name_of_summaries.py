"""Written summaries have one name in the admin; no column changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("papers", "0031_refill_keys_of_stop_words")]

    operations = [
        migrations.AlterModelOptions(
            name="writtensummary",
            options={"ordering": ["-asked_at"], "verbose_name_plural": "written summaries"},
        ),
    ]
