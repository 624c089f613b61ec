"""Clean the texts of the papers that are stored already, as those of new ones are.

Payloads stay as they were received, and editions that are frozen as they were sent. Without this
step such a paper would keep its characters until its source sends another payload.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, transaction
from django.utils import timezone

from papers.fetched import web_url
from papers.text.clean import fold, fold_paragraphs
from papers.text.titles import title_key

_BATCH = 1000  # papers of one transaction; 100,000 papers take about five seconds
_FIELDS = (
    "title", "title_key", "summary", "authors", "keywords", "code_url", "project_url", "arxiv_id",
)  # fmt: skip


def clean_texts(apps: Any, _schema_editor: Any) -> None:
    papers = apps.get_model("papers", "Paper").objects.order_by("pk").only(*_FIELDS)
    last = 0
    while batch := list(papers.filter(pk__gt=last)[:_BATCH]):
        last = batch[-1].pk
        changed = [(paper, changes) for paper in batch if (changes := _changes(paper))]
        with transaction.atomic():
            for paper, changes in changed:
                _update(papers, paper, changes)


def _changes(paper: Any) -> dict[str, Any]:
    """The fields of a paper that cleaning changes. A title without any letter stays as it is."""
    values = {
        "title": fold(paper.title),
        "summary": fold_paragraphs(paper.summary),
        "authors": _cleaned(paper.authors),
        "keywords": _cleaned(paper.keywords),
        "code_url": web_url(paper.code_url),
        "project_url": web_url(paper.project_url),
    }
    if not title_key(values["title"]):
        del values["title"]
    return {name: value for name, value in values.items() if value != getattr(paper, name)}


def _cleaned(texts: list[Any]) -> list[Any]:
    folded = [fold(text) if isinstance(text, str) else text for text in texts]
    return [text for text in folded if text != ""]


def _update(papers: Any, paper: Any, changes: dict[str, Any]) -> None:
    if "title" in changes:
        key = title_key(changes["title"])
        # Without an arXiv id the key is unique: of two equal papers the later one keeps its own.
        others = papers.filter(arxiv_id=None, title_key=key).exclude(pk=paper.pk)
        if paper.arxiv_id or not others.exists():
            changes["title_key"] = key
    papers.filter(pk=paper.pk).update(**changes, updated_at=timezone.now())


class Migration(migrations.Migration):
    atomic = False  # or all rows of the table would stay locked until the end

    dependencies = [("papers", "0012_fill_listings")]

    operations = [migrations.RunPython(clean_texts, migrations.RunPython.noop)]
