"""From the text of a query to its conditions."""

from __future__ import annotations

import pytest

from papers.search.conditions import All, Either, Key, Stem, Without, Words
from papers.search.names import author
from papers.search.reading import numbered_names, read_more_widely, read_query, whole


def test_each_alternative_has_its_conditions() -> None:
    sand, water = All((Words("sand"),)), All((Words("water"),))
    assert read_query("sand or water") == [[sand], [water]]
    assert whole(read_query("sand or water")) == Either((All((sand,)), All((water,))))
    assert read_query("") == []


def test_phrases_fields_and_excluded_words_are_conditions_of_their_own() -> None:
    assert read_query('"wet sand" -dry ti:dune abs:"in wind"') == [
        [
            Words("wet sand"),
            Without(Words("dry")),
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
    assert end.parts[:2] == (Words("diffusio"), Words("diffusio", is_unfinished=True))
    assert Stem("diffus") in end.parts


def test_the_last_category_is_also_a_beginning() -> None:
    ((end,),) = read_more_widely("cat:cs.L")
    assert end == Either((Either((Key("cat:cs.l"),)), Key("cat:cs.l", is_unfinished=True)))


@pytest.mark.parametrize(
    "query", ["sand ", '"sand"', "sa", "gpt-4", "-sand", "sand -dry", "Y. LeCun ", ""]
)
def test_other_last_terms_are_finished(query: str) -> None:
    assert "is_unfinished=True" not in str(read_more_widely(query))


def test_a_name_and_the_number_after_it_belong_together() -> None:
    assert numbered_names("GPT 4 or resnet 50 model") == ["GPT 4", "resnet 50"]
    assert numbered_names('4 GPT ti:gpt 4 "mamba" 2 x2 3') == []


def test_the_name_after_initials_is_finished() -> None:
    assert "is_unfinished=True" not in str(read_more_widely("Y. LeCun"))
