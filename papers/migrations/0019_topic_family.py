from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0018_recomputed_title_keys")]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="family",
            field=models.CharField(
                blank=True,
                choices=[
                    ("language", "Language and agents"),
                    ("perception", "Images, video and sound"),
                    ("methods", "Learning methods"),
                    ("systems", "Robots, systems and data"),
                    ("society", "Science and society"),
                ],
                db_default="",
                help_text="The group in which pages show it; empty: after all groups.",
                max_length=10,
            ),
        )
    ]
