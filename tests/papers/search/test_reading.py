"""From the text of a query to its conditions."""

from __future__ import annotations

import pytest

from papers.search.conditions import All, Either, Key, Stem, Without, Words
from papers.search.names import author
from papers.search.reading import (
    possible_name,
    read_more_widely,
    read_query,
    together,
    whole,
)
from papers.search.runs import word


def test_each_alternative_has_its_conditions() -> None:
    sand, water = All((Words("sand"),)), All((Words("water"),))
    assert read_query("sand or water") == [[sand], [water]]
    assert whole(read_query("sand or water")) == Either((All((sand,)), All((water,))))
    assert read_query("") == []


def test_phrases_fields_and_excluded_words_are_conditions_of_their_own() -> None:
    assert read_query('"wet sand" -damp ti:dune abs:"in wind"') == [
        [
            Words("wet sand"),
            Without(Words("damp")),
            Words("dune", "A"),
            Words("in wind", "B"),
        ]
    ]


def test_names_and_categories_are_keys() -> None:
    (conditions,) = read_query('au:"Y. LeCun" -cat:cs.* cat:cs.LG,hep-th')
    assert conditions == [
        author("Y. LeCun"),
        Without(Either((Key("cat:cs"),))),
        Either((Key("cat:cs.lg"), Key("cat:hep-th"))),
    ]


def test_the_last_word_is_also_a_beginning() -> None:
    ((end,),) = read_more_widely("diffusio")
    assert isinstance(end, Either)
    assert end.parts[:2] == (word("diffusio"), Words("diffusio", is_unfinished=True))
    assert Stem("diffus") in end.parts


def test_the_last_category_is_also_a_beginning() -> None:
    ((end,),) = read_more_widely("cat:cs.L")
    assert end == Either((Either((Key("cat:cs.l"),)), Key("cat:cs.l", is_unfinished=True)))


@pytest.mark.parametrize(
    "query", ["sand ", '"sand"', "sa", "T5", "3-D", "-sand", "sand -dry", "Y. LeCun ", ""]
)
def test_other_last_terms_are_finished(query: str) -> None:
    assert "is_unfinished=True" not in str(read_more_widely(query))


@pytest.mark.parametrize("query", ["san", "wet sa", "gpt-4", "Qwen2.5-V", "text-to-i", "gsm8"])
def test_a_short_end_of_a_compound_or_of_several_words_is_unfinished(query: str) -> None:
    assert "is_unfinished=True" in str(read_more_widely(query))


def test_words_side_by_side_and_a_name_and_its_number_belong_together() -> None:
    assert together("GPT 4 or claude 3.5 sonnet") == ["GPT 4", "claude 3.5 sonnet", "claude 3.5"]
    assert together("state space -model ti:sand box") == ["state space"]
    assert together('4 ti:gpt 4 "mamba" 2') == []


def test_two_words_alone_may_be_a_name() -> None:
    assert possible_name("Yan He") == ("yan", "he")
    assert [possible_name(query) for query in ("He", "Yan He or Li", "Yan 3", "Yan He Li")] == [
        None
    ] * 4


def test_the_name_after_initials_is_finished() -> None:
    assert "is_unfinished=True" not in str(read_more_widely("Y. LeCun"))
