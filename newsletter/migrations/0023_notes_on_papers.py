from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0022_sections_and_opening")]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="note",
            field=models.TextField(
                blank=True, db_default="", help_text="A curator's note on the paper, in Markdown."
            ),
        ),
        migrations.AlterField(
            model_name="edition",
            name="note",
            field=models.TextField(
                blank=True, help_text="A curator's note above the papers, in Markdown."
            ),
        ),
    ]
