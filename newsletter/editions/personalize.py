"""Choose the papers of a digest from an edition, by interests. Pure: values in, values out.

The worth of a paper to a recipient is how strongly it trends among the edition's papers, plus how
much it is about what they follow, minus a little for each paper already chosen from the same topic.
A paper that they were sent before, or that holds a muted word, is never chosen; nor is one that
touches nothing they follow: a thin digest is better than a padded one.

What a reader's feedback on papers says (their profile) takes the place of a part of both terms: how
alike a paper and those that they liked are (newsletter/editions/profile.py). A paper much like
those is chosen though it touches nothing they follow, each followed topic keeps a paper, and one
paper of a full digest is from outside of the profile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from newsletter.editions.personal import exploration
from newsletter.editions.personal.floors import floors
from newsletter.editions.personal.likeness import Likeness, Matches, Nearest, likeness
from newsletter.editions.profile import DECLARED, Profile, blend, z_scores
from papers.text.author_match import PrintedAuthors, in_reading_order, parse_authors
from papers.text.terms import FoldedTexts, parse_terms

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Weights, in units of one standard deviation of the edition's trends.
TOPIC: Final = 1.0  # a paper wholly about a followed topic
KEYWORD: Final = 2.0  # a followed word is narrower than a topic
AUTHOR: Final = 4.0  # a followed author is the narrowest interest (docs/ranking.md)
REPEAT: Final = 0.35  # subtracted for each paper already chosen from the same topic

NO_TOPIC: Final = -1
_KEPT: Final = 10_000  # terms, and picks, some 500 bytes each


@dataclass(frozen=True, slots=True)
class CandidatePaper:
    """What is needed of a paper of the edition to choose it or not."""

    paper_id: int
    position: int
    trend: float
    topics: Mapping[str, float]  # slug → weight
    words: str  # title and summary, as two paragraphs
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interests:
    """What a subscriber follows. No topics, words and authors at all: everything."""

    topics: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    size: int = 10
    profile: Profile | None = None  # what their feedback on papers says; it counts with matches

    @property
    def follows_all(self) -> bool:
        return not (self.topics or self.keywords or self.authors)


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen paper and the interests it was chosen for; an empty text: not for one of these.

    `like`: the liked paper that it is most like, where its likeness chose it, and `liked_as` how
    that one was liked. `explored`: it was chosen from outside of the reader's profile, to learn
    what they make of it.
    """

    paper_id: int
    topic: str = ""
    keyword: str = ""
    author: str = ""
    like: int | None = None
    liked_as: str = ""
    explored: bool = False


class Choice(NamedTuple):
    """The papers of a digest, best first, and those that the last of them may give way to.

    `outside` has strong papers from outside of the reader's profile, for
    `newsletter.editions.personal.exploration`; it is empty where none is to be explored.
    """

    picks: Sequence[Pick]
    outside: Sequence[Pick] = ()


class Ranking:
    """An edition's papers as arrays, built once and used for many recipients.

    About 0.1 ms a recipient over 500 papers, most of it sorting.
    """

    def __init__(self, papers: Sequence[CandidatePaper]) -> None:
        self.papers = sorted(papers, key=lambda paper: paper.position)
        self.ids = np.array([paper.paper_id for paper in self.papers], dtype=np.int64)
        self.z_scores = z_scores(np.array([paper.trend for paper in self.papers], np.float64))
        self.topics = sorted({slug for paper in self.papers for slug in paper.topics})
        self._column = {slug: column for column, slug in enumerate(self.topics)}
        self.weights = np.zeros((len(self.papers), len(self.topics) + 1))  # the last: no topic
        for row, paper in enumerate(self.papers):
            for slug, weight in paper.topics.items():
                self.weights[row, self._column[slug]] = weight
        # Recipients share terms and reasons; terms that only one of them follows are dropped again.
        self.mentions = lru_cache(_KEPT)(self._mentions)
        self.written_by = lru_cache(_KEPT)(self._written_by)
        self.pick = lru_cache(_KEPT)(self._pick)

    def columns(self, interests: Interests) -> NDArray[np.intp]:
        """The columns of the followed topics in `weights`; of all topics when all are followed."""
        known = self.topics if interests.follows_all else self._known(interests.topics)
        return np.array([self._column[slug] for slug in known] or [len(self.topics)], dtype=np.intp)

    def of_topics(self, slugs: frozenset[str]) -> Floats:
        """The papers' weights in those of these topics that any has: shape (papers, topics)."""
        return self.weights[:, [self._column[slug] for slug in self._known(slugs)]]

    def _known(self, slugs: frozenset[str]) -> list[str]:
        return sorted(slugs & self._column.keys())

    @cached_property
    def strong(self) -> Flags:
        """Which papers may be explored with, as far as their trend goes."""
        return exploration.strong(self.z_scores)

    @cached_property
    def ordinary(self) -> Flags:
        """Which papers trend no less than half of the edition."""
        return np.asarray(self.z_scores >= np.median(self.z_scores))

    @cached_property
    def _texts(self) -> FoldedTexts:
        """The papers' words; made when the first term asks for them. 500 papers: 170 ms, 1.4 MB."""
        return FoldedTexts([paper.words for paper in self.papers])

    def _mentions(self, term: str) -> Flags:
        """Which papers mention the term (`papers.text.terms`). 500 papers: about 1 ms."""
        return self._flags(self._texts.mentioning(term))

    @cached_property
    def _authors(self) -> PrintedAuthors:
        """The papers' authors; made when the first name asks for them. 500 papers: 200 ms, 2 MB."""
        return PrintedAuthors([paper.authors for paper in self.papers])

    def _written_by(self, author: str) -> Flags:
        """Which papers the author has written (`papers.text.author_match`)."""
        return self._flags(self._authors.written_by(author))

    def among(self, papers: Collection[int]) -> Flags:
        """Which papers are among these ids."""
        return np.isin(self.ids, np.fromiter(papers, np.int64, len(papers)))

    def _pick(
        self, row: int, topic: int, keyword: str, author: str, like: Nearest | None = None
    ) -> Pick:
        """The paper of a row, chosen for this topic (a column, or NO_TOPIC), keyword and author."""
        slug = "" if topic == NO_TOPIC else self.topics[topic]
        # A stored interest may hold several: the reader gets the one that is in this paper.
        term = next((one for one in parse_terms(keyword) if self.mentions(one)[row]), keyword)
        name = next((one for one in parse_authors(author) if self.written_by(one)[row]), author)
        liked, liked_as = like or (None, "")
        return Pick(
            int(self.ids[row]), slug, term.replace('"', ""), in_reading_order(name), liked, liked_as
        )

    def _flags(self, values: Iterable[bool]) -> Flags:
        return np.fromiter(values, np.bool_, len(self.papers))


class _Found(NamedTuple):
    """What an edition has for one reader: arrays with an item for each paper.

    `allowed` are those that were not sent before and hold no muted word, `wanted` those that may be
    chosen. `topic` is the column of the followed topic that a paper is most about, `affinity` how
    much it is, `named` what its followed words and authors are worth.
    """

    allowed: Flags
    wanted: Flags
    worth: Floats
    topic: NDArray[np.intp]
    affinity: Floats
    named: Floats
    likeness: Likeness | None = None


def personalize(
    interests: Interests, ranking: Ranking, seen: Collection[int], matches: Matches | None = None
) -> Choice:
    """The papers for these interests, at most `interests.size`.

    Args:
        seen: ids of papers that this recipient was sent before.
        matches: of `interests.profile`, which counts for nothing without them.

    Among papers of equal worth the one with the lower position comes first, so that the same
    edition and the same interests always give the same digest.
    """
    found = _found(interests, ranking, seen, matches)
    must = _must(interests, ranking, found)
    rows = _diverse(np.flatnonzero(found.wanted), found.worth, found.topic, interests.size, must)
    picks = [_pick(interests, ranking, found, row) for row in rows]
    outside = _outside(interests, ranking, found, rows)
    return Choice(picks, [Pick(int(ranking.ids[row]), explored=True) for row in outside])


def matching(
    interests: Interests, ranking: Ranking, seen: Collection[int], matches: Matches | None = None
) -> int:
    """How many papers `personalize` would choose from, whatever the size of the digest."""
    return int(_found(interests, ranking, seen, matches).wanted.sum())


def _found(
    interests: Interests, ranking: Ranking, seen: Collection[int], matches: Matches | None
) -> _Found:
    columns = ranking.columns(interests)
    followed = ranking.weights[:, columns]
    affinity = followed.max(axis=1, initial=0.0)
    topic = np.where(affinity > 0, columns[followed.argmax(axis=1)], NO_TOPIC)
    mentioned = _any(ranking, [ranking.mentions(term) for term in interests.keywords])
    written = _any(ranking, [ranking.written_by(name) for name in interests.authors])
    named = KEYWORD * mentioned + AUTHOR * written
    worth = ranking.z_scores + TOPIC * affinity + KEYWORD * mentioned + AUTHOR * written

    allowed = ~_any(ranking, [ranking.mentions(term) for term in interests.muted])
    if seen:
        allowed &= ~ranking.among(seen)
    wanted = ((affinity > 0) | mentioned | written | interests.follows_all) & allowed
    found = _Found(allowed, wanted, worth, topic, affinity, named)
    if interests.profile is None or matches is None:
        return found
    return _with_profile(found, interests, interests.profile, ranking, matches)


def _with_profile(
    found: _Found, interests: Interests, profile: Profile, ranking: Ranking, matches: Matches
) -> _Found:
    """The same with what the reader's feedback says: what is much like liked papers is wanted."""
    like = likeness(matches, _ignored(profile, ranking))
    declared = TOPIC * found.affinity
    if interests.follows_all and like.z.any():  # no topic was declared, and it is known what is
        declared = np.zeros_like(declared)  # liked: then how much a paper is of any says nothing
    worth = blend(
        declared,
        ranking.z_scores,
        like.values,
        matches.events,
        balance=profile.balance,
        named=found.named,
        follows=bool(interests.topics),
    )
    wanted = found.wanted
    if profile.balance:  # else the reader wants likeness to count for nothing
        wanted = wanted | (like.is_much & found.allowed)
    return found._replace(wanted=wanted, worth=worth, likeness=like)


def _ignored(profile: Profile, ranking: Ranking) -> Flags:
    """The papers of the topics and words for which the reader wants likeness not to count."""
    ignored = _any(ranking, [ranking.mentions(term) for term in profile.ignored_words])
    if not profile.ignored_topics:
        return ignored
    return np.asarray(ignored | (ranking.of_topics(profile.ignored_topics) > 0).any(axis=1))


def _must(interests: Interests, ranking: Ranking, found: _Found) -> list[int]:
    """The rows that a digest must have, as its reader follows their topics: with a profile only."""
    if found.likeness is None or not interests.topics or not found.wanted.any():
        return []
    weights = ranking.of_topics(interests.topics)
    return floors(weights, found.worth, found.wanted & ranking.ordinary, interests.size)


def _outside(
    interests: Interests, ranking: Ranking, found: _Found, rows: Sequence[int]
) -> list[int]:
    """The rows to explore with, where the digest is full and enough is known of its reader.

    A thin digest gets none: all that its reader could want is in it already.
    """
    like = found.likeness
    if like is None or like.matches.events < exploration.LEAST_EVENTS:
        return []
    if len(rows) < max(interests.size, exploration.SMALLEST):
        return []
    allowed = found.allowed & ranking.strong & (found.named == 0) & ~like.ignored
    allowed[rows] = False
    return exploration.outside(ranking.z_scores, like.values, like.dislike, allowed)


def _any(ranking: Ranking, flags: Sequence[Flags]) -> Flags:
    """Which papers are flagged at least once."""
    return np.logical_or.reduce(flags) if flags else np.zeros(len(ranking.ids), np.bool_)


def _pick(interests: Interests, ranking: Ranking, found: _Found, row: int) -> Pick:
    topic = int(found.topic[row])
    if not found.named[row]:
        return ranking.pick(row, topic, "", "", _like(interests, found, row))
    keyword = next((term for term in interests.keywords if ranking.mentions(term)[row]), "")
    author = next((name for name in interests.authors if ranking.written_by(name)[row]), "")
    return ranking.pick(row, topic, keyword, author)


def _like(interests: Interests, found: _Found, row: int) -> Nearest | None:
    """The liked paper for whose likeness a paper was chosen, rather than for its topic."""
    like, profile = found.likeness, interests.profile
    if not (like and profile and profile.balance and like.is_much[row]):
        return None
    followed = 0.0 if interests.follows_all else TOPIC * found.affinity[row]
    # The two terms of `blend`, both divided by events + DECLARED.
    is_chosen_for_it = like.matches.events * like.z[row] >= DECLARED * followed
    return like.nearest(row) if is_chosen_for_it else None


def _diverse(
    rows: NDArray[np.intp],
    worth: Floats,
    topics: NDArray[np.intp],
    size: int,
    must: Sequence[int] = (),
) -> list[int]:
    """Greedy choice: each further paper of one topic counts REPEAT less than the one before.

    Within a topic papers are chosen by worth, so what a paper counts is known before anything is
    chosen: its worth, less REPEAT for each better paper of its topic. These values fall within
    every topic, and to take the best head of falling queues again and again is to sort. Papers
    without a topic are never counted against each other.

    Args:
        must: rows that are chosen in any case, at most `size`.
    """
    ordered = rows[np.argsort(-worth[rows], kind="stable")]
    led = topics[ordered]
    counts = worth[ordered] - REPEAT * np.where(led == NO_TOPIC, 0, _places(led))
    best = ordered[np.lexsort((ordered, -counts))]
    if must:
        best = best[_with(np.isin(best, must), size)]
    return [int(row) for row in best[:size]]


def _with(must: Flags, size: int) -> Flags:
    """These, and of the others the first ones, `size` in all."""
    return np.asarray(must | (np.cumsum(~must) <= size - int(must.sum())))


def _places(groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each item, how many items of the same group stand before it."""
    by_group = np.argsort(groups, kind="stable")
    sorted_groups = groups[by_group]
    starts = np.searchsorted(sorted_groups, sorted_groups)
    places = np.empty_like(by_group)
    places[by_group] = np.arange(len(groups)) - starts
    return places
