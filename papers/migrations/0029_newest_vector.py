"""Find the model of the newest vector by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0028_search_leaves_out_unlisted")]

    operations = [
        migrations.AddIndex(
            model_name="papervector",
            index=models.Index(
                condition=models.Q(("model", ""), _negated=True),
                fields=["-made_at"],
                name="vector_newest_of_model",
            ),
        ),
    ]
