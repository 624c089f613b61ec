"""Store what a source returned: papers, their signals, and the payloads.

The same payload changes nothing the second time. A stored field is never replaced by an empty
one, nor by that of a lower or an older record: sources are ranked, and within one rank the later
day counts. So payloads may come in any order, and an old file that is read again does not undo a
newer one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from papers.catalogue import withdraw
from papers.catalogue.counts import counted, left_out
from papers.catalogue.identify import Identified, identify
from papers.catalogue.organizations import organization_fields
from papers.catalogue.short_summaries import summary_fields
from papers.fetched import FetchedPaper, FetchedSignal
from papers.models import Listing, Paper, RawRecord, Signal
from papers.text.titles import title_key
from web.locks import wait_for_lock
from web.storable import storable

# The higher rank is more reliable. A listing has a title and an abstract; the sample is only a
# stand-in. github and semantic_scholar return numbers, and no field of a paper.
_RANKS: Final = {
    "sample": 0, "github": 0, "semantic_scholar": 0, "listing": 1, "hugging_face": 2, "arxiv": 3,
}  # fmt: skip
_USUAL_RANK: Final = 1
_log = logging.getLogger(__name__)
# arXiv has no field for links: they are found in its prose, and a source with a field is better.
_RANK_OF_PROSE: Final = _RANKS["arxiv"]
_LINKS: Final = ("code_url", "project_url")
_BATCH: Final = 1000  # rows of one INSERT
# PostgreSQL refuses a row whose words take 1 MB in the search index, and with it all the others.
# The longest real abstract has 2,000 characters.
_LONGEST_SUMMARY: Final = 20_000


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, in distinct papers, and the number of new signals."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    signals: int = 0
    fields_left_out: int = 0  # malformed ones of papers that were stored without them
    paper_ids: tuple[int, ...] = ()  # of the new and the updated: their topics are out of date

    def __str__(self) -> str:
        stored = (
            f"{counted(self.new + self.updated + self.unchanged, 'paper')}: {self.new} new, "
            f"{self.updated} updated, {self.unchanged} unchanged; "
            f"{counted(self.signals, 'signal')}"
        )
        return stored + left_out(0, self.fields_left_out)


@dataclass(frozen=True, slots=True)
class PaperSignals:
    """What one read returned of one stored paper. An empty payload is not stored."""

    paper_id: int
    signals: tuple[FetchedSignal, ...]
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Pending:
    """A paper of the batch with its stored records, and what is still to be stored of it."""

    paper: Paper
    best_source: tuple[int, date] | None = None  # rank and day of the record whose fields count
    best_for_links: tuple[int, date] | None = None  # the same, without links found in prose
    hashes: set[str] = field(default_factory=set)  # of the payloads of this source
    is_changed: bool = False
    day: date | None = None  # `listed_on` of a stored paper
    is_listed: bool = False  # else it is only announced
    listed_days: set[date] = field(default_factory=set)  # of this source
    new_days: set[date] = field(default_factory=set)
    records: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    signals: dict[str, float] = field(default_factory=dict)

    def note_source(self, source: tuple[int, date]) -> None:
        """Count a record, by the rank of its source and its day, among those of the paper."""
        self.best_source = max(self.best_source or source, source)
        if source[0] != _RANK_OF_PROSE:
            self.best_for_links = max(self.best_for_links or source, source)


def noon(day: date) -> datetime:
    """The time at which a file counts as read: noon, UTC, of its day.

    A file has no time of reading. With a fixed hour a second run finds the signals of the first,
    and noon is never more than twelve hours off, within the window of the same day.
    """
    return datetime.combine(day, time(12), tzinfo=UTC)


def ingest(
    source: str, papers: Sequence[FetchedPaper], *, read_at: datetime, is_sample: bool = False
) -> IngestReport:
    """Store `papers` as `source` returned them at `read_at`; all of them, or none on an error.

    A paper is added, updated or left as it is. Each distinct payload is stored once. A signal is
    added unless the paper has one of that kind and source at `read_at`. A sample paper that a
    real source returns becomes a real one. One ingest runs at a time: others wait.

    A paper that the source says is withdrawn is marked as such if it is stored, and nothing else
    of it is stored.
    """
    papers = [_indexable(paper) for paper in papers]
    gone = [fetched for fetched in papers if fetched.is_withdrawn]
    living = [fetched for fetched in papers if not fetched.is_withdrawn]
    with transaction.atomic():
        _wait_for_other_ingests()
        identified = identify(living)
        withdraw.mark_withdrawn(source, gone, read_at.date())
        described = list(zip(identified.papers, living, strict=True))
        withdraw.restore_living(source, described, read_at.date())
        pending = _pending(source, identified)
        for paper, fetched in described:
            one = pending[id(paper)]
            _apply(one, fetched, source, read_at.date(), is_sample)
            _list(one, fetched, read_at)
        report = _store(list(pending.values()), source, read_at)
    return replace(report, fields_left_out=sum(len(paper.left_out) for paper in papers))


def add_signals(source: str, rows: Sequence[PaperSignals], *, read_at: datetime) -> int:
    """Add the signals and payloads of one read of stored papers; returns how many are new.

    It adds no paper and changes no field of one. A signal that the paper has of that kind and
    source at `read_at` stays, and a payload that is stored is not stored twice. A paper that was
    deleted in the meantime is left out. All or nothing.
    """
    with transaction.atomic():
        _wait_for_other_ingests()  # one may merge two of these papers
        wanted = Paper.objects.filter(pk__in=[row.paper_id for row in rows]).order_by("pk")
        stored = set(wanted.select_for_update(no_key=True).values_list("pk", flat=True))
        present = [row for row in rows if row.paper_id in stored]
        _store_new_payloads(present, source, read_at)
        values = (
            (row.paper_id, signal.kind, signal.value) for row in present for signal in row.signals
        )
        return _store_signals(values, source, read_at)


def _wait_for_other_ingests() -> None:
    # Two ingests that bring the same new paper would both miss it, and the later one would fail.
    wait_for_lock("papers.ingest")


def _indexable(paper: FetchedPaper) -> FetchedPaper:
    """The paper, without a summary that the search index cannot hold."""
    if (length := len(paper.summary)) <= _LONGEST_SUMMARY:
        return paper
    name = paper.arxiv_id or paper.title[:60]
    reason = f"{name}: the summary has {length:,} characters"
    _log.warning("left out: %s", reason)
    return replace(paper, summary="", left_out=(*paper.left_out, reason))


# ── what is stored already ───────────────────────────────────────────────────


def _pending(source: str, identified: Identified) -> dict[int, _Pending]:
    """Each paper by the identity of its object, as a new one has no key yet."""
    by_object = {id(paper): _Pending(paper) for paper in identified.papers}
    stored = {it.paper.pk: it for it in by_object.values() if it.paper.pk}
    records = RawRecord.objects.filter(paper__in=stored.keys()).order_by()
    for pk, stored_hash in records.filter(source=source).values_list("paper", "payload_hash"):
        stored[pk].hashes.add(stored_hash)
    for pk, name, day in records.values_list("paper", "source").annotate(Max("day")):
        stored[pk].note_source((_rank(name), day))
    for pk in identified.changed & stored.keys():
        stored[pk].is_changed = True
    for it in stored.values():
        it.day = it.paper.listed_on
    listings = Listing.objects.filter(paper__in=stored.keys()).order_by()
    for pk, name, day in listings.values_list("paper", "source", "day"):
        stored[pk].is_listed = True
        if name == source:
            stored[pk].listed_days.add(day)
    return by_object


def _rank(source: str) -> int:
    return _RANKS.get(source, _USUAL_RANK)


# ── what changes ─────────────────────────────────────────────────────────────


def _apply(pending: _Pending, fetched: FetchedPaper, name: str, day: date, is_sample: bool) -> None:
    """Add one record of source `name` to its paper: signals, its payload if new, changed fields."""
    source = _rank(name), day
    paper = pending.paper
    for signal in fetched.signals:
        pending.signals.setdefault(signal.kind, signal.value)
    found_hash = payload_hash(fetched.raw)
    is_new = found_hash not in pending.hashes
    if is_new:
        pending.hashes.add(found_hash)
        pending.records.append((found_hash, fetched.raw))
    is_best = is_new and source >= (pending.best_source or source)
    has_best_links = is_new and source >= (pending.best_for_links or source)
    has_best_links = has_best_links and source[0] != _RANK_OF_PROSE
    if is_new:
        pending.note_source(source)
    changes = _changed_fields(paper, fetched, is_best=is_best, has_best_links=has_best_links)
    changes |= organization_fields(paper, fetched, is_best=has_best_links)
    changes |= summary_fields(paper, fetched, name, is_newest=has_best_links)
    changes |= _sample_field(paper, is_sample) | _version_field(paper, fetched)
    for field_name, value in changes.items():
        setattr(paper, field_name, value)
        pending.is_changed = True


def _list(pending: _Pending, fetched: FetchedPaper, read_at: datetime) -> None:
    """Put the paper on the list of its day, and set its first day if that is another one now."""
    paper = pending.paper
    if fetched.is_unlisted and pending.day:
        return
    if paper.is_unlisted:
        pending.day = None  # its first list or announcement decides as for a new paper
    if fetched.is_listing and fetched.listed_on not in pending.listed_days:
        pending.new_days.add(fetched.listed_on)
    if _decides_first_day(pending, fetched):
        pending.day, pending.is_changed = fetched.listed_on, True
        pending.is_listed = pending.is_listed or fetched.is_listing
        paper.listed_on, paper.listed_at = fetched.listed_on, read_at
        paper.is_unlisted = fetched.is_unlisted


def _decides_first_day(pending: _Pending, fetched: FetchedPaper) -> bool:
    """An announcement decides until a list shows the paper; of several lists the earliest does."""
    if pending.day is None or (fetched.is_listing and not pending.is_listed):
        return True
    return fetched.is_listing == pending.is_listed and fetched.listed_on < pending.day


def _changed_fields(
    paper: Paper, fetched: FetchedPaper, *, is_best: bool, has_best_links: bool
) -> dict[str, Any]:
    """The fields of `paper` that `fetched` changes: empty ones; from the best source, all."""
    values = {
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
    stored = {name: getattr(paper, name) for name in values}
    best = {name: has_best_links if name in _LINKS else is_best for name in values}
    return {
        name: value
        for name, value in values.items()
        if value and value != stored[name] and (best[name] or not stored[name])
    }


def _sample_field(paper: Paper, is_sample: bool) -> dict[str, Any]:
    """Real replaces sample, whatever the rank of its source."""
    if not paper.pk and is_sample and not paper.is_sample:
        return {"is_sample": True}
    return {"is_sample": False} if paper.is_sample and not is_sample else {}


def _version_field(paper: Paper, fetched: FetchedPaper) -> dict[str, Any]:
    """The newest version of which arXiv said that it lives."""
    if not fetched.version or fetched.is_withdrawn is not False:
        return {}
    version = max(fetched.version, paper.arxiv_version or 0)
    return {"arxiv_version": version} if version != paper.arxiv_version else {}


def payload_hash(payload: dict[str, Any]) -> str:
    """SHA-256 of the payload's canonical JSON: keys sorted, no spaces."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# ── what is written ──────────────────────────────────────────────────────────


def _store(pending: list[_Pending], source: str, read_at: datetime) -> IngestReport:
    new = [it.paper for it in pending if not it.paper.pk]
    updated = [it.paper for it in pending if it.is_changed and it.paper.pk]
    Paper.objects.bulk_create(new, batch_size=_BATCH)
    _update(updated)
    payloads = [(it.paper.pk, *record) for it in pending for record in it.records]
    _store_payloads(payloads, source, read_at)
    Listing.objects.bulk_create(
        (
            Listing(paper=it.paper, source=source, day=day, read_at=read_at)
            for it in pending
            for day in sorted(it.new_days)
        ),
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    signals = [(it.paper.pk, *signal) for it in pending for signal in it.signals.items()]
    return IngestReport(
        new=len(new),
        updated=len(updated),
        unchanged=len(pending) - len(new) - len(updated),
        signals=_store_signals(signals, source, read_at),
        paper_ids=tuple(paper.pk for paper in (*new, *updated)),
    )


def _update(papers: Iterable[Paper]) -> None:
    # An upsert by primary key: bulk_update's CASE per field takes some ten times as long.
    # Withdrawals have statements of their own, under a lock: here an old row would undo one.
    kept = ("id", "created_at", "search", *withdraw.MARK)
    columns = Paper._meta.concrete_fields  # noqa: SLF001 (Django documents it)
    names = [column.name for column in columns if column.name not in kept]
    Paper.objects.bulk_create(
        papers, batch_size=_BATCH, update_conflicts=True, unique_fields=["id"], update_fields=names
    )


def _store_new_payloads(rows: Sequence[PaperSignals], source: str, read_at: datetime) -> None:
    payloads = [(row.paper_id, storable(row.raw)) for row in rows if row.raw]
    hashed = [(paper_id, payload_hash(payload), payload) for paper_id, payload in payloads]
    records = RawRecord.objects.filter(source=source, paper__in=[row.paper_id for row in rows])
    stored = set(records.order_by().values_list("paper", "payload_hash"))
    _store_payloads([row for row in hashed if row[:2] not in stored], source, read_at)


def _store_payloads(
    payloads: Iterable[tuple[int, str, dict[str, Any]]], source: str, read_at: datetime
) -> None:
    """Store payloads, each as (id of the paper, hash, payload)."""
    RawRecord.objects.bulk_create(
        (
            RawRecord(
                paper_id=paper_id,
                source=source,
                day=read_at.date(),
                payload_hash=found_hash,
                payload=payload,
            )
            for paper_id, found_hash, payload in payloads
        ),
        batch_size=_BATCH,
        ignore_conflicts=True,
    )


def _store_signals(
    signals: Iterable[tuple[int, str, float]], source: str, read_at: datetime
) -> int:
    """Add the signals (id of the paper, kind, value) that are new; returns how many.

    They are compared first, since an INSERT that ignores conflicts does not count its rows.
    """
    read = Signal.objects.filter(source=source, read_at=read_at).order_by()
    stored = set(read.values_list("paper", "kind"))
    new: dict[tuple[int, str], float] = {}
    for paper_id, kind, value in signals:
        if (paper_id, kind) not in stored:
            new[paper_id, kind] = value
    Signal.objects.bulk_create(
        (
            Signal(paper_id=paper_id, source=source, kind=kind, read_at=read_at, value=value)
            for (paper_id, kind), value in new.items()
        ),
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    return len(new)
