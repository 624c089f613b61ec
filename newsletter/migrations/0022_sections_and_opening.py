from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0021_name_of_tallies")]

    operations = [
        migrations.AddField(
            model_name="digestcontent",
            name="sections",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="The section of each paper, in order, as a letter; empty: there are none.",
                max_length=50,
            ),
        ),
        migrations.AddField(
            model_name="digestcontent",
            name="opening",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="The sentence above the papers of a first digest.",
            ),
        ),
    ]
