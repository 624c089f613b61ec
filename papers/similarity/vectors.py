"""The two vectors of a paper: a dense one of a language model, and its words with their weights.

Both are stored as bytes, some 900 a paper. Two papers are compared by the cosine of each
(`papers.similarity.compare`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DIMENSIONS: Final = 384  # of all-MiniLM-L6-v2
_TERM: Final = np.dtype([("word", "<u4"), ("weight", "u1")])  # five bytes a word
_LEAST: Final = 1e-30  # of the largest number: 127 divided by less is more than 32 bits hold
_STEPS: Final = 32  # of a weight: 1 + ln(count) is stored in steps of 1/32, up to 255


class Vector(NamedTuple):
    """What is stored of a paper: `dense` has 384 bytes, or none where no model was at hand.

    `model` is the one that made `dense`: vectors of two models cannot be compared.
    """

    dense: bytes = b""
    terms: bytes = b""
    model: str = ""


def pack_dense(values: NDArray[np.float32]) -> bytes:
    """384 numbers as signed bytes, in units of 1/127 of the largest; zeros for zeros."""
    largest = float(np.abs(values).max(initial=0.0))
    scaled = values * (127 / largest) if largest > _LEAST else np.zeros_like(values)
    return np.rint(scaled).astype(np.int8).tobytes()


def unpack_dense(packed: bytes) -> NDArray[np.float32]:
    """The direction of a packed vector, of length 1; zeros where none is stored."""
    values = np.frombuffer(packed, np.int8).astype(np.float32)
    if len(values) != DIMENSIONS:
        return np.zeros(DIMENSIONS, np.float32)
    length = float(np.linalg.norm(values))
    return values / length if length else values


def pack_terms(counts: Mapping[str, int]) -> bytes:
    """Lexemes and how often each occurs (in a title more), as hashes and 1 + ln(count)."""
    hashed: dict[int, int] = {}
    for lexeme, count in counts.items():
        word = crc32(lexeme.encode())
        hashed[word] = max(hashed.get(word, 0), count)
    packed = np.zeros(len(hashed), _TERM)
    packed["word"] = sorted(hashed)
    weights = 1 + np.log([max(1, hashed[word]) for word in sorted(hashed)] or [1])
    packed["weight"] = np.minimum(255, np.rint(weights * _STEPS))[: len(hashed)]
    return packed.tobytes()


def unpack_terms(packed: bytes) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """The hashes of the words, rising, and their weights; nothing for bytes of another form."""
    if len(packed) % _TERM.itemsize:
        return np.zeros(0, np.uint32), np.zeros(0, np.float32)
    terms = np.frombuffer(packed, _TERM)
    return terms["word"].copy(), (terms["weight"] / _STEPS).astype(np.float32)
