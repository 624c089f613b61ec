"""Compute the key of each stored title again: "τ-bench" and "$\\tau$-bench" have one key now.

Of two papers without an arXiv id that are the same now the older one gets the key, so that every
source finds it from now on. The other keeps the key that it has: a frozen edition may show it, and
no row is merged or deleted here. A paper with an arXiv id merges with its row without one when it
is read the next time, as always.
"""

from django.db import migrations

from papers.text.titles import title_key

BATCH = 2_000


def recompute(apps, schema_editor):
    papers = apps.get_model("papers", "Paper").objects.using(schema_editor.connection.alias)
    _with_arxiv_id(papers.exclude(arxiv_id=None))
    _without_arxiv_id(papers.filter(arxiv_id=None))


def _with_arxiv_id(papers):
    last = 0
    while batch := list(
        papers.filter(pk__gt=last).only("title", "title_key").order_by("pk")[:BATCH]
    ):
        last = batch[-1].pk
        _store(papers, batch, {paper.pk: title_key(paper.title) for paper in batch})


def _without_arxiv_id(papers):
    """Their keys are unique, so all of them are known before the first one changes."""
    rows = list(papers.only("title", "title_key").order_by("pk"))
    new = {paper.pk: title_key(paper.title) or paper.title_key for paper in rows}
    unchanged = {paper.title_key for paper in rows if new[paper.pk] == paper.title_key}
    taken, keys = set(unchanged), {}
    for paper in rows:
        if new[paper.pk] not in taken:
            keys[paper.pk] = new[paper.pk]
            taken.add(new[paper.pk])
    # A key may be free only once another row has given it up: first all get one of their own.
    _store(papers, rows, {pk: f"renamed {pk}" for pk in keys})
    _store(papers, rows, keys)


def _store(papers, rows, keys):
    changed = [paper for paper in rows if keys.get(paper.pk, paper.title_key) != paper.title_key]
    for paper in changed:
        paper.title_key = keys[paper.pk]
    papers.bulk_update(changed, ["title_key"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("papers", "0017_refill_search_entries")]

    operations = [migrations.RunPython(recompute, migrations.RunPython.noop)]
