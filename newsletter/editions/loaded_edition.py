"""An edition in memory: its papers ranked, its fragments encoded; loaded once for many digests.

Another language than the default one is loaded with the first reader of it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from django.db.models import Min
from django.utils.translation import override

from newsletter.editions import old_tokens
from newsletter.editions.personal.exploration import draw, with_explored
from newsletter.editions.personal.known_papers import KnownPapers, papers_of, says_nothing
from newsletter.editions.personal.likeness import Matches
from newsletter.editions.personalize import (
    Choice,
    Interests,
    Pick,
    Ranking,
    matching,
    personalize,
)
from newsletter.editions.profile import day_number
from newsletter.editions.reasons import why
from newsletter.editions.rendering.body import RENDERER, DigestBody
from newsletter.editions.rendering.fragments import Layout
from newsletter.editions.rendering.list_headers import digest_feedback_id
from newsletter.editions.rendering.message import Digest, build_digest
from newsletter.editions.rendering.paper_context import without_placeholders
from newsletter.editions.rendering.sections import arranged
from newsletter.editions.rendering.slots import upgraded_layout
from newsletter.editions.stored_candidates import (
    candidate_paper,
    fragment_of,
    has_reason,
    is_intact,
)
from newsletter.editions.translations import EditionTexts, in_language
from newsletter.editions.windows import WINDOW_OF, days_in_words
from newsletter.models import Candidate, Delivery, Edition, StoredPick
from papers.models import Topic
from papers.windows import opens_at
from web.languages import DEFAULT_LANGUAGE
from web.sql import array, text_array

log = logging.getLogger(__name__)
_NO_PAPERS: Final[frozenset[int]] = frozenset()
_KEPT_SELECTIONS: Final = 6_000  # about 11 KB each with their digest bodies
_KEPT_CHOICES: Final = 1_000  # of readers with profiles; about 2 KB each


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
    """The papers of a digest, in order, each with its reason; with their `columns` and `body`.

    `language` is that of the reasons and of the mail: the reader's, or the default one where the
    edition has no other. `sections` has the letter of each paper's section, `opening` a sentence
    above them. `explored` is the place, from 0, of the paper from outside of the reader's
    profile; `teams` says which of two compared rankings chose each paper, in order: A or B.
    """

    def __init__(
        self,
        picks: Sequence[StoredPick],
        edition: LoadedEdition,
        renderer: str = RENDERER,
        language: str = DEFAULT_LANGUAGE,
        *,
        explored: int | None = None,
        teams: str = "",
        sections: str = "",
        opening: str = "",
    ) -> None:
        self.picks, self.language = picks, language
        self.explored, self.teams = explored, teams
        self.sections, self.opening = sections, opening
        self._edition, self._renderer = edition, renderer

    @cached_property
    def columns(self) -> Columns:
        """The picks as the database stores them; made once for all recipients who share them."""
        return Columns(
            array(pick.position for pick in self.picks),
            array(pick.paper_id for pick in self.picks),
            text_array(pick.reason for pick in self.picks),
        )

    def opened(self, opening: str) -> Selection:
        """The same selection with a sentence above its papers: one reader's own."""
        return Selection(
            self.picks,
            self._edition,
            self._renderer,
            self.language,
            explored=self.explored,
            teams=self.teams,
            sections=self.sections,
            opening=opening,
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
        return self._edition.body(
            self.picks, self._renderer, self.language, self.sections, self.opening
        )


class LoadedEdition:
    """One edition in memory, about 10 KB a paper, and 5 KB for each other language that is used."""

    def __init__(self, edition: Edition) -> None:
        self.edition_id = edition.pk
        self.composed_at = edition.composed_at
        stored = list(Candidate.objects.filter(edition=edition))
        candidates = [candidate for candidate in stored if is_intact(candidate)]
        # Frozen by an earlier version: no message can be built of them, so none has ever left.
        intact = {candidate.position for candidate in candidates}
        self._broken = {candidate.position for candidate in stored} - intact
        self._positions = {candidate.paper_id: candidate.position for candidate in candidates}
        self._papers = frozenset(self._positions)
        self.seen_scope = _seen_scope(edition, self._papers)
        self._default = EditionTexts(
            DEFAULT_LANGUAGE,
            Layout(upgraded_layout(edition.html), upgraded_layout(edition.text)),
            {candidate.position: fragment_of(candidate) for candidate in candidates},
            {candidate.position: candidate.facts for candidate in candidates},
            intact,
        )
        self._texts = {DEFAULT_LANGUAGE: self._default}
        # Its figures are read when it is chosen, so a paper without them is not. A digest that was
        # sent has its reasons in the ledger, and can still be rebuilt.
        explained = (candidate for candidate in candidates if has_reason(candidate))
        self._ranking = Ranking([candidate_paper(candidate) for candidate in explained])
        self._known = KnownPapers(self._ranking.ids.tolist())
        self._day = day_number(edition.day)
        self._window = Edition(cadence=edition.cadence, day=edition.day)
        self._feedback_id = digest_feedback_id(edition.cadence, edition.day)
        self._topic_names = dict(Topic.objects.values_list("slug", "name"))
        self._stored = lru_cache(_KEPT_SELECTIONS)(self._pick_as_stored)
        self._selections = lru_cache(_KEPT_SELECTIONS)(self._select)
        self._choices = lru_cache(_KEPT_CHOICES)(self._choose)

    def select(
        self,
        interests: Interests,
        seen: Collection[int],
        language: str = DEFAULT_LANGUAGE,
        *,
        reader: int = 0,
        in_sections: bool = True,
    ) -> Selection:
        """The papers for these interests, without those of the ids in `seen`.

        Recipients with the same interests who were sent the same papers share one selection, those
        of another language another one. Of recipients with the same profile `reader`, an id,
        decides who is shown which paper from outside of it. Not `in_sections`: in the ranking's
        order, where that one's place is drawn too.
        """
        unwanted = self._papers.intersection(seen) if seen else _NO_PAPERS
        language = self.texts(language).language
        if interests.profile:
            interests, unwanted = self._prepared(interests, unwanted)
        if interests.profile is None:
            return self._selections(interests, unwanted, language, in_sections=in_sections)
        version = self._known.version
        explores = bool(self._choices(interests, unwanted, version).outside)
        number = draw(self.edition_id, reader) if explores else 0
        return self._selections(
            interests, unwanted, language, version, number, in_sections=in_sections
        )

    def matching(self, interests: Interests, seen: Collection[int]) -> int:
        """How many papers `select` chooses from."""
        comparable, unwanted = self._prepared(interests, self._papers.intersection(seen))
        matches = self._matches(comparable)
        return matching(comparable, self._ranking, unwanted, matches)

    def learn(self, paper_ids: Iterable[int]) -> None:
        """Compare the candidates with papers of readers' profiles: one query for those not known.

        `select` does it for one reader; for a batch of them do it before.
        """
        self._known.learn(paper_ids)

    def _prepared(
        self, interests: Interests, unwanted: frozenset[int]
    ) -> tuple[Interests, frozenset[int]]:
        """The interests with what can be compared of their profile; and the papers not to choose.

        Those of the profile are among them: their reader knows them. A profile that says nothing
        becomes None, as those of most readers are.
        """
        profile = interests.profile
        if profile is None:
            return interests, unwanted
        papers = papers_of(profile)
        self.learn(papers)
        known = self._known.known(profile)
        if known is not profile or says_nothing(known):
            interests = replace(interests, profile=None if says_nothing(known) else known)
        return interests, unwanted | (papers & self._papers)

    def restore(
        self,
        picks: Sequence[StoredPick],
        renderer: str = RENDERER,
        language: str = DEFAULT_LANGUAGE,
        sections: str = "",
        opening: str = "",
    ) -> Selection:
        """The selection that a delivery has stored, to be rendered by the version that it names."""
        return Selection(picks, self, renderer, language, sections=sections, opening=opening)

    def texts(self, language: str) -> EditionTexts:
        """What the edition says in a language; in the default one if it was not translated."""
        found = self._texts.get(language)
        if found is None:
            found = self._texts[language] = in_language(language, self.edition_id, self._default)
        return found

    def _select(
        self,
        interests: Interests,
        seen: frozenset[int],
        language: str,
        version: int = 0,
        number: int = 0,
        *,
        in_sections: bool = True,
    ) -> Selection:
        kept = interests.profile is not None  # others share selections, not only choices
        choice = (self._choices if kept else self._choose)(interests, seen, version)
        picks, explored = with_explored(choice.picks, choice.outside, number)
        sections = ""
        if in_sections and picks:
            named = [bool(pick.author or pick.keyword) for pick in picks]
            places, sections = arranged(named, explored)
            picks = [picks[place] for place in places]
            explored = None if explored is None else places.index(explored)
        if interests.follows_all:  # no topic of it is one that the reader follows
            picks = [replace(pick, topic="") for pick in picks]
        stored = tuple(self._stored(pick, language) for pick in picks)
        return Selection(stored, self, language=language, explored=explored, sections=sections)

    def _choose(self, interests: Interests, seen: frozenset[int], _version: int) -> Choice:
        return personalize(interests, self._ranking, seen, self._matches(interests))

    def _matches(self, interests: Interests) -> Matches | None:
        profile = interests.profile
        return self._known.matches(profile, self._day) if profile else None

    def _pick_as_stored(self, pick: Pick, language: str) -> StoredPick:
        position = self._positions[pick.paper_id]
        liked = self._known.title(pick.like) if pick.like is not None else ""
        texts = self.texts(language)
        # Facts without a translation are words of the default language: so is the whole reason.
        with override(language if position in texts.translated else self._default.language):
            reason = why(pick, texts.facts[position], self._topic_names, liked)
        return StoredPick(position, pick.paper_id, without_placeholders(reason))

    def body(
        self,
        picks: Sequence[StoredPick],
        renderer: str = RENDERER,
        language: str = DEFAULT_LANGUAGE,
        sections: str = "",
        opening: str = "",
    ) -> DigestBody:
        """The digest body of these picks, without papers that cannot be rendered.

        Raises:
            LookupError: a paper of the picks is no longer in the edition, or none is left.
        """
        texts = self.texts(language)
        whole = [place for place, pick in enumerate(picks) if pick.position not in self._broken]
        intact = [picks[place] for place in whole]
        sections = "".join(sections[place] for place in whole) if sections else ""
        papers = [(texts.fragments[pick.position], pick.reason) for pick in intact]
        layout = texts.layout
        if renderer == old_tokens.RENDERER:  # its tokens were shorter, and so were its lines
            length = old_tokens.TOKEN_LENGTH
            papers = [(replace(fragment, token_length=length), why) for fragment, why in papers]
            layout = replace(layout, token_length=length)
        with override(texts.language):
            days = days_in_words(self._window)
        return DigestBody(
            layout,
            papers,
            texts.language,
            renderer=renderer,
            days=days,
            feedback_id=self._feedback_id,
            sections=sections,
            opening=opening,
        )


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
        body=load_edition(delivery.edition_id).body(
            content.picks,
            content.renderer,
            content.language,
            content.sections,
            content.opening,
        ),
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
