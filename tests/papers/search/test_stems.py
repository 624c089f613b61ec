"""The stems of words, asked once of PostgreSQL."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.search.stems import forget, stems_of

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


def test_the_words_that_are_known_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("papers.search.stems._MOST", 2)
    stems_of(["lakes", "rivers"])
    assert stems_of(["seas"]) == {"seas": "sea"}
    assert stems_of(["lakes", "seas"]) == {"lakes": "lake", "seas": "sea"}
