"""The words of texts, as PostgreSQL's English dictionary gives them."""

from __future__ import annotations

import math
from zlib import crc32

import pytest

from papers.similarity.terms import terms_of
from papers.similarity.vectors import unpack_terms

pytestmark = pytest.mark.django_db


def _weights(title: str, abstract: str = "") -> dict[int, float]:
    [packed] = terms_of([(title, abstract)])
    words, weights = unpack_terms(packed)
    return dict(zip(words.tolist(), weights.tolist(), strict=True))


def _hashes(*lexemes: str) -> set[int]:
    return {crc32(lexeme.encode()) for lexeme in lexemes}


def test_a_text_gives_its_stems_without_stop_words() -> None:
    assert set(_weights("The walruses of the north", "They are diving.")) == _hashes(
        "walrus", "north", "dive"
    )


def test_a_word_of_the_title_counts_like_three_of_the_abstract() -> None:
    weights = _weights("Walrus", "Clams. A clam and a clam; kelp.")
    assert weights == {
        crc32(b"walrus"): pytest.approx(1 + math.log(3), abs=1 / 64),
        crc32(b"clam"): pytest.approx(1 + math.log(3), abs=1 / 64),
        crc32(b"kelp"): pytest.approx(1.0),
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPT-4", "gpt 4"),
        ("Wälrus", "walrus"),
        ("Audio/Video", "audio video"),
        ("llama.cpp's ﬁlter", "llama.cpp's filter"),
    ],
)
def test_spellings_that_a_search_treats_alike_share_their_words(one: str, other: str) -> None:
    assert set(_weights(one)) >= set(_weights(other)) > set()


def test_each_text_keeps_its_place() -> None:
    texts = [("Walrus", ""), ("", ""), ("Kelp", ""), ("the of", "and"), ("Walrus", "")]
    found = terms_of(texts)
    assert [bool(packed) for packed in found] == [True, False, True, False, True]
    assert found[0] == found[4] != found[2]


def test_no_text_takes_no_query(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert terms_of([]) == []


def test_many_texts_take_one_query(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(terms_of([(f"Walrus {number}", "kelp") for number in range(50)])) == 50


@pytest.mark.parametrize(
    "text", ["a\0walrus", "\ud800 walrus", "walrus " * 200_000, "% %s %(x)s walrus"]
)
def test_a_text_that_postgresql_would_refuse_gives_its_words(text: str) -> None:
    assert crc32(b"walrus") in _weights(text, text)
