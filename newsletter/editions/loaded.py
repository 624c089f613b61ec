"""An edition in memory: its papers ranked, its fragments encoded; loaded once for many digests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from json import dumps
from typing import Any, Final

from django.db.models import Min

from newsletter.editions.fragments import Layout, PaperFragment
from newsletter.editions.personalize import CandidatePaper, Interests, Pick, Ranking, personalize
from newsletter.editions.reasons import why
from newsletter.editions.render import Digest, DigestBody, build_digest
from newsletter.editions.windows import WINDOW_OF
from newsletter.models import Candidate, Edition
from papers.models import Topic
from papers.windows import opens_at

_NO_PAPERS: Final[frozenset[int]] = frozenset()
_KEPT_SELECTIONS: Final = 8_000  # about 5 KB each with their digest bodies

Picks = Sequence[Mapping[str, Any]]  # as a delivery stores them: [{"position", "paper", "why"}, …]


class Selection:
    """The papers of a digest with their reasons: as stored (`picks`, `json`) and as a `body`."""

    def __init__(self, picks: Picks, texts: Sequence[str], edition: LoadedEdition) -> None:
        """`texts`: the picks in JSON, one by one."""
        self.picks = picks
        self._texts = texts
        self._edition = edition

    @property
    def json(self) -> str:
        return f"[{','.join(self._texts)}]"

    @cached_property
    def body(self) -> DigestBody:
        return self._edition.body(self.picks)


class LoadedEdition:
    """One edition in memory, about 10 KB a paper."""

    def __init__(self, edition: Edition) -> None:
        self.edition_id = edition.pk
        self.seen_since = _seen_since(edition)
        self._layout = Layout(html=edition.html, text=edition.text)
        candidates = list(Candidate.objects.filter(edition=edition))
        self._by_paper = {candidate.paper_id: candidate for candidate in candidates}
        self._papers = frozenset(self._by_paper)
        # By position, which stays the same when two rows of one paper are merged later.
        self._fragments = {candidate.position: _fragment(candidate) for candidate in candidates}
        self._ranking = Ranking([_candidate_paper(candidate) for candidate in candidates])
        self._topic_names = dict(Topic.objects.values_list("slug", "name"))
        self._stored = lru_cache(_KEPT_SELECTIONS)(self._pick_as_stored)
        self._selections = lru_cache(_KEPT_SELECTIONS)(self._select)

    def select(self, interests: Interests, seen: Collection[int]) -> Selection:
        """The papers for these interests, without those of the ids in `seen`.

        Recipients with the same interests who were sent the same papers share one selection.
        """
        return self._selections(interests, self._papers.intersection(seen) if seen else _NO_PAPERS)

    def restore(self, picks: Picks) -> Selection:
        """The selection that a delivery has stored."""
        return Selection(picks, [_json(pick) for pick in picks], self)

    def _select(self, interests: Interests, seen: frozenset[int]) -> Selection:
        stored = [self._stored(pick) for pick in personalize(interests, self._ranking, seen)]
        return Selection(tuple(pick for pick, _ in stored), tuple(text for _, text in stored), self)

    def _pick_as_stored(self, pick: Pick) -> tuple[dict[str, Any], str]:
        """A pick as a delivery stores it, and the same in JSON."""
        candidate = self._by_paper[pick.paper_id]
        reason = why(pick, candidate.facts, self._topic_names)
        stored = {"position": candidate.position, "paper": pick.paper_id, "why": reason}
        return stored, _json(stored)

    def body(self, picks: Picks) -> DigestBody:
        """The digest body of these picks.

        Raises:
            KeyError: a paper of the picks is no longer in the edition.
        """
        return DigestBody(
            self._layout, [(self._fragments[pick["position"]], pick["why"]) for pick in picks]
        )


@lru_cache(maxsize=3)
def load_edition(edition_id: int) -> LoadedEdition:
    """A frozen edition, kept by the process: a frozen edition never changes.

    Raises:
        Edition.DoesNotExist: there is no such edition, or it is not frozen yet.
    """
    return LoadedEdition(Edition.objects.get(pk=edition_id, state=Edition.State.FROZEN))


def rebuild(delivery: Any, to: str) -> Digest:
    """The digest of a delivery that was sent, from the ledger and the edition alone.

    Args:
        delivery: a `Delivery`, or any object with its columns.

    Raises:
        LookupError: the delivery never had a digest, a paper of it is no longer in the edition,
            or the key of its token is no longer in the settings.
    """
    if not delivery.picks or delivery.dated_at is None:
        raise LookupError(f"delivery {delivery.pk} has no mail")
    return build_digest(
        delivery_id=delivery.pk,
        key_id=delivery.key_id,
        to=to,
        dated_at=delivery.dated_at,
        body=load_edition(delivery.edition_id).body(delivery.picks),
    )


def _seen_since(edition: Edition) -> tuple[datetime, int]:
    """The time, and the first edition by id, before which none of its papers can have been sent.

    A paper is not sent before it was listed; and an edition is queued on the day after its last
    day (one day more costs nothing, and covers a clock that is wrong).
    """
    since = opens_at(WINDOW_OF[edition.cadence], edition.day)
    sent = Edition.objects.filter(day__gte=(since - timedelta(days=2)).date())
    first: int = sent.aggregate(first=Min("pk"))["first"]
    return since, first


def _json(pick: Mapping[str, Any]) -> str:
    return dumps(pick, ensure_ascii=False, separators=(",", ":"))


def _fragment(candidate: Candidate) -> PaperFragment:
    return PaperFragment(title=candidate.facts["title"], html=candidate.html, text=candidate.text)


def _candidate_paper(candidate: Candidate) -> CandidatePaper:
    facts = candidate.facts
    return CandidatePaper(
        paper_id=candidate.paper_id,
        position=candidate.position,
        trend=candidate.trend,
        topics=candidate.topics,
        words=f"{facts['title']} {facts['summary']}",
        authors=tuple(facts["authors"]),
    )
