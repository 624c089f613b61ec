"""Give the stored papers the short summaries and organisations that their payloads already have.

Without this step a paper would get them with the next payload of its source: an old one never.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import migrations, transaction
from django.utils import timezone

from papers.sources.hugging_face_payload import HuggingFacePayload
from papers.text.summaries.short import short_summary

_BATCH = 500  # papers of one transaction
_LONGEST_NAME = 200


def fill(apps: Any, _schema_editor: Any) -> None:
    papers = apps.get_model("papers", "Paper").objects.order_by("pk").only("title")
    records = apps.get_model("papers", "RawRecord").objects
    last = 0
    while batch := list(papers.filter(pk__gt=last)[:_BATCH]):
        last = batch[-1].pk
        with transaction.atomic():
            for paper, payloads in _with_payloads(batch, records):
                if values := _values(paper.title, payloads):
                    papers.filter(pk=paper.pk).update(**values, updated_at=timezone.now())


def _with_payloads(batch: list[Any], records: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each paper with the newest payload of each source."""
    found: dict[int, dict[str, Any]] = {paper.pk: {} for paper in batch}
    rows = records.filter(paper__in=found, source__in=("hugging_face", "semantic_scholar"))
    newest = rows.order_by("paper", "source", "-day", "-pk").distinct("paper", "source")
    for key, source, payload in newest.values_list("paper", "source", "payload"):
        found[key][source] = payload
    return ((paper, found[paper.pk]) for paper in batch if found[paper.pk])


def _values(title: str, payloads: dict[str, Any]) -> dict[str, str]:
    listed = HuggingFacePayload(payloads.get("hugging_face"))
    name = listed.organization_name
    values = {}
    if name and len(name) <= _LONGEST_NAME:
        values = {"organization": name, "organization_url": listed.organization_page}
    cited = payloads.get("semantic_scholar")
    tldr = cited.get("tldr") if isinstance(cited, dict) else None
    texts = {
        "hugging_face": listed.text("ai_summary"),
        "semantic_scholar": tldr.get("text") if isinstance(tldr, dict) else None,
    }
    for source, text in texts.items():
        if isinstance(text, str) and (summary := short_summary(text, title)):
            return values | {"short_summary": summary, "short_summary_source": source}
    return values


class Migration(migrations.Migration):
    atomic = False  # or all rows of the table would stay locked until the end

    dependencies = [("papers", "0021_short_summary")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
