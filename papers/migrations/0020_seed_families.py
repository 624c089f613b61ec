"""Give the seeded topics their families. A topic that has one keeps it."""

from django.db import migrations

from papers.catalogue.topic_seeds import SEEDS


def set_families(apps, schema_editor):
    topics = apps.get_model("papers", "Topic").objects.filter(family="")
    for seed in SEEDS:
        topics.filter(slug=seed.slug).update(family=seed.family)


class Migration(migrations.Migration):
    dependencies = [("papers", "0019_topic_family")]

    operations = [migrations.RunPython(set_families, migrations.RunPython.noop, elidable=False)]
