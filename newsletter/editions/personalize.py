"""Choose a reader's own papers from an edition. Pure: values in, values out.

A paper's worth to a reader is how strongly it trends among the edition's papers, plus how
much it is about what they follow, minus a little for each paper already chosen from the
same topic. What they were sent before or mute never comes; what touches nothing they follow
never comes either, for a thin digest is better than a padded one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Weights, in units of one standard deviation of the edition's trends.
TOPIC: Final = 1.0  # a paper wholly about a followed topic
KEYWORD: Final = 2.0  # followed words say more than a topic
AUTHOR: Final = 4.0  # a followed author says most (docs/ranking.md)
NO_TOPIC: Final = -1
_KEPT: Final = 10_000  # terms, and reasons, some 500 bytes each
REPEAT: Final = 0.35  # each paper already chosen from the same topic


@dataclass(frozen=True, slots=True)
class CandidatePaper:
    """A paper of the edition, as far as choosing needs it."""

    paper_id: int
    position: int
    trend: float
    topics: Mapping[str, float]  # slug → weight
    words: str  # title and summary
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interests:
    """What a reader wants. No topics, words and authors at all: everything."""

    topics: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    size: int = 10

    @property
    def follows_all(self) -> bool:
        return not (self.topics or self.keywords or self.authors)


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen paper and what it was chosen for: at most one of topic, keyword, author leads."""

    paper_id: int
    topic: str = ""
    keyword: str = ""
    author: str = ""


class Ranking:
    """An edition's papers as arrays, made once and asked for many readers.

    About 0.1 ms a reader over 500 papers, most of it sorting.
    """

    def __init__(self, offers: Sequence[CandidatePaper]) -> None:
        self.offers = sorted(offers, key=lambda offer: offer.position)
        self.ids = np.array([offer.paper_id for offer in self.offers], dtype=np.int64)
        self.z_scores = _z_scores([offer.trend for offer in self.offers])
        self.topics = sorted({slug for offer in self.offers for slug in offer.topics})
        self._column = {slug: column for column, slug in enumerate(self.topics)}
        self.weights = np.zeros((len(self.offers), len(self.topics) + 1))  # the last: no topic
        for row, offer in enumerate(self.offers):
            for slug, weight in offer.topics.items():
                self.weights[row, self._column[slug]] = weight
        # Readers share terms and reasons; what only one of them follows must not pile up.
        self.saying = lru_cache(_KEPT)(self._saying)
        self.by = lru_cache(_KEPT)(self._by)
        self.pick = lru_cache(_KEPT)(self._pick)

    def columns(self, reader: Interests) -> NDArray[np.intp]:
        """The topics that count for this reader; all of them for one who follows all."""
        known = self.topics if reader.follows_all else sorted(reader.topics & self._column.keys())
        return np.array([self._column[slug] for slug in known] or [len(self.topics)], dtype=np.intp)

    def _saying(self, term: str) -> Flags:
        """Which papers hold the term as whole words, in any case, plural or not."""
        pattern = re.compile(rf"(?<!\w){re.escape(term)}s?(?!\w)", re.IGNORECASE)
        return self._flags(bool(pattern.search(offer.words)) for offer in self.offers)

    def _by(self, author: str) -> Flags:
        """Which papers the author has written."""
        name = author.casefold()
        return self._flags(
            any(name == other.casefold() for other in offer.authors) for offer in self.offers
        )

    def among(self, papers: Collection[int]) -> Flags:
        """Which papers are among these ids."""
        return np.isin(self.ids, np.fromiter(papers, np.int64, len(papers)))

    def _pick(self, row: int, topic: int, keyword: str, author: str) -> Pick:
        """The paper of a row, chosen for these."""
        lead = "" if topic == NO_TOPIC else self.topics[topic]
        return Pick(int(self.ids[row]), lead, keyword, author)

    def _flags(self, values: Iterable[bool]) -> Flags:
        return np.fromiter(values, np.bool_, len(self.offers))


def personalize(reader: Interests, ranking: Ranking, seen: Collection[int]) -> list[Pick]:
    """The reader's papers, best first; at most `reader.size`, and fewer in a thin week.

    Args:
        seen: ids of papers that this reader was sent before.

    Ties go to the paper that stands higher in the common list, so that the same edition and
    the same reader always give the same digest.
    """
    columns = ranking.columns(reader)
    followed = ranking.weights[:, columns]
    affinity = followed.max(axis=1, initial=0.0)
    lead = np.where(affinity > 0, columns[followed.argmax(axis=1)], NO_TOPIC)
    said = _any(ranking, [ranking.saying(term) for term in reader.keywords])
    written = _any(ranking, [ranking.by(name) for name in reader.authors])
    worth = ranking.z_scores + TOPIC * affinity + KEYWORD * said + AUTHOR * written

    wanted = (affinity > 0) | said | written | reader.follows_all
    wanted &= ~_any(ranking, [ranking.saying(term) for term in reader.muted])
    if seen:
        wanted &= ~ranking.among(seen)
    rows = _diverse(np.flatnonzero(wanted), worth, lead, reader.size)
    return [_pick(reader, ranking, row, int(lead[row])) for row in rows]


def _z_scores(trends: Sequence[float]) -> Floats:
    """Each trend's distance from the mean, in standard deviations; 0 where all are alike."""
    values = np.array(trends, dtype=np.float64)
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread else np.zeros(len(values))


def _any(ranking: Ranking, flagged: Sequence[Flags]) -> Flags:
    """Which papers any of these flags stands for."""
    return np.logical_or.reduce(flagged) if flagged else np.zeros(len(ranking.ids), np.bool_)


def _pick(reader: Interests, ranking: Ranking, row: int, topic: int) -> Pick:
    keyword = next((term for term in reader.keywords if ranking.saying(term)[row]), "")
    author = next((name for name in reader.authors if ranking.by(name)[row]), "")
    return ranking.pick(row, topic, keyword, author)


def _diverse(
    rows: NDArray[np.intp], worth: Floats, topics: NDArray[np.intp], size: int
) -> list[int]:
    """Greedy choice: each further paper of one topic counts REPEAT less than the one before.

    Within a topic papers come by worth, so what a paper counts is known before anything is
    chosen: its worth, less REPEAT for each better one of its topic. That falls within every
    topic, and always taking the best head of falling queues is sorting. Papers without a
    topic are never counted against each other.
    """
    ordered = rows[np.argsort(-worth[rows], kind="stable")]
    led = topics[ordered]
    counts = worth[ordered] - REPEAT * np.where(led == NO_TOPIC, 0, _places(led))
    return [int(row) for row in ordered[np.lexsort((ordered, -counts))[:size]]]


def _places(groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many of the same group stand before each."""
    by_group = np.argsort(groups, kind="stable")
    sorted_groups = groups[by_group]
    starts = np.searchsorted(sorted_groups, sorted_groups)
    places = np.empty_like(by_group)
    places[by_group] = np.arange(len(groups)) - starts
    return places
