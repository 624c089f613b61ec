"""Choose the papers of a digest from an edition, by interests. Pure: values in, values out.

The worth of a paper to a recipient is how strongly it trends among the edition's papers, plus how
much it is about what they follow, minus a little for each paper already chosen from the same topic.
A paper that they were sent before, or that holds a muted word, is never chosen; nor is one that
touches nothing they follow: a thin digest is better than a padded one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from newsletter.editions.profile import Profile
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
    profile: Profile | None = None  # what their feedback on papers says

    @property
    def follows_all(self) -> bool:
        return not (self.topics or self.keywords or self.authors)


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen paper and the interests it was chosen for; an empty text: not for one of these.

    `like`: the liked paper that it is most like, where its likeness chose it. `explored`: it was
    chosen from outside of the reader's profile, to learn what they make of it.
    """

    paper_id: int
    topic: str = ""
    keyword: str = ""
    author: str = ""
    like: int | None = None
    explored: bool = False


class Ranking:
    """An edition's papers as arrays, built once and used for many recipients.

    About 0.1 ms a recipient over 500 papers, most of it sorting.
    """

    def __init__(self, papers: Sequence[CandidatePaper]) -> None:
        self.papers = sorted(papers, key=lambda paper: paper.position)
        self.ids = np.array([paper.paper_id for paper in self.papers], dtype=np.int64)
        self.z_scores = _z_scores([paper.trend for paper in self.papers])
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
        followed = interests.topics & self._column.keys()
        known = self.topics if interests.follows_all else sorted(followed)
        return np.array([self._column[slug] for slug in known] or [len(self.topics)], dtype=np.intp)

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

    def _pick(self, row: int, topic: int, keyword: str, author: str) -> Pick:
        """The paper of a row, chosen for this topic (a column, or NO_TOPIC), keyword and author."""
        slug = "" if topic == NO_TOPIC else self.topics[topic]
        # A stored interest may hold several: the reader gets the one that is in this paper.
        term = next((one for one in parse_terms(keyword) if self.mentions(one)[row]), keyword)
        name = next((one for one in parse_authors(author) if self.written_by(one)[row]), author)
        return Pick(int(self.ids[row]), slug, term.replace('"', ""), in_reading_order(name))

    def _flags(self, values: Iterable[bool]) -> Flags:
        return np.fromiter(values, np.bool_, len(self.papers))


def personalize(interests: Interests, ranking: Ranking, seen: Collection[int]) -> list[Pick]:
    """The papers for these interests, best first; at most `interests.size`, or fewer.

    Args:
        seen: ids of papers that this recipient was sent before.

    Among papers of equal worth the one with the lower position comes first, so that the same
    edition and the same interests always give the same digest.
    """
    wanted, worth, topic = _wanted(interests, ranking, seen)
    rows = _diverse(np.flatnonzero(wanted), worth, topic, interests.size)
    return [_pick(interests, ranking, row, int(topic[row])) for row in rows]


def matching(interests: Interests, ranking: Ranking, seen: Collection[int]) -> int:
    """How many papers `personalize` would choose from, whatever the size of the digest."""
    wanted, _, _ = _wanted(interests, ranking, seen)
    return int(wanted.sum())


def _wanted(
    interests: Interests, ranking: Ranking, seen: Collection[int]
) -> tuple[Flags, Floats, NDArray[np.intp]]:
    """Which papers may be chosen, what each is worth, and the column of its followed topic."""
    columns = ranking.columns(interests)
    followed = ranking.weights[:, columns]
    affinity = followed.max(axis=1, initial=0.0)
    topic = np.where(affinity > 0, columns[followed.argmax(axis=1)], NO_TOPIC)
    mentioned = _any(ranking, [ranking.mentions(term) for term in interests.keywords])
    written = _any(ranking, [ranking.written_by(name) for name in interests.authors])
    worth = ranking.z_scores + TOPIC * affinity + KEYWORD * mentioned + AUTHOR * written

    wanted = (affinity > 0) | mentioned | written | interests.follows_all
    wanted &= ~_any(ranking, [ranking.mentions(term) for term in interests.muted])
    if seen:
        wanted &= ~ranking.among(seen)
    return wanted, worth, topic


def _z_scores(trends: Sequence[float]) -> Floats:
    """Each trend's distance from the mean, in standard deviations; 0 where all are equal."""
    values = np.array(trends, dtype=np.float64)
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread else np.zeros(len(values))


def _any(ranking: Ranking, flags: Sequence[Flags]) -> Flags:
    """Which papers are flagged at least once."""
    return np.logical_or.reduce(flags) if flags else np.zeros(len(ranking.ids), np.bool_)


def _pick(interests: Interests, ranking: Ranking, row: int, topic: int) -> Pick:
    keyword = next((term for term in interests.keywords if ranking.mentions(term)[row]), "")
    author = next((name for name in interests.authors if ranking.written_by(name)[row]), "")
    return ranking.pick(row, topic, keyword, author)


def _diverse(
    rows: NDArray[np.intp], worth: Floats, topics: NDArray[np.intp], size: int
) -> list[int]:
    """Greedy choice: each further paper of one topic counts REPEAT less than the one before.

    Within a topic papers are chosen by worth, so what a paper counts is known before anything is
    chosen: its worth, less REPEAT for each better paper of its topic. These values fall within
    every topic, and to take the best head of falling queues again and again is to sort. Papers
    without a topic are never counted against each other.
    """
    ordered = rows[np.argsort(-worth[rows], kind="stable")]
    led = topics[ordered]
    counts = worth[ordered] - REPEAT * np.where(led == NO_TOPIC, 0, _places(led))
    return [int(row) for row in ordered[np.lexsort((ordered, -counts))[:size]]]


def _places(groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each item, how many items of the same group stand before it."""
    by_group = np.argsort(groups, kind="stable")
    sorted_groups = groups[by_group]
    starts = np.searchsorted(sorted_groups, sorted_groups)
    places = np.empty_like(by_group)
    places[by_group] = np.arange(len(groups)) - starts
    return places
