"""Take in what a source told: papers, their signals, and the payload itself.

The same payload changes nothing the second time. What is known is never replaced by what is
empty, nor by a poorer or an older record: sources are ranked, and within one rank the later
day speaks. So payloads may come in any order, and an old file that is read again does
not undo what a newer one brought.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max

from papers.catalogue.identify import Identified, identify
from papers.fetched import FetchedPaper, title_key
from papers.models import Paper, RawRecord, Signal

# Who knows better. A listing knows a title and an abstract; the sample is only a stand-in.
# github and semantic_scholar only count what they are asked about, and teach nothing.
_RANKS: Final = {
    "sample": 0, "github": 0, "semantic_scholar": 0, "listing": 1, "hugging_face": 2, "arxiv": 3,
}  # fmt: skip
_USUAL_RANK: Final = 1
_LOCK: Final = 0x70617065  # "pape"; held by one ingest at a time, until its transaction ends
_BATCH: Final = 1000  # rows of one INSERT


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, in distinct papers, and in signals that were not known before."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    signals: int = 0
    paper_ids: tuple[int, ...] = ()  # of the new and the updated: what is made of them is stale

    def __str__(self) -> str:
        return (
            f"{counted(self.new + self.updated + self.unchanged, 'paper')}: {self.new} new, "
            f"{self.updated} updated, {self.unchanged} unchanged; "
            f"{counted(self.signals, 'signal')}"
        )


@dataclass(slots=True)
class _Dossier:
    """A paper of the payload, what is on file about it, and what this payload adds."""

    paper: Paper
    spoken: tuple[int, date] | None = None  # rank and day of the record that spoke last
    digests: set[str] = field(default_factory=set)
    is_changed: bool = False
    records: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    signals: dict[str, float] = field(default_factory=dict)


def noon(day: date) -> datetime:
    """When a file is held to have been read: noon, UTC, of its day.

    A file carries no clock. A fixed hour makes a second run of it find its own signals, and
    the middle of the day is never more than twelve hours off, within the day's own window.
    """
    return datetime.combine(day, time(12), tzinfo=UTC)


def ingest(
    source: str, papers: Sequence[FetchedPaper], *, read_at: datetime, is_sample: bool = False
) -> IngestReport:
    """Store `papers` as `source` told them at `read_at`; all of them, or none on an error.

    Papers come to be, learn or stay as they are; each distinct payload is kept once; signals
    are added where the paper has none of the kind and source at `read_at`. A real source that
    tells of a sample paper makes it a real one. One ingest runs at a time: others wait.
    """
    with transaction.atomic():
        wait_for_other_ingests()
        identified = identify(papers)
        dossiers = _dossiers(source, identified)
        for fetched, paper in zip(papers, identified.papers, strict=True):
            _hear(dossiers[id(paper)], fetched, (_rank(source), read_at.date()), is_sample)
        return _store(list(dossiers.values()), source, read_at)


# ── what is on file ──────────────────────────────────────────────────────────


def wait_for_other_ingests() -> None:
    """Hold the lock of ingests until the transaction ends; for whatever adds to papers."""
    # Two that bring one new paper would both find it missing, and the later one would fail.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _dossiers(source: str, identified: Identified) -> dict[int, _Dossier]:
    """The dossier of each paper, by the identity of its object: a new one has no key yet."""
    by_object = {id(paper): _Dossier(paper) for paper in identified.papers}
    stored = {it.paper.pk: it for it in by_object.values() if it.paper.pk}
    kept = RawRecord.objects.filter(paper__in=stored.keys()).order_by()
    for pk, digest in kept.filter(source=source).values_list("paper", "digest"):
        stored[pk].digests.add(digest)
    for pk, teller, day in kept.values_list("paper", "source").annotate(Max("day")):
        spoken = stored[pk].spoken
        stored[pk].spoken = max(spoken, (_rank(teller), day)) if spoken else (_rank(teller), day)
    for pk in identified.changed & stored.keys():
        stored[pk].is_changed = True
    return by_object


def _rank(source: str) -> int:
    return _RANKS.get(source, _USUAL_RANK)


# ── what is learnt ───────────────────────────────────────────────────────────


def _hear(
    dossier: _Dossier, fetched: FetchedPaper, speaker: tuple[int, date], is_sample: bool
) -> None:
    """Add one record to a dossier: its signals, its payload when new, and what it teaches."""
    paper = dossier.paper
    for signal in fetched.signals:
        dossier.signals.setdefault(signal.kind, signal.value)
    digest = digest_of(fetched.raw)
    is_heard = digest in dossier.digests
    if not is_heard:
        dossier.digests.add(digest)
        dossier.records.append((digest, fetched.raw))
    speaks = not is_heard and (dossier.spoken is None or speaker >= dossier.spoken)
    if speaks:
        dossier.spoken = speaker
    lessons = _lessons(paper, fetched, speaks=speaks) | _standing(paper, fetched, is_sample)
    for name, value in lessons.items():
        setattr(paper, name, value)
        dossier.is_changed = True


def _lessons(paper: Paper, fetched: FetchedPaper, *, speaks: bool) -> dict[str, Any]:
    """The fields of `paper` that `fetched` changes: empty ones, and when it speaks, others."""
    told = {
        "arxiv_id": fetched.arxiv_id,
        "title": fetched.title,
        "title_key": title_key(fetched.title),
        "authors": list(fetched.authors),
        "summary": fetched.summary,
        "categories": list(fetched.categories),
        "keywords": list(fetched.keywords),
        "published_on": fetched.published_on,
        "code_url": fetched.code_url,
        "project_url": fetched.project_url,
    }
    known = {name: getattr(paper, name) for name in told}
    return {
        name: value
        for name, value in told.items()
        if value and value != known[name] and (speaks or not known[name])
    }


def _standing(paper: Paper, fetched: FetchedPaper, is_sample: bool) -> dict[str, Any]:
    """What holds whoever speaks: the earliest listing counts, and real is stronger than sample."""
    standing: dict[str, Any] = {}
    if fetched.listed_on < paper.listed_on:
        standing["listed_on"] = fetched.listed_on
    if not paper.pk and is_sample and not paper.is_sample:
        standing["is_sample"] = True
    if paper.is_sample and not is_sample:
        standing["is_sample"] = False
    return standing


def digest_of(payload: dict[str, Any]) -> str:
    """SHA-256 of the payload in one spelling: keys sorted, no spaces."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# ── what is stored ───────────────────────────────────────────────────────────


def _store(dossiers: list[_Dossier], source: str, read_at: datetime) -> IngestReport:
    new = [it.paper for it in dossiers if not it.paper.pk]
    updated = [it.paper for it in dossiers if it.is_changed and it.paper.pk]
    Paper.objects.bulk_create(new, batch_size=_BATCH)
    _update(updated)
    RawRecord.objects.bulk_create(
        (
            RawRecord(
                paper=it.paper, source=source, day=read_at.date(), digest=digest, payload=payload
            )
            for it in dossiers
            for digest, payload in it.records
        ),
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    return IngestReport(
        new=len(new),
        updated=len(updated),
        unchanged=len(dossiers) - len(new) - len(updated),
        signals=_store_signals(dossiers, source, read_at),
        paper_ids=tuple(paper.pk for paper in (*new, *updated)),
    )


def _update(papers: Iterable[Paper]) -> None:
    # An upsert by primary key: bulk_update's CASE per field takes some ten times as long.
    kept = ("id", "created_at", "search")
    columns = Paper._meta.concrete_fields  # noqa: SLF001 (Django documents it)
    names = [column.name for column in columns if column.name not in kept]
    Paper.objects.bulk_create(
        papers, batch_size=_BATCH, update_conflicts=True, unique_fields=["id"], update_fields=names
    )


def _store_signals(dossiers: Iterable[_Dossier], source: str, read_at: datetime) -> int:
    """Add the signals that are not there yet and say how many; INSERT alone would not tell."""
    stored = Signal.objects.filter(read_at=read_at, source=source).order_by()
    known = set(stored.values_list("paper", "kind"))
    missing = [
        Signal(paper=it.paper, source=source, kind=kind, read_at=read_at, value=value)
        for it in dossiers
        for kind, value in it.signals.items()
        if (it.paper.pk, kind) not in known
    ]
    Signal.objects.bulk_create(missing, batch_size=_BATCH, ignore_conflicts=True)
    return len(missing)


def counted(number: int, noun: str) -> str:
    """ "1 paper", "2 papers"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
