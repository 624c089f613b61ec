"""Papers that only readers named, which no list shows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0026_paper_vectors")]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="is_unlisted",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text=(
                    "Only a reader named it. The first list or announcement with it ends that."
                ),
                verbose_name="unlisted",
            ),
        ),
    ]
