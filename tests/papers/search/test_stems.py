"""The stems of words and the tsqueries of texts, asked once of PostgreSQL."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.search import stems
from papers.search.stems import Answers, forget, lexemes_of, stems_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    forget()


def test_the_forms_of_a_word_have_one_stem() -> None:
    found = stems_of(["network", "networking", "skies", "sky"])
    assert found == {"network": "network", "networking": "network", "skies": "sky", "sky": "sky"}


def test_a_stop_word_has_no_stem() -> None:
    assert stems_of(["the", "4", "2x"]) == {"the": "", "4": "4", "2x": "2x"}


def test_each_word_is_asked_for_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        stems_of(["lakes", "rivers"])
    with django_assert_num_queries(0):
        assert stems_of(["rivers"]) == {"rivers": "river"}
    with django_assert_num_queries(1):
        assert stems_of(["rivers", "seas"]) == {"rivers": "river", "seas": "sea"}


def test_a_very_long_word_is_left_out(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert stems_of(["a" * 101]) == {}


def test_the_words_that_are_known_are_bounded() -> None:
    few = Answers(stems._STEMS, 2)
    few.of(["lakes", "rivers"])
    assert few.of(["seas"]) == {"seas": "sea"}
    assert few.of(["lakes", "seas"]) == {"lakes": "lake", "seas": "sea"}


def test_words_side_by_side_are_one_tsquery() -> None:
    found = lexemes_of(["graph networks", "state of the art", "the", "Don't \\ 'n"])
    assert found == {
        "graph networks": "'graph' <-> 'network'",
        "state of the art": "'state' <3> 'art'",
        "the": "",
        "Don't \\ 'n": "'n'",
    }


def test_each_text_is_asked_for_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        lexemes_of(["two lakes", "lakes", "lakes"])
    with django_assert_num_queries(0):
        assert lexemes_of(["lakes"]) == {"lakes": "'lake'"}
