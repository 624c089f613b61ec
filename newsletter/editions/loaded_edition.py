"""An edition in memory: its papers ranked, its fragments encoded; loaded once for many digests."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from django.db.models import Min

from newsletter.editions import links, old_tokens
from newsletter.editions.fragments import Layout, PaperFragment, without_placeholders
from newsletter.editions.personalize import (
    CandidatePaper,
    Interests,
    Pick,
    Ranking,
    matching,
    personalize,
)
from newsletter.editions.reasons import why
from newsletter.editions.render import RENDERER, Digest, DigestBody, build_digest
from newsletter.editions.slots import upgraded_fragment, upgraded_layout
from newsletter.editions.windows import WINDOW_OF
from newsletter.models import Candidate, Delivery, Edition, StoredPick
from papers.models import Topic
from papers.windows import opens_at
from web.isolation import is_about_one_row
from web.sql import array, text_array

log = logging.getLogger(__name__)
_NO_PAPERS: Final[frozenset[int]] = frozenset()
_KEPT_SELECTIONS: Final = 6_000  # about 11 KB each with their digest bodies


class Columns(NamedTuple):
    """The picks of a digest as DigestContent's columns: three PostgreSQL array literals."""

    positions: str
    papers: str
    reasons: str


class SeenScope(NamedTuple):
    """The editions that can have sent papers of an edition before it.

    Those from the id `first_edition` on, as far as their deliveries were written `since` then;
    and single older ones.
    """

    since: datetime
    first_edition: int
    older_editions: tuple[int, ...] = ()


class Selection:
    """The papers of a digest, in order, each with its reason; with their `columns` and `body`."""

    def __init__(
        self, picks: Sequence[StoredPick], edition: LoadedEdition, renderer: str = RENDERER
    ) -> None:
        self.picks = picks
        self._edition, self._renderer = edition, renderer

    @cached_property
    def columns(self) -> Columns:
        """The picks as the database stores them; made once for all recipients who share them."""
        return Columns(
            array(pick.position for pick in self.picks),
            array(pick.paper_id for pick in self.picks),
            text_array(pick.reason for pick in self.picks),
        )

    def built(self) -> Selection:
        """The same selection, whose body is built for certain.

        Raises:
            LookupError: a paper is no longer in the edition, or none of them can be rendered.
        """
        _ = self.body
        return self

    @cached_property
    def body(self) -> DigestBody:
        return self._edition.body(self.picks, self._renderer)


class LoadedEdition:
    """One edition in memory, about 10 KB a paper."""

    def __init__(self, edition: Edition) -> None:
        self.edition_id = edition.pk
        self.composed_at = edition.composed_at
        self._layout = Layout(upgraded_layout(edition.html), upgraded_layout(edition.text))
        stored = list(Candidate.objects.filter(edition=edition))
        candidates = [candidate for candidate in stored if _is_intact(candidate)]
        # Frozen by an earlier version: no message can be built of them, so none has ever left.
        intact = {candidate.position for candidate in candidates}
        self._broken = {candidate.position for candidate in stored} - intact
        self._by_paper = {candidate.paper_id: candidate for candidate in candidates}
        self._papers = frozenset(self._by_paper)
        self.seen_scope = _seen_scope(edition, self._papers)
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

    def matching(self, interests: Interests, seen: Collection[int]) -> int:
        """How many papers `select` chooses from."""
        return matching(interests, self._ranking, self._papers.intersection(seen))

    def restore(self, picks: Sequence[StoredPick], renderer: str = RENDERER) -> Selection:
        """The selection that a delivery has stored, to be rendered by the version that it names."""
        return Selection(picks, self, renderer)

    def _select(self, interests: Interests, seen: frozenset[int]) -> Selection:
        picks = personalize(interests, self._ranking, seen)
        return Selection(tuple(self._stored(pick) for pick in picks), self)

    def _pick_as_stored(self, pick: Pick) -> StoredPick:
        candidate = self._by_paper[pick.paper_id]
        reason = why(pick, candidate.facts, self._topic_names)
        return StoredPick(candidate.position, pick.paper_id, without_placeholders(reason))

    def body(self, picks: Sequence[StoredPick], renderer: str = RENDERER) -> DigestBody:
        """The digest body of these picks, without papers that cannot be rendered.

        Raises:
            LookupError: a paper of the picks is no longer in the edition, or none is left.
        """
        intact = [pick for pick in picks if pick.position not in self._broken]
        papers = [(self._fragments[pick.position], pick.reason) for pick in intact]
        if renderer == old_tokens.RENDERER:  # its tokens were shorter, and so were its lines
            length = old_tokens.TOKEN_LENGTH
            old = [(replace(fragment, token_length=length), why) for fragment, why in papers]
            return DigestBody(replace(self._layout, token_length=length), old)
        return DigestBody(self._layout, papers)


def load_edition(edition_id: int) -> LoadedEdition:
    """A frozen edition, kept by the process until it is composed again.

    Raises:
        Edition.DoesNotExist: there is no such edition, or it is not frozen yet.
    """
    frozen = Edition.objects.filter(state=Edition.State.FROZEN)
    return _load(edition_id, frozen.values_list("composed_at", flat=True).get(pk=edition_id))


@lru_cache(maxsize=3)
def _load(edition_id: int, _composed_at: datetime | None) -> LoadedEdition:
    return LoadedEdition(Edition.objects.get(pk=edition_id, state=Edition.State.FROZEN))


def rebuild(delivery: Delivery, to: str) -> Digest:
    """The digest of a delivery that was sent, from the ledger, its subscriber and the edition.

    Raises:
        LookupError: the delivery never had a digest, its subscriber was erased, a paper of it is
            no longer in the edition, or the key of its tokens is no longer in the settings.
    """
    content, subscriber = delivery.content_or_none, delivery.subscriber
    if content is None:
        raise LookupError(f"delivery {delivery.pk} has no message")
    if subscriber is None:
        raise LookupError(f"the subscriber of delivery {delivery.pk} was erased")
    return build_digest(
        delivery_id=delivery.pk,
        subscriber_id=subscriber.pk,
        secret=subscriber.secret,
        to=to,
        dated_at=content.dated_at,
        body=load_edition(delivery.edition_id).body(content.picks, content.renderer),
        key_id=content.key_id,
        renderer=content.renderer,
    )


def _seen_scope(edition: Edition, paper_ids: Collection[int]) -> SeenScope:
    """Most papers were not sent before their window opened, and an edition is queued on the day
    after its last day (one day more costs nothing, and covers a clock that is wrong).

    The others, announced or listed on an earlier day too, were candidates of older editions. Both
    parts meet at the same day, or what an edition between them sent would be sent again.
    """
    since = opens_at(WINDOW_OF[edition.cadence], edition.day) - timedelta(days=2)
    recent = Edition.objects.filter(day__gte=since.date())
    first: int = recent.aggregate(first=Min("pk"))["first"]
    older = Candidate.objects.filter(paper__in=paper_ids, edition__lt=first).order_by()
    return SeenScope(since, first, tuple(older.values_list("edition", flat=True).distinct()))


def _is_intact(candidate: Candidate) -> bool:
    """Whether the candidate can be chosen and rendered; else it is logged as our error."""
    try:
        paper = _candidate_paper(candidate)
        texts = (candidate.facts["title"], *paper.authors)
        if _fragment(candidate).is_intact and all(isinstance(text, str) for text in texts):
            return True
    except Exception as error:  # any: a paper must not cost the edition
        if not is_about_one_row(error):
            raise
    log.error(
        "an error of ours: paper %s of edition %s cannot be rendered, and no digest shows it",
        candidate.paper_id, candidate.edition_id,
    )  # fmt: skip
    return False


def _fragment(candidate: Candidate) -> PaperFragment:
    facts, numbers = candidate.facts, links.numbers(candidate.position, candidate.facts)
    return PaperFragment(
        title=without_placeholders(facts["title"]),
        html=upgraded_fragment(candidate.html, numbers),
        text=upgraded_fragment(candidate.text, numbers),
    )


def _candidate_paper(candidate: Candidate) -> CandidatePaper:
    facts = candidate.facts
    return CandidatePaper(
        paper_id=candidate.paper_id,
        position=candidate.position,
        trend=candidate.trend,
        topics=candidate.topics,
        words=f"{facts['title']}\n\n{facts['summary']}",
        authors=tuple(facts["authors"]),
    )
