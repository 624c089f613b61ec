"""Give a topic words that count only in a title."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="title_query",
            field=models.TextField(
                blank=True,
                default="",
                help_text="The same, for words that count only in a title: any abstract may use them.",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="topic",
            name="query",
            field=models.TextField(
                blank=True,
                help_text='Words in web-search syntax: "exact phrase", or, -not. One alternative in the title gives the topic, and so do two different ones in the abstract.',
            ),
        ),
    ]
