"""Compare papers with the candidates of an edition. Pure: values in, values out.

The likeness of two papers is the cosine of their dense vectors and a share of the cosine of their
words. A word weighs more the fewer of the candidates use it (inverse document frequency), and by
the root of its stored weight: else a word that is repeated often hides the others. Where one of the
two papers has no dense vector, the words alone decide, on the scale of dense cosines: both kinds of
candidates can be ranked in one list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from papers.similarity.vectors import DIMENSIONS, Vector, unpack_dense, unpack_terms

Likeness = NDArray[np.float32]
Terms = tuple[NDArray[np.uint32], NDArray[np.float32]]

# Of the words' cosine, beside 1 of the dense one. Words' cosines differ a quarter as much, so dense
# vectors still decide most (docs/learning.md).
WORDS: Final = 1.5
_SAMPLE: Final = 64  # candidates whose likeness to the others tells what is usual
_LEAST_SPREAD: Final = 1e-3  # below it all candidates are equally alike


class _Usual(NamedTuple):
    """The mean and the standard deviation of a cosine between different papers."""

    mean: float
    spread: float


# Between papers of daily lists: for editions that are too small to have figures of their own.
_USUAL_DENSE: Final = _Usual(0.25, 0.13)
_USUAL_WORDS: Final = _Usual(0.05, 0.04)


class Comparison:
    """The candidates of an edition as arrays, built once and compared with many papers.

    500 candidates: 23 ms to build, 1.3 MB, and 70 µs for each paper compared with them.
    """

    def __init__(self, vectors: Sequence[Vector]) -> None:
        dense = [unpack_dense(one.dense) for one in vectors]
        self._dense = np.array(dense, np.float32).reshape(len(vectors), DIMENSIONS)
        self._is_dense = self._dense.any(axis=1)
        terms = [unpack_terms(one.terms) for one in vectors]
        self._words = _Words(terms)
        known = self._dense[self._is_dense]
        self._usual_dense = _usual(known[:_SAMPLE] @ known.T, _USUAL_DENSE)
        cosines = [self._words.cosines(one) for one in terms[:_SAMPLE]]
        self._usual_words = _usual(np.array(cosines).reshape(-1), _USUAL_WORDS)
        self.typical: Likeness = np.float32(WORDS) * self._words.mean_cosines()
        """How much of each candidate's likeness any paper of the edition has, by its words."""

    @property
    def has_dense(self) -> bool:
        """Whether the model has read any of the candidates."""
        return bool(self._is_dense.any())

    def likeness(self, vector: Vector) -> Likeness:
        """How much each candidate is like another paper: shape (candidates,), usually −0.1 to 3.

        0 for all where nothing is stored of the other paper.
        """
        terms, dense = unpack_terms(vector.terms), unpack_dense(vector.dense)
        if not (len(terms[0]) or dense.any()):
            return np.zeros(len(self._dense), np.float32)
        words = self._words.cosines(terms)
        guessed = self._on_the_dense_scale(words)
        known = np.where(self._is_dense, self._dense @ dense, guessed) if dense.any() else guessed
        return (known + np.float32(WORDS) * words).astype(np.float32)

    def _on_the_dense_scale(self, words: Likeness) -> Likeness:
        """The dense cosines that are as unusual as these cosines of words."""
        usual = (words - self._usual_words.mean) / self._usual_words.spread
        guessed = self._usual_dense.mean + self._usual_dense.spread * usual
        return guessed.astype(np.float32)


class _Words:
    """The words of the candidates, and for each word the candidates that use it."""

    def __init__(self, terms: Sequence[Terms]) -> None:
        self._size = len(terms)
        rows = np.repeat(np.arange(len(terms)), [len(words) for words, _ in terms])
        words = np.concatenate([words for words, _ in terms] or [np.zeros(0, np.uint32)])
        weights = np.concatenate([np.sqrt(one) for _, one in terms] or [np.zeros(0, np.float32)])
        self._vocabulary, column, used_by = np.unique(
            words, return_inverse=True, return_counts=True
        )
        self._rarity = _rarity(self._size, used_by)
        self._rarest = float(_rarity(self._size, np.zeros(1))[0])
        values = weights * self._rarity[column]
        lengths = np.sqrt(np.bincount(rows, values**2, minlength=self._size))
        by_word = np.argsort(column, kind="stable")
        self._rows = rows[by_word].astype(np.uint32)
        self._values = (values / lengths[rows])[by_word].astype(np.float32)
        self._used_by = used_by
        self._starts = np.cumsum(used_by) - used_by

    def cosines(self, terms: Terms) -> Likeness:
        """The cosine of these words with those of each candidate; 0 for one without words."""
        words, weights = terms
        if not len(words) or not len(self._vocabulary):
            return np.zeros(self._size, np.float32)
        column = np.minimum(np.searchsorted(self._vocabulary, words), len(self._vocabulary) - 1)
        is_known = self._vocabulary[column] == words
        values = np.sqrt(weights) * np.where(is_known, self._rarity[column], self._rarest)
        values /= np.sqrt(values @ values)
        return self._summed(column[is_known], values[is_known])

    def mean_cosines(self) -> Likeness:
        """The mean of each candidate's cosines with all candidates, itself among them."""
        if not len(self._vocabulary):
            return np.zeros(self._size, np.float32)
        columns = np.repeat(np.arange(len(self._vocabulary)), self._used_by)
        mean = np.bincount(columns, self._values) / self._size
        return np.bincount(self._rows, self._values * mean[columns], self._size).astype(np.float32)

    def _summed(self, columns: NDArray[np.intp], values: NDArray[np.float32]) -> Likeness:
        """The sum over these words of their value here times that in each candidate."""
        counts = self._used_by[columns]
        ends = np.cumsum(counts)
        places = np.repeat(self._starts[columns] - (ends - counts), counts) + np.arange(
            ends[-1] if len(ends) else 0
        )
        products = self._values[places] * np.repeat(values, counts)
        return np.bincount(self._rows[places], products, self._size).astype(np.float32)


def _rarity(size: int, used_by: NDArray[np.int_] | NDArray[np.float64]) -> NDArray[np.float32]:
    """How much a word weighs that so many of the candidates use: 1 if all do, and more if fewer."""
    return (1 + np.log((1 + size) / (1 + used_by))).astype(np.float32)


def _usual(cosines: Likeness, otherwise: _Usual) -> _Usual:
    """What is usual among these; a paper with itself is left out by being the same."""
    others = cosines[cosines < 1 - _LEAST_SPREAD]
    if others.size < _SAMPLE or (spread := float(others.std())) < _LEAST_SPREAD:
        return otherwise
    return _Usual(float(others.mean()), spread)
