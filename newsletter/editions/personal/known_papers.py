"""How alike the candidates of an edition and the papers of readers' profiles are.

A paper of a profile is compared with all candidates once, and the row of numbers is kept for all
readers who liked or disliked that paper, within a bound of memory.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from newsletter.editions.personal.likeness import Matches
from newsletter.editions.profile import EVEN, Profile, ages
from papers.models import Paper
from papers.similarity.compare import Comparison
from papers.similarity.stored import load_vectors
from papers.similarity.vectors import Vector

_KEPT_BYTES: Final = 8_000_000  # of rows: 8,000 papers against 500 candidates
_FEWEST_KEPT: Final = 1_000  # rows, however long they are
_ABSENT_SECONDS: Final = 60.0  # what has no vector may have one by then
_MOST_ABSENT: Final = 20_000
_NO_VECTOR: Final = Vector()

Events = Sequence[tuple[int, int]]  # papers, each with the day of the feedback


class KnownPapers:
    """The papers of profiles that were compared with the candidates of one edition.

    Nothing is read before the first reader with a profile comes: then the vectors of the
    candidates in one query, about a kilobyte each. `version` grows when candidates got theirs
    later, or those of another model, and when a title went; what was chosen before is out of date.
    """

    def __init__(
        self, candidates: Sequence[int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.version = 0
        self._candidates, self._clock = candidates, clock
        self._columns = {paper: column for column, paper in enumerate(candidates)}
        self._capacity = max(_KEPT_BYTES // (2 * max(len(candidates), 1)), _FEWEST_KEPT)
        self._comparison: Comparison | None = None
        self._model = ""  # of the candidates' dense vectors
        self._dense = 0  # how many of them have one
        self._compared = np.zeros(len(candidates), np.bool_)
        self._compare_again_at = 0.0
        self._read_titles_at = float("inf")
        self._forget()

    def _forget(self) -> None:
        self._rows = np.empty((0, len(self._candidates)), np.float16)
        self._places = OrderedDict[int, int]()  # paper → its row, the least recently used first
        self._titles = dict[int, str]()
        self._absent = dict[int, float]()  # paper → when to ask for it again

    def learn(self, paper_ids: Iterable[int]) -> None:
        """Compare these papers with the candidates; those not known yet are read in one query."""
        papers, now = set(paper_ids), self._clock()
        if not papers:
            return
        comparison = self._current_comparison(now)
        self._drop_titles(now)
        # `papers - keys` would go through all keys, of thousands of papers.
        unknown = {one for one in papers if self._is_unknown(one, now)}
        if comparison is None or not unknown:
            return
        vectors = load_vectors(unknown)
        if self._model and {one.model for one in vectors.values()} - {"", self._model}:
            unknown, vectors = papers, self._with_new_model(papers)
        self._add(unknown, vectors, now)

    def _with_new_model(self, papers: Collection[int]) -> dict[int, Vector]:
        """Compare again from the start: a new model came since the candidates were read."""
        self._forget()
        self._read_candidates()
        return load_vectors(papers)

    def _add(self, unknown: Collection[int], vectors: Mapping[int, Vector], now: float) -> None:
        comparison = self._comparison
        if comparison is None:
            return
        if len(self._absent) > _MOST_ABSENT:
            self._absent.clear()
        self._absent.update(dict.fromkeys(set(unknown) - vectors.keys(), now + _ABSENT_SECONDS))
        for paper_id, vector in vectors.items():
            place = self._new_place(paper_id)
            self._rows[place] = comparison.likeness(vector)
            self._absent.pop(paper_id, None)
        self._titles.update(_titles(vectors))
        self._read_titles_at = min(self._read_titles_at, now + _ABSENT_SECONDS)

    def _is_unknown(self, paper_id: int, now: float) -> bool:
        return paper_id not in self._places and self._absent.get(paper_id, 0.0) <= now

    def known(self, profile: Profile) -> Profile:
        """The part of a profile that can be compared: events of papers that have a vector."""
        liked, disliked = self._known(profile.liked), self._known(profile.disliked)
        if len(liked) == len(profile.liked) and len(disliked) == len(profile.disliked):
            return profile
        kinds = "".join(
            kind
            for (paper, _), kind in zip(profile.liked, profile.liked_kinds, strict=False)
            if paper in self._places
        )
        return replace(profile, liked=liked, disliked=disliked, liked_kinds=kinds)

    def matches(self, profile: Profile, day: int) -> Matches:
        """The rows of a profile's papers, all of them known, and their ages on the edition's day.

        Raises:
            KeyError: a paper of the profile was not learnt, or has no vector.
        """
        return Matches(
            [paper for paper, _ in profile.liked],
            self._rows_of(profile.liked),
            ages(profile.liked, day),
            self._rows_of(profile.disliked),
            ages(profile.disliked, day),
            profile.weight(day),
            self._comparable(profile),
            profile.liked_kinds,
            self._comparison.typical if self._comparison else 0.0,
        )

    def _comparable(self, profile: Profile) -> NDArray[np.bool_]:
        """The candidates whose likeness says something: they have a vector, and the reader has not
        judged them already.

        A paper is wholly like itself. That would be so far from all others that none of these
        could stand out, in each edition with a paper that the reader named or voted on.
        """
        own = [
            column for paper in papers_of(profile) if (column := self._columns.get(paper, -1)) >= 0
        ]
        if not own:
            return self._compared
        judged = self._compared.copy()
        judged[own] = False
        return judged

    def title(self, paper_id: int) -> str:
        """The title of a known paper; empty for another one and for a withdrawn one."""
        return self._titles.get(paper_id, "")

    def _known(self, events: Events) -> tuple[tuple[int, int], ...]:
        return tuple(event for event in events if event[0] in self._places)

    def _rows_of(self, events: Events) -> NDArray[np.float32]:
        for paper, _ in events:
            self._places.move_to_end(paper)
        return self._rows[[self._places[paper] for paper, _ in events]].astype(np.float32)

    def _new_place(self, paper_id: int) -> int:
        """The row for a paper: a further one, or that of the paper that was not used longest."""
        place = len(self._places)
        if place == self._capacity:
            oldest, place = self._places.popitem(last=False)
            self._titles.pop(oldest, None)
        elif place == len(self._rows):
            more = min(max(len(self._rows), 256), self._capacity - place)
            empty = np.empty((more, len(self._candidates)), np.float16)
            self._rows = np.concatenate([self._rows, empty])
        self._places[paper_id] = place
        return place

    def _drop_titles(self, now: float) -> None:
        """Forget the titles of papers that were withdrawn or renamed: no mail may name them so."""
        if now < self._read_titles_at:
            return
        self._read_titles_at = now + _ABSENT_SECONDS
        titles = _titles(self._places)
        if titles != self._titles:
            self._titles = titles
            self.version += 1

    def _current_comparison(self, now: float) -> Comparison | None:
        """The candidates to compare with; None while none of them has a vector."""
        if now >= self._compare_again_at and self._dense < len(self._candidates):
            self._compare_again_at = now + _ABSENT_SECONDS
            self._read_candidates()
        return self._comparison

    def _read_candidates(self) -> None:
        """Compare with the candidates as they are stored now, where that is another state."""
        found = load_vectors(self._candidates)
        models = {one.model for one in found.values() if one.dense}
        dense = sum(bool(one.dense) for one in found.values())
        known = int(self._compared.sum())
        if (len(found), dense, models - {self._model}) != (known, self._dense, set()):
            self._model, self._dense = next(iter(models), ""), dense
            self._compare_with([found.get(one, _NO_VECTOR) for one in self._candidates])

    def _compare_with(self, vectors: Sequence[Vector]) -> None:
        is_known = np.array([vector != _NO_VECTOR for vector in vectors], np.bool_)
        self._comparison = Comparison(vectors) if is_known.any() else None
        self._compared = is_known
        self._forget()
        self.version += 1


def papers_of(profile: Profile) -> set[int]:
    """All papers of a profile."""
    return {paper for paper, _ in profile.liked + profile.disliked}


def says_nothing(profile: Profile) -> bool:
    """Whether digests are the same with this profile and without one."""
    return not (profile.liked or profile.disliked) and profile.balance == EVEN


def _titles(papers: Iterable[int]) -> dict[int, str]:
    """The titles of papers; not of withdrawn ones, which no mail names."""
    return dict(Paper.objects.filter(pk__in=papers, is_withdrawn=False).values_list("pk", "title"))
