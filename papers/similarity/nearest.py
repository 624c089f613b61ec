"""The papers nearest to one, among all that have a dense vector.

Comparing a vector with 100,000 others takes 50 ms and 150 MB. Their signs alone take 5 MB and 2 ms,
and the paper that is nearest by them is mostly the nearest (97 of 100 among the first hundred). So
each process that serves pages keeps the signs of all vectors, and reads the vectors of the hundred.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from papers.similarity.vectors import DIMENSIONS
from web.sql import rows

_COMPARED: Final = 100
_LEAST: Final = 0.5  # a cosine: what has less is not alike; two papers of a list have 0.25
_EVERY: Final = 10.0  # seconds between two looks for new vectors
_CHUNK: Final = 5000  # vectors: 2 MB
_WIDTH: Final = DIMENSIONS // 64
_Ids = NDArray[np.int64]
_Signs = NDArray[np.uint64]  # (6, papers): 64 signs in a number

# The newest vector, by the index vector_newest_of_model, and beside it the paper's own.
_OWN: Final = """
SELECT newest.model, newest.made_at, own.dense
FROM (
    SELECT model, least(made_at, clock_timestamp()) AS made_at FROM papers_papervector
    WHERE model <> '' ORDER BY papers_papervector.made_at DESC LIMIT 1
) AS newest
LEFT JOIN papers_papervector AS own
    ON own.paper_id = %(paper)s AND own.model = newest.model AND length(own.dense) = 384
"""
_READ: Final = """
SELECT array_agg(paper_id), string_agg(dense, '') FROM (
    SELECT paper_id, dense FROM papers_papervector
    WHERE paper_id > %(after)s AND model = %(model)s AND length(dense) = 384
    ORDER BY paper_id LIMIT %(most)s
) AS part
"""
# A vector may be committed some seconds after its `made_at`: two minutes overlap.
_READ_NEW: Final = """
SELECT array_agg(paper_id), string_agg(dense, '') FROM papers_papervector
WHERE made_at > %(since)s::timestamptz - interval '2 minutes' AND model <> ''
  AND model = %(model)s AND length(dense) = 384
"""
_VECTORS: Final = """
SELECT array_agg(paper_id), string_agg(dense, '') FROM papers_papervector
WHERE paper_id = ANY(%(ids)s) AND model = %(model)s AND length(dense) = 384
"""


class Newest(NamedTuple):
    """The model of the newest vector, and when that was made."""

    model: str
    made_at: datetime


def nearest_papers(paper_id: int, most: int) -> list[int]:
    """The ids of up to `most` papers that are like a paper, the most alike first.

    Two queries, and a third where there are new vectors. Empty where the paper has no dense vector,
    or nothing is like it. A paper that is found may be withdrawn or deleted by now.
    """
    found = rows(_OWN, paper=paper_id)
    if not found or not found[0][2]:
        return []
    [(model, made_at, dense)] = found
    own = np.frombuffer(bytes(dense), np.int8).reshape(1, DIMENSIONS)
    ids, signs = _kept.as_of(Newest(model, made_at))
    near = ids[_first(_differences(signs, _signs_of(own)), _COMPARED)]
    return [one for one in _alike(near, own, model) if one != paper_id][:most]


def _alike(ids: _Ids, own: NDArray[np.int8], model: str) -> list[int]:
    """Those of these papers whose vectors are alike, by their cosines."""
    found, dense = _unpacked(rows(_VECTORS, ids=ids.tolist(), model=model))
    cosines = _unit(dense) @ _unit(own)[0]
    order = np.argsort(-cosines, kind="stable")
    return [int(found[place]) for place in order if cosines[place] >= _LEAST]


class _Kept:
    """The signs of all vectors of the newest model, by the papers' ids."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Read all vectors again when they are needed next."""
        self._looked_at = float("-inf")
        self._newest: Newest | None = None
        self._all = _nothing()

    def as_of(self, newest: Newest) -> tuple[_Ids, _Signs]:
        """The ids, and the signs in the order of the ids; what is new may come seconds later.

        While another thread reads what is new, what is known.
        """
        is_old = newest != self._newest and time.monotonic() - self._looked_at >= _EVERY
        if is_old and self._lock.acquire(blocking=False):
            try:
                self._read(newest)
                self._looked_at = time.monotonic()
            finally:
                self._lock.release()
        return self._all

    def _read(self, newest: Newest) -> None:
        if self._newest is None or newest.model != self._newest.model:
            parts = [_nothing(), *_read_all(newest.model)]
            self._all = (
                np.concatenate([ids for ids, _ in parts]),
                np.concatenate([signs for _, signs in parts], axis=1),
            )
        else:
            since = self._newest.made_at
            ids, dense = _unpacked(rows(_READ_NEW, model=newest.model, since=since))
            self._add(ids, _signs_of(dense))
        self._newest = newest

    def _add(self, ids: _Ids, signs: _Signs) -> None:
        old_ids, old_signs = self._all
        others = ~np.isin(old_ids, ids)
        self._all = (
            np.concatenate([old_ids[others], ids]),
            np.concatenate([old_signs[:, others], signs], axis=1),
        )


def _read_all(model: str) -> Iterator[tuple[_Ids, _Signs]]:
    after = -1
    while True:
        ids, dense = _unpacked(rows(_READ, model=model, after=after, most=_CHUNK))
        yield ids, _signs_of(dense)
        if len(ids) < _CHUNK:
            return
        after = int(ids.max())


def _unpacked(found: list[tuple[Any, ...]]) -> tuple[_Ids, NDArray[np.int8]]:
    [(ids, dense)] = found
    values = np.frombuffer(bytes(dense or b""), np.int8).reshape(-1, DIMENSIONS)
    return np.array(ids or [], np.int64), values


def _nothing() -> tuple[_Ids, _Signs]:
    return np.zeros(0, np.int64), np.zeros((_WIDTH, 0), np.uint64)


def _signs_of(dense: NDArray[np.int8]) -> _Signs:
    """By column: comparing column by column takes a quarter of the time."""
    packed = np.packbits(dense > 0, axis=1).view(np.uint64)
    return np.ascontiguousarray(packed.T)


def _differences(signs: _Signs, own: _Signs) -> NDArray[np.uint16]:
    """In how many signs each paper differs from one."""
    total = np.zeros(signs.shape[1], np.uint16)
    for column, value in zip(signs, own[:, 0], strict=True):
        total += np.bitwise_count(column ^ value)
    return total


def _first(differences: NDArray[np.uint16], most: int) -> NDArray[np.intp]:
    """The places of the smallest, in no order."""
    if len(differences) <= most:
        return np.arange(len(differences))
    return np.argpartition(differences, most)[:most]


def _unit(dense: NDArray[np.int8]) -> NDArray[np.float32]:
    values = dense.astype(np.float32)
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    return np.asarray(values / np.maximum(lengths, 1), np.float32)


_kept: Final = _Kept()
forget: Final = _kept.forget
