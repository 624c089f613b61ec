"""Store the topics that a new installation starts with.

Only slugs that are not there yet are stored: what an operator has changed stays theirs,
also when this migration is taken back and run again.
"""

from django.db import migrations

from papers.catalogue.topic_seeds import SEEDS


def seed(apps, schema_editor):
    Topic = apps.get_model("papers", "Topic")
    known = set(Topic.objects.values_list("slug", flat=True))
    Topic.objects.bulk_create(
        Topic(
            slug=topic.slug,
            name=topic.name,
            description=topic.description,
            categories=list(topic.categories),
            query=topic.query,
            title_query=topic.title_query,
            position=position,
        )
        for position, topic in enumerate(SEEDS, start=1)
        if topic.slug not in known
    )


class Migration(migrations.Migration):
    dependencies = [("papers", "0002_topic_title_query")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop, elidable=False)]
