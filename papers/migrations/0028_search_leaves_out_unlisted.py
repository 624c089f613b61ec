"""Search finds no paper that only readers named: the triggers hold the rule of `Paper.listed`."""

import importlib

from django.db import migrations

WRITTEN = importlib.import_module("papers.migrations.0016_search_words").FOLLOW_PAPERS
BEFORE = WRITTEN.partition("DROP FUNCTION")[0]
NOW = BEFORE.replace("WHERE NOT is_withdrawn\n", "WHERE NOT is_withdrawn AND NOT is_unlisted\n")
NOW = NOW.replace(
    "WHERE told.is_withdrawn AND told.id",
    "WHERE (told.is_withdrawn OR told.is_unlisted) AND told.id",
)


class Migration(migrations.Migration):
    dependencies = [("papers", "0027_unlisted_papers")]

    operations = [migrations.RunSQL(NOW, BEFORE)]
