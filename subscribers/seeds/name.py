"""Store the papers that a reader names: as seeds those that are here, the others as requests.

Nothing is looked up here, and only ids are kept: what a reader typed or uploaded is not stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from papers.models import Paper
from papers.text.titles import title_key
from subscribers.feedback.seed import add_seeds
from subscribers.models import Feedback, SeedRequest, Subscriber
from subscribers.seeds.identities import Identity
from subscribers.seeds.read import Reading, newest_first
from subscribers.seeds.reference import Reference

MOST_LISTS: Final = 5  # ORCID iDs and authors that a reader may name
_KEYS: Final = 5_000  # titles that one query looks for
State = SeedRequest.State
_SOURCES: Final[dict[str, str]] = {
    "arxiv": "arxiv", "author": "arxiv", "orcid": "arxiv", "doi": "semantic_scholar",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matched:
    """What a reading names: the papers that are here, in its order, and what could be looked up.

    `unclear` has what names no paper: neither an id, nor the title of a paper that is here.
    `not_looked_up` has the ids of sources that are switched off here.
    """

    papers: tuple[tuple[Reference, Paper], ...] = ()
    wanted: tuple[Reference, ...] = ()
    lists: tuple[Identity, ...] = ()
    unclear: tuple[Reference, ...] = ()
    not_looked_up: tuple[Reference, ...] = ()

    @property
    def found(self) -> int:
        """How many different papers are named, without those of lists."""
        return len(self.papers) + len(self.wanted) + len(self.not_looked_up)


@dataclass(frozen=True, slots=True)
class Named:
    """What became of it: seeds that are new, seeds that there were already, new requests.

    `beyond` papers were left out, as the reader named as many as they may.
    """

    new: int = 0
    before: int = 0
    waiting: int = 0
    lists: int = 0
    beyond: int = 0


def match(reading: Reading) -> Matched:
    """Find the papers that are here: by arXiv id, else by the exact normalised title. Two queries.

    A reference with an id is found by its title only where its id is a DOI, which no paper has.
    """
    by_id = _by_arxiv_id(
        one.identity.value
        for one in reading.papers
        if one.identity and one.identity.kind == "arxiv"
    )
    dois = [one for one in reading.papers if one.identity and one.identity.kind == "doi"]
    by_title = _by_title([*dois, *reading.titles])
    papers: dict[int, tuple[Reference, Paper]] = {}
    wanted, unclear, off = list[Reference](), list(reading.unclear), list[Reference]()
    for one in (*reading.papers, *reading.titles):
        paper = by_id.get(one.identity.value) if one.identity else None
        paper = paper or next((by_title[key] for key in _keys(one) if key in by_title), None)
        if paper:
            papers.setdefault(paper.pk, (one, paper))
        elif one.identity is None:
            unclear.append(one)
        else:
            (wanted if is_looked_up(one.identity.kind) else off).append(one)
    lists = tuple(one for one in reading.lists if is_looked_up(one.kind))
    unclear.sort(key=lambda one: one.line)
    return Matched(tuple(papers.values()), tuple(wanted), lists, tuple(unclear), tuple(off))


def is_looked_up(kind: str) -> bool:
    """Whether the settings let us ask the source of such ids."""
    if kind == "orcid" and not settings.ORCID_API_URL:
        return False
    return _SOURCES[kind] in settings.SOURCES and settings.SEED_LOOKUPS_PER_HOUR > 0


@transaction.atomic
def name_papers(subscriber: Subscriber, matched: Matched, now: datetime) -> Named:
    """Store what a reader named. Repeating is safe, and asks again for what was not found.

    Of more papers than the reader may name, the newest are taken.

    Raises:
        Subscriber.DoesNotExist: they were erased at this moment.
    """
    subscriber.lock()
    seeds = set(_seeds(subscriber).values_list("paper_id", flat=True))
    new = {one: paper for one, paper in matched.papers if paper.pk not in seeds}
    asked = _asked(subscriber, matched.wanted)
    chosen = _newest([*new, *asked], _room(subscriber, len(seeds)))
    added = add_seeds(subscriber, [new[one] for one in chosen if one in new], now)
    wanted = [one.identity for one in chosen if one.identity and one not in new]
    lists = matched.lists[: max(0, MOST_LISTS - _lists(subscriber).count())]
    request(subscriber, [*wanted, *lists], now)
    return Named(
        new=added,
        before=len(matched.papers) - len(new) + len(matched.wanted) - len(asked),
        waiting=len(wanted),
        lists=len(lists),
        beyond=len(new) + len(asked) - len(chosen) + len(matched.lists) - len(lists),
    )


def pick(subscriber: Subscriber, paper_ids: Collection[int], now: datetime) -> Named:
    """Add papers that a reader picked from the archive, those of lists only."""
    papers = Paper.listed.filter(pk__in=paper_ids).order_by("pk")
    found = ((Reference(0, str(paper.pk)), paper) for paper in papers)
    return name_papers(subscriber, Matched(papers=tuple(found)), now)


def request(subscriber: Subscriber, identities: Sequence[Identity], now: datetime) -> None:
    """Let ids be looked up: new ones, and once more those that failed before."""
    rows = [
        SeedRequest(
            subscriber=subscriber, kind=kind, identity=value, next_attempt_at=now, asked_at=now
        )
        for kind, value in identities
    ]
    fresh = [
        "state", "reason", "papers", "attempts", "next_attempt_at", "error", "asked_at",
    ]  # fmt: skip
    SeedRequest.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["subscriber", "kind", "identity"],
        update_fields=fresh,
    )


@transaction.atomic
def forget_request(subscriber: Subscriber, request_id: int) -> bool:
    """Delete a request that a reader no longer wants; False when there was none."""
    count, _ = subscriber.seed_requests.filter(pk=request_id).delete()
    return bool(count)


def _newest(found: list[Reference], room: int) -> list[Reference]:
    """As many as there is room for; in their own order if that is all of them."""
    return found if len(found) <= room else newest_first(found)[:room]


def _asked(subscriber: Subscriber, wanted: Iterable[Reference]) -> list[Reference]:
    """Those that do not wait already."""
    waiting = set(_waiting(subscriber).values_list("kind", "identity"))
    return [one for one in wanted if one.identity and tuple(one.identity) not in waiting]


def _room(subscriber: Subscriber, seeds: int) -> int:
    lists = SeedRequest.LISTS
    waiting = _waiting(subscriber).exclude(kind__in=lists).count()
    return int(max(0, settings.SEEDS_PER_READER - seeds - waiting))


def _seeds(subscriber: Subscriber) -> QuerySet[Feedback]:
    return subscriber.feedback.filter(kind=Feedback.Kind.SEED)


def _waiting(subscriber: Subscriber) -> QuerySet[SeedRequest]:
    return subscriber.seed_requests.filter(state=State.WAITING)


def _lists(subscriber: Subscriber) -> QuerySet[SeedRequest]:
    return subscriber.seed_requests.filter(kind__in=SeedRequest.LISTS)


def _by_arxiv_id(ids: Iterable[str]) -> dict[str, Paper]:
    rows = Paper.objects.defer("search", "summary").filter(arxiv_id__in=list(ids))
    return {str(paper.arxiv_id): paper for paper in rows}


def _by_title(found: Iterable[Reference]) -> dict[str, Paper]:
    """Stored papers by their normalised title; of several the oldest with an arXiv id."""
    keys = list(dict.fromkeys(key for one in found for key in _keys(one)))[:_KEYS]
    rows = Paper.objects.defer("search", "summary").filter(title_key__in=keys)
    in_order = rows.annotate(has_id=Q(arxiv_id__isnull=False)).order_by("has_id", "-pk")
    return {paper.title_key: paper for paper in in_order}


def _keys(one: Reference) -> list[str]:
    return [key for title in one.titles if (key := title_key(title))]
