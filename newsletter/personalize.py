"""Choose a reader's own papers from an edition. Pure: values in, values out.

A paper's worth to a reader is how strongly it trends among the edition's papers, plus how
much it is about what they follow, minus a little for each paper already chosen from the
same topic. What they were sent before or mute never comes; what touches nothing they follow
never comes either, for a thin digest is better than a padded one.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# Weights, in units of one standard deviation of the edition's trends.
TOPIC: Final = 1.0  # a paper wholly about a followed topic
KEYWORD: Final = 2.0  # followed words say more than a topic
AUTHOR: Final = 4.0  # a followed author says most (docs/ranking.md)
REPEAT: Final = 0.35  # each paper already chosen from the same topic


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper of the edition, as far as choosing needs it."""

    paper_id: int
    position: int
    trend: float
    topics: Mapping[str, float]  # slug → weight
    words: str  # title and summary
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
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


@dataclass(frozen=True, slots=True)
class _Match:
    offer: Offer
    worth: float
    pick: Pick


def personalize(reader: Reader, offers: Sequence[Offer], seen: Collection[int]) -> list[Pick]:
    """The reader's papers, best first; at most `reader.size`, and fewer in a thin week.

    Args:
        offers: the papers of one edition, in any order.
        seen: ids of papers that this reader was sent before.

    Ties go to the paper that stands higher in the common list, so that the same edition and
    the same reader always give the same digest.
    """
    level, spread = _scale(offers)
    matches = [
        _Match(offer, (offer.trend - level) / spread + _affinity(offer, pick), pick)
        for offer in offers
        if offer.paper_id not in seen and not _is_muted(reader, offer)
        if (pick := _reason(reader, offer)) is not None
    ]
    return [match.pick for match in _diverse(matches, reader.size)]


def _scale(offers: Sequence[Offer]) -> tuple[float, float]:
    """Mean and standard deviation of the trends; a spread of 1 where all are alike."""
    if not offers:
        return 0.0, 1.0
    level = math.fsum(offer.trend for offer in offers) / len(offers)
    variance = math.fsum((offer.trend - level) ** 2 for offer in offers) / len(offers)
    return level, math.sqrt(variance) or 1.0


def _reason(reader: Reader, offer: Offer) -> Pick | None:
    """Why this paper may come to this reader; None when nothing they follow touches it."""
    topics = offer.topics if reader.follows_all else reader.topics & offer.topics.keys()
    topic = max(topics, key=lambda slug: (offer.topics[slug], slug), default="")
    keyword = next((word for word in reader.keywords if _says(offer.words, word)), "")
    author = next((name for name in reader.authors if _names(offer.authors, name)), "")
    if not (reader.follows_all or topic or keyword or author):
        return None
    return Pick(offer.paper_id, topic, keyword, author)


def _affinity(offer: Offer, pick: Pick) -> float:
    return (
        TOPIC * offer.topics.get(pick.topic, 0.0)
        + KEYWORD * bool(pick.keyword)
        + AUTHOR * bool(pick.author)
    )


def _is_muted(reader: Reader, offer: Offer) -> bool:
    return any(_says(offer.words, word) for word in reader.muted)


def _says(text: str, term: str) -> bool:
    """Whether the text holds the term as whole words, in any case, plural or not."""
    return bool(re.search(rf"(?<!\w){re.escape(term)}s?(?!\w)", text, re.IGNORECASE))


def _names(authors: Sequence[str], name: str) -> bool:
    return name.casefold() in (author.casefold() for author in authors)


def _diverse(matches: list[_Match], size: int) -> list[_Match]:
    """Greedy choice: each further paper of one topic counts REPEAT less than the one before."""
    chosen: list[_Match] = []
    taken: Counter[str] = Counter()
    left = sorted(matches, key=lambda match: (-match.worth, match.offer.position))
    while left and len(chosen) < size:
        best = max(left, key=lambda match: match.worth - REPEAT * taken[match.pick.topic])
        left.remove(best)
        chosen.append(best)
        taken[best.pick.topic] += bool(best.pick.topic)
    return chosen
