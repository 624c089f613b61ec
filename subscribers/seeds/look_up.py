"""Look up the papers that readers named: in batches, each id once, by the sources' own rules.

Each request is a row. A run claims due rows by moving their next attempt into the future, asks,
and stores what came of them: a run that is killed leaves rows that are due again, and papers that
the next run finds here. Only ids are asked for, never an address that a reader typed.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from papers.catalogue.hold import hold_papers
from papers.jobs.fetch.arxiv import fetch_named
from papers.jobs.fetch.semantic_scholar import fetch_dois
from papers.models import Paper
from papers.similarity.embed import embed_now
from papers.similarity.weights import NoModelError
from papers.sources import SourceError
from papers.sources import arxiv as at_arxiv
from papers.sources import orcid as at_orcid
from papers.sources import semantic_scholar as at_semantic_scholar
from papers.sources.http import Http, Limits
from subscribers.feedback.seed import add_seeds
from subscribers.models import SeedRequest, Subscriber
from subscribers.seeds.identities import Identity, arxiv_of_doi, dois_in
from subscribers.seeds.name import Matched, is_looked_up, match, name_papers
from subscribers.seeds.read import Reading
from subscribers.seeds.reference import Reference

MOST_ATTEMPTS: Final = 8
_RUN: Final = 150.0  # seconds; Celery ends a task after 240
_LEASE: Final = timedelta(minutes=6)  # longer than a task can live
_FIRST_PAUSE: Final = timedelta(minutes=1)  # after a failure; each next one is three times as long
_LONGEST_PAUSE: Final = timedelta(hours=12)
_HOUR: Final = timedelta(hours=1)
_KEPT: Final = timedelta(days=1)  # found requests, for the counts of an hour
_LISTS_AT_ONCE: Final = 10
_log = logging.getLogger(__name__)
Kind = SeedRequest.Kind
State = SeedRequest.State
Reason = SeedRequest.Reason
_Ask = Callable[[Sequence[SeedRequest], datetime], None]


def look_up(*, clock: Callable[[], datetime] = timezone.now, run: float = _RUN) -> int:
    """Look up what is due, until nothing is or `run` seconds are over; returns how many requests.

    A source that gives no answer is left alone until the next attempts are due.
    """
    _delete_found(clock())
    ends_at, done = time.monotonic() + run, 0
    # Lists first, as they name papers; DOIs before arXiv ids, as some turn out to be these.
    for kind in (Kind.ORCID, Kind.AUTHOR, Kind.DOI, Kind.ARXIV):
        while is_looked_up(kind) and time.monotonic() < ends_at:
            claimed = _claim(kind, clock())
            if not claimed:
                break
            _ASK[kind](claimed, clock())
            done += len(claimed)
    return done


def has_waiting(subscriber: Subscriber) -> bool:
    """Whether papers that a reader named are still being looked up for the first time."""
    waiting = subscriber.seed_requests.filter(state=State.WAITING, attempts__lte=1)
    return waiting.exists()


# ── claims ───────────────────────────────────────────────────────────────────


@transaction.atomic
def _claim(kind: SeedRequest.Kind, now: datetime) -> list[SeedRequest]:
    """Due requests of a kind, of readers who get digests, as many as this hour allows."""
    room = min(_BATCHES[kind], _room(now))
    due = SeedRequest.objects.filter(
        kind=kind,
        state=State.WAITING,
        next_attempt_at__lte=now,
        subscriber__state=Subscriber.State.ACTIVE,
    ).exclude(subscriber__in=_readers_with_enough(now))
    rows = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_attempt_at", "pk")
    claimed = list(rows[: max(room, 0)])
    SeedRequest.objects.filter(pk__in=[one.pk for one in claimed]).update(
        attempts=F("attempts") + 1, next_attempt_at=now + _LEASE, tried_at=now
    )
    for one in claimed:
        one.attempts += 1
    return claimed


def _room(now: datetime) -> int:
    """How many more requests this hour allows, for all readers together."""
    lately = SeedRequest.objects.filter(tried_at__gt=now - _HOUR).count()
    return int(settings.SEED_LOOKUPS_PER_HOUR - lately)


def _readers_with_enough(now: datetime) -> list[int]:
    """The readers who had as many lookups in this hour as all papers that one may name, twice."""
    lately = SeedRequest.objects.filter(tried_at__gt=now - _HOUR).order_by()
    counted = lately.values("subscriber").annotate(number=Count("pk"))
    enough = counted.filter(number__gte=2 * settings.SEEDS_PER_READER)
    return list(enough.values_list("subscriber", flat=True))


def _delete_found(now: datetime) -> None:
    """Delete requests whose papers are seeds now. Those of lists stay: a page names them."""
    found = SeedRequest.objects.filter(state=State.FOUND, tried_at__lte=now - _KEPT)
    found.exclude(kind__in=SeedRequest.LISTS).delete()


# ── what is asked ────────────────────────────────────────────────────────────


def _limits() -> Limits:
    return Limits(attempts=2, run=_RUN)


def _ask_arxiv(requests: Sequence[SeedRequest], now: datetime) -> None:
    """Ask for the ids that are not here, in one request, and give each reader what they named."""
    ids = list(dict.fromkeys(one.identity for one in requests))
    stored = set(Paper.objects.filter(arxiv_id__in=ids).values_list("arxiv_id", flat=True))
    missing = [one for one in ids if one not in stored]
    failed: dict[str, SeedRequest.Reason] = {}
    error = None
    if missing:
        try:
            with at_arxiv.connect(_limits()) as http:
                answer = fetch_named(http, missing, now)
        except SourceError as caught:
            error = caught
        else:
            error = answer.error
            failed = dict.fromkeys(answer.unknown, Reason.UNKNOWN)
            failed |= dict.fromkeys(answer.withdrawn, Reason.WITHDRAWN)
    papers = Paper.objects.defer("search").in_bulk(ids, field_name="arxiv_id")
    _give({one: papers[one.identity] for one in requests if one.identity in papers}, now)
    others = [one for one in requests if one.identity not in papers]
    for one in others:
        if one.identity in failed:
            _fail(one, failed[one.identity])
    _put_off([one for one in others if one.identity not in failed], error, now)


def _ask_dois(requests: Sequence[SeedRequest], now: datetime) -> None:
    """Ask for DOIs; of papers that are at arXiv too, their arXiv ids are asked for there."""
    dois = list(dict.fromkeys(one.identity for one in requests))
    try:
        with at_semantic_scholar.connect(_limits()) as http:
            answer = fetch_dois(http, dois, now)
    except SourceError as error:
        _put_off(requests, error, now)
        return
    papers = Paper.objects.defer("search").in_bulk(answer.stored.values())
    stored = {doi: papers[key] for doi, key in answer.stored.items() if key in papers}
    _give({one: stored[one.identity] for one in requests if one.identity in stored}, now)
    for one in requests:
        if found := answer.arxiv.get(one.identity):
            _name(one, [Identity("arxiv", found)], now)
        elif one.identity not in stored:
            _fail(one, Reason.UNKNOWN)


def _ask_orcid(requests: Sequence[SeedRequest], now: datetime) -> None:
    _ask_lists(requests, at_orcid.connect, _works_of, now)


def _ask_authors(requests: Sequence[SeedRequest], now: datetime) -> None:
    _ask_lists(requests, at_arxiv.connect_authors, _papers_of, now)


_ASK: Final[dict[str, _Ask]] = {
    Kind.ORCID: _ask_orcid,
    Kind.AUTHOR: _ask_authors,
    Kind.DOI: _ask_dois,
    Kind.ARXIV: _ask_arxiv,
}
_BATCHES: Final[dict[str, int]] = {
    Kind.ORCID: _LISTS_AT_ONCE,
    Kind.AUTHOR: _LISTS_AT_ONCE,
    Kind.DOI: at_semantic_scholar.BATCH,
    Kind.ARXIV: at_arxiv.BATCH,
}


def _ask_lists(
    requests: Sequence[SeedRequest],
    connect: Callable[[Limits], Http],
    read: Callable[[Http, str], list[Identity] | None],
    now: datetime,
) -> None:
    """Ask for lists one by one. After a failure the others wait too: it is the source's."""
    waiting = list(requests)
    try:
        with connect(_limits()) as http:
            while waiting:
                found = read(http, waiting[0].identity)
                one = waiting.pop(0)
                if found:
                    _name(one, found, now)
                else:
                    _fail(one, Reason.UNKNOWN if found is None else Reason.EMPTY)
    except SourceError as error:
        _put_off(waiting, error, now)


def _works_of(http: Http, orcid: str) -> list[Identity] | None:
    works = at_orcid.works(http, orcid)
    if works is None:
        return None
    found = (_of_work(work) for work in works)
    return [one for one in found if one]


def _of_work(work: at_orcid.Work) -> Identity | None:
    """What a work is asked for by: its arXiv id, also as a DOI, else another DOI."""
    own = (arxiv_of_doi(doi) for doi in work.dois)
    if arxiv := next(filter(None, (*work.arxiv_ids, *own)), None):
        return Identity("arxiv", arxiv)
    dois = (found for doi in work.dois for found in dois_in(doi))
    return next((Identity("doi", doi) for doi in dois), None)


def _papers_of(http: Http, author: str) -> list[Identity] | None:
    ids = at_arxiv.ids_of_author(http, author)
    return None if ids is None else [Identity("arxiv", one) for one in ids]


# ── what comes of it ─────────────────────────────────────────────────────────


def _give(found: dict[SeedRequest, Paper], now: datetime) -> None:
    """Make papers the seeds of the readers who named them, with the vectors that digests need.

    A request whose paper was deleted or merged since waits for its next attempt.
    """
    _embed({paper.pk for paper in found.values()})
    by_reader: dict[int, list[SeedRequest]] = defaultdict(list)
    for one in found:
        by_reader[one.subscriber_id].append(one)
    for reader, requests in by_reader.items():
        with transaction.atomic():
            subscriber = _held(reader)
            here = hold_papers(found[one].pk for one in requests)
            asked = _still_asked(one for one in requests if found[one].pk in here)
            if subscriber and asked:
                add_seeds(subscriber, [found[one] for one in requests if one.pk in asked], now)
                SeedRequest.objects.filter(pk__in=asked).update(
                    state=State.FOUND, papers=1, error="", reason=""
                )


def _embed(paper_ids: Collection[int]) -> None:
    try:
        embed_now(paper_ids)
    except NoModelError as error:  # the hourly job computes them, or says why not
        _log.warning("Named papers have no vectors yet: %s", error)


def _held(reader: int) -> Subscriber | None:
    """The reader, whose row is held: before their requests, as by every verb that a page calls.

    In another order this would wait for a reader who forgets, and they for this.
    """
    return Subscriber.objects.select_for_update().filter(pk=reader).first()


def _still_asked(requests: Iterable[SeedRequest]) -> set[int]:
    """Those that no reader has taken back since they were claimed."""
    rows = SeedRequest.objects.filter(pk__in=[one.pk for one in requests])
    return set(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _name(one: SeedRequest, identities: Collection[Identity], now: datetime) -> None:
    """Store the papers that a list names, or the arXiv id of a DOI, as if the reader had."""
    references = tuple(Reference(place, "", found) for place, found in enumerate(identities))
    with transaction.atomic():
        subscriber = _held(one.subscriber_id)
        if subscriber is None or not _still_asked([one]):
            return
        matched: Matched = match(Reading(papers=references))
        if one.kind == Kind.DOI:
            one.delete()
        else:
            _set(one, state=State.FOUND, papers=min(matched.found, 30_000), error="", reason="")
        name_papers(subscriber, matched, now)


def _fail(one: SeedRequest, reason: SeedRequest.Reason, error: str = "") -> None:
    _set(one, state=State.FAILED, reason=reason, error=error)


def _put_off(requests: Iterable[SeedRequest], error: SourceError | None, now: datetime) -> None:
    """Let requests be looked up later; after the last attempt they have failed."""
    reason = error.reason if error else "no answer to this id"
    wait = timedelta(seconds=error.retry_after or 0) if error else timedelta()
    for one in requests:
        if one.attempts >= MOST_ATTEMPTS:
            _fail(one, Reason.UNREACHABLE, reason)
            continue
        grown = min(_FIRST_PAUSE * 3 ** (one.attempts - 1), _LONGEST_PAUSE)
        _set(one, next_attempt_at=now + max(grown, min(wait, _LONGEST_PAUSE)), error=reason)
        _log.info("A named paper is looked up again later: %s", reason)


def _set(one: SeedRequest, **values: object) -> None:
    rows: QuerySet[SeedRequest] = SeedRequest.objects.filter(pk=one.pk)
    rows.update(**values)
