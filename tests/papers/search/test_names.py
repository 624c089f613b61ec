"""Names of authors in a query."""

from __future__ import annotations

import pytest

from papers.search.conditions import All, Either, First, Key, Near, Use, Words
from papers.search.names import are_initials, author, is_letter, is_name, with_initial

Y_LECUN = Key("au:lecun.y", shown="lecun")


@pytest.mark.parametrize("word", ["Y.", "y.", "J.-B.", "G.E.", "Y.,", "Ł.", "И."])
def test_letters_with_dots_are_initials(word: str) -> None:
    assert are_initials(word)


@pytest.mark.parametrize("word", ["Y", "LeCun", "Md.", "2.", "", ".", "Y.LeCun"])
def test_other_words_are_no_initials(word: str) -> None:
    assert not are_initials(word)


def test_a_letter_and_a_name_are_told_apart() -> None:
    assert [is_letter(word) for word in ("Y", "Y.", "4", "Yann", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    names = [word for word in ("Y", "O'Brien", "LeCun,", "42", "GPT4") if is_name(word)]
    assert names == ["O'Brien", "LeCun,", "GPT4"]


def test_an_initial_selects_the_authors_of_each_part_of_a_name() -> None:
    assert with_initial("Y.", "LeCun") == All((Y_LECUN,))
    assert with_initial("K.", "O'Brien") == All((Key("au:brien.k", shown="brien"),))


@pytest.mark.parametrize("value", ["Y. LeCun", "LeCun, Y.", "LeCun Y", "lecun_y", "Y.LeCun"])
def test_initials_and_a_surname_are_one_key(value: str) -> None:
    assert author(value) == All((Y_LECUN,))


def test_a_single_name_is_a_word_or_begins_a_key() -> None:
    begun = Key("au:he.", is_unfinished=True, shown="he")
    assert author("He") == First((Words("He", "C"), begun))


def test_a_full_name_is_two_parts_side_by_side_in_either_order() -> None:
    yann_lecun = All((Y_LECUN, Near("yann", "lecun")))
    lecun_yann = All((Key("au:yann.l", shown="yann"), Near("lecun", "yann")))
    assert author("Yann LeCun") == Either((yann_lecun, lecun_yann))
    assert author("LeCun, Yann") == Either((yann_lecun,))
    assert author("Yann A. LeCun") == author("Yann LeCun")


def test_an_unfinished_name_is_also_a_beginning() -> None:
    whole = author("lecu")
    begun = (Words("lecu", "C", is_unfinished=True), Key("au:lecu", is_unfinished=True))
    assert author("lecu", is_unfinished=True) == Either((whole, *begun))


@pytest.mark.parametrize("value", ["", ",", "Y"])
def test_no_name_is_no_error(value: str) -> None:
    assert author(value).tsquery(Use.MATCH, {"y": "'y'"}) in {"", "'y':C"}
