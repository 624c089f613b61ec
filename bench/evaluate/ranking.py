"""Score candidates for a reader: by the service's own functions, and by the baselines.

The service's score is that of `newsletter.editions.profile` for a reader who follows no topics,
with the likeness of `papers.similarity.compare`: nothing of it is written here again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.evaluate.data import EvaluatedPaper
from newsletter.editions.profile import Profile, ages, blend, day_number, taste
from papers.similarity.compare import Comparison
from papers.similarity.vectors import Vector

Scores = dict[str, NDArray[np.floating[Any]]]
SERVICE: Final = "service"
BASELINES: Final = ("topics", "popularity", "tf_idf_mean")


class Library(NamedTuple):
    """All that is known of the papers of an evaluation, by their ids."""

    papers: Mapping[str, EvaluatedPaper]
    vectors: Mapping[str, Vector]
    topics: Mapping[str, Mapping[str, float]]


class ScoredList:
    """The candidates of a list. A paper is compared with them once, however many readers like it.

    Args:
        popularity: of each candidate, as a z-score; none where nothing is known of it.
    """

    def __init__(
        self, candidates: Sequence[str], library: Library, popularity: Sequence[float] | None = None
    ) -> None:
        self._library = library
        vectors = [library.vectors[one] for one in candidates]
        self._comparison = Comparison(vectors)
        # A likeness by words alone rises with the cosine of the words, and with nothing else.
        self._words = Comparison([Vector(terms=one.terms) for one in vectors])
        self._popularity = np.array(popularity or [0.0] * len(candidates))
        slugs = {slug for one in candidates for slug in library.topics[one]}
        self._columns = {slug: column for column, slug in enumerate(sorted(slugs))}
        rows = [self._weights(one) for one in candidates]
        self._topics = np.array(rows).reshape(len(candidates), len(self._columns))
        self._likeness: dict[str, NDArray[np.float32]] = {}
        self._wordings: dict[str, NDArray[np.float32]] = {}

    def scores(self, history: Sequence[tuple[str, date]], day: date) -> Scores:
        """What each candidate is worth to a reader who liked these papers on these days."""
        papers = [paper for paper, _ in history]
        return {
            SERVICE: self._service(history, day),
            "topics": self._topics @ np.sum([self._weights(one) for one in papers], axis=0),
            "popularity": self._popularity,
            "tf_idf_mean": np.mean([self._wording(one) for one in papers], axis=0),
        }

    def _service(self, history: Sequence[tuple[str, date]], day: date) -> NDArray[np.floating[Any]]:
        events = [(number, day_number(at)) for number, (_, at) in enumerate(history)]
        profile, today = Profile(liked=tuple(events)), day_number(day)
        liked = [self._like(paper) for paper, _ in history]
        liking = taste(liked, ages(profile.liked, today), [], [], self._comparison.typical)
        declared = np.zeros(len(self._popularity))  # as `personalize` has it where none is followed
        return blend(declared, self._popularity, liking, profile.weight(today), follows=False)

    def _like(self, paper: str) -> NDArray[np.float32]:
        if paper not in self._likeness:
            self._likeness[paper] = self._comparison.likeness(self._library.vectors[paper])
        return self._likeness[paper]

    def _wording(self, paper: str) -> NDArray[np.float32]:
        if paper not in self._wordings:
            words = Vector(terms=self._library.vectors[paper].terms)
            self._wordings[paper] = self._words.likeness(words)
        return self._wordings[paper]

    def _weights(self, paper: str) -> NDArray[np.float64]:
        row = np.zeros(len(self._columns))
        for slug, weight in self._library.topics[paper].items():
            if slug in self._columns:
                row[self._columns[slug]] = weight
        return row
