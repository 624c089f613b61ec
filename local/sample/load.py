"""Load the sample: papers, their signals up to now, a curator and readers who are due at once.

Loading again adds what is missing and the reads made since, and changes nothing else. It is
refused wherever mail to a sample reader could reach a real mail server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from local.sample import catalogue
from local.sample.catalogue import SamplePaper, SampleReader
from local.sample.signal_history import history
from newsletter.models import Edition
from papers.catalogue.classify import classify
from papers.catalogue.ingest import ingest
from papers.fetched import FetchedPaper
from papers.models import Curator, Paper, Signal
from papers.ranking.score import score
from papers.search.spelling import learn_words
from papers.text.titles import title_key
from papers.windows import WINDOWS
from subscribers import consent, preferences
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber

_BATCH: Final = 1000


class RefusedError(Exception):
    """The sample must not be loaded here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load added; `real` counts catalogue papers that are stored as real ones."""

    papers: int
    signals: int
    readers: int
    real: int


def load(now: datetime) -> Loaded:
    """Store what is missing of the sample, all of it or nothing, with signals up to `now`.

    Papers are dated relative to the day, in UTC, on which they are first loaded.

    Raises:
        RefusedError: the servers are not the embedded ones, or mail could leave this machine.
    """
    if reason := refusal():
        raise RefusedError(reason)
    with transaction.atomic():
        missing = _without_real_ones(catalogue.papers())
        Curator.objects.get_or_create(name=catalogue.CURATOR, defaults={"is_sample": True})
        today = now.astimezone(UTC).date()
        fetched = [_fetched(paper, today) for paper in missing]
        report = ingest(catalogue.SOURCE, fetched, read_at=now, is_sample=True)
        signals = _add_signals(missing, now)
        if report.paper_ids:
            classify(report.paper_ids)
            learn_words()
        if report.paper_ids or signals:
            _delete_empty_editions()
            _score(today, now)
        readers = sum(_add_reader(reader, now) for reader in catalogue.readers())
    return Loaded(report.new, signals, readers, len(catalogue.papers()) - len(missing))


def refusal() -> str:
    """Why the sample must not be loaded here; empty when it may."""
    if not settings.EMBEDDED:
        return (
            "Sample data is loaded only into the embedded servers: unset DATABASE_URL and "
            "REDIS_URL, or ingest real papers instead."
        )
    uses_catcher = settings.MAIL_PROVIDER == "smtp" and settings.EMAIL_HOST == "127.0.0.1"
    if not (settings.MAILBOX_DIR and uses_catcher):
        return (
            "Sample readers may get mail only through the SMTP catcher: let `make run` load "
            "them, or set MAIL_PROVIDER=smtp, EMAIL_HOST=127.0.0.1 and MAILBOX_DIR as it does."
        )
    return ""


# ── papers ───────────────────────────────────────────────────────────────────


def _without_real_ones(papers: Sequence[SamplePaper]) -> list[SamplePaper]:
    """Without papers that a real source has listed: they must never get invented signals."""
    ids = {paper.arxiv_id for paper in papers}
    keys = {title_key(paper.title) for paper in papers}
    real = Paper.objects.filter(Q(arxiv_id__in=ids) | Q(title_key__in=keys), is_sample=False)
    stored = {name for row in real.values_list("arxiv_id", "title_key") for name in row}
    return [it for it in papers if not stored & {it.arxiv_id, title_key(it.title)}]


def _fetched(paper: SamplePaper, today: date) -> FetchedPaper:
    return FetchedPaper(
        title=paper.title,
        listed_on=paper.listed_on(today),
        arxiv_id=paper.arxiv_id,
        authors=paper.authors,
        summary=paper.summary,
        categories=paper.categories,
        code_url=paper.code_url,
        project_url=paper.project_url,
        raw={"position": paper.position, "arxiv_id": paper.arxiv_id, "summary": paper.summary},
    )


def _add_signals(papers: Sequence[SamplePaper], now: datetime) -> int:
    """Add the reads that are not stored yet; returns how many."""
    stored = Signal.objects.filter(source=catalogue.SOURCE)
    before = stored.count()
    Signal.objects.bulk_create(_signals(papers, now), batch_size=_BATCH, ignore_conflicts=True)
    return stored.count() - before


def _signals(papers: Sequence[SamplePaper], now: datetime) -> Iterator[Signal]:
    rows = Paper.objects.filter(is_sample=True).defer("search")
    stored = {paper.arxiv_id: paper for paper in rows}
    for paper in papers:
        row = stored[paper.arxiv_id]
        for read in history(paper.position, row.listed_on, now, has_code=bool(paper.code_url)):
            yield Signal(
                paper=row,
                source=catalogue.SOURCE,
                kind=read.kind,
                read_at=read.read_at,
                value=read.value,
            )


def _score(today: date, now: datetime) -> None:
    """Score every list that a visitor can open, so that none shows papers out of order."""
    for window in WINDOWS:
        for ago in range(catalogue.LISTED_DAYS):
            score(window, today - timedelta(days=ago), now)


def _delete_empty_editions() -> None:
    """Let editions that closed empty before the sample was loaded close again with it."""
    Edition.objects.filter(candidates=None, deliveries=None, archived=None, note="").delete()


# ── readers ──────────────────────────────────────────────────────────────────


def _add_reader(reader: SampleReader, now: datetime) -> bool:
    """True when the reader is new; an existing one, sample or real, is not changed."""
    subscriber, is_new = Subscriber.objects.get_or_create(
        email=reader.email,
        defaults={
            "state": Subscriber.State.ACTIVE,
            "confirmed_at": now,
            "next_send_at": now,
            "is_sample": True,
        },
    )
    if is_new:
        preferences.store(subscriber, reader.preferences)
        subscriber.save()
        consent.record(
            ConsentEntry.Step.IMPORTED,
            email=reader.email,
            subscriber=subscriber,
            origin=RequestOrigin(),
            now=now,
            detail={"from": "the sample", "note": reader.note},
        )
    return is_new
