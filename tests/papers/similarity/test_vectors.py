"""The stored forms of a paper's vectors."""

from __future__ import annotations

import numpy as np
import pytest

from papers.similarity.vectors import (
    DIMENSIONS,
    pack_dense,
    pack_terms,
    unpack_dense,
    unpack_terms,
)


def test_a_dense_vector_keeps_its_direction() -> None:
    values = np.random.default_rng(1).normal(size=DIMENSIONS).astype(np.float32)
    packed = pack_dense(values)
    assert len(packed) == 384
    assert float(unpack_dense(packed) @ values) / float(np.linalg.norm(values)) > 0.9999


def test_zeros_stay_zeros() -> None:
    assert not unpack_dense(pack_dense(np.zeros(DIMENSIONS, np.float32))).any()


@pytest.mark.parametrize("packed", [b"", b"\x01", b"\x01" * 383, b"\x01" * 385])
def test_bytes_of_another_length_are_no_vector(packed: bytes) -> None:
    assert not unpack_dense(packed).any()


def test_words_come_back_with_their_weights() -> None:
    words, weights = unpack_terms(pack_terms({"walrus": 3, "dive": 1}))
    assert list(words) == sorted(words)
    assert sorted(weights) == pytest.approx([1.0, 1 + np.log(3)], abs=1 / 64)


def test_many_repetitions_fit_into_a_byte() -> None:
    _, weights = unpack_terms(pack_terms({"walrus": 1_000_000}))
    assert list(weights) == [pytest.approx(255 / 32)]


@pytest.mark.parametrize("packed", [b"", b"abc", b"123456"])
def test_bytes_of_another_form_hold_no_words(packed: bytes) -> None:
    words, weights = unpack_terms(packed)
    assert len(words) == len(weights) == 0


def test_no_words_are_no_bytes() -> None:
    assert pack_terms({}) == b""
