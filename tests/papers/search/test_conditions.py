"""Conditions as tsqueries, for each use."""

from __future__ import annotations

import pytest

from papers.search.conditions import (
    All,
    Condition,
    Either,
    First,
    Forms,
    Key,
    Near,
    Stem,
    Use,
    Without,
    Words,
    quoted,
)

LEXEMES = {
    "sand": "'sand'",
    "wet sand": "'wet' <-> 'sand'",
    "sand of time": "'sand' <2> 'time'",
    "E. coli": "'e' <-> 'coli'",
    "A. Das": "'das'",
    "the": "",
    "o'neil": "'o' <-> 'neil'",
}
SAND, PHRASE, NONE = Words("sand"), Words("wet sand"), Words("the")


@pytest.mark.parametrize(
    ("condition", "match", "index", "title", "rank"),
    [
        (SAND, "'sand'", "'sand'", "'sand'", "'sand'"),
        (PHRASE, "'wet' <-> 'sand'", "'wet' & 'sand'", "'wet' & 'sand'", "'wet' <-> 'sand'"),
        (Words("sand", "A"), "'sand':A", "'sand'", "'sand'", "'sand'"),
        (Words("sand", "C"), "'sand':C", "'sand'", "", "'sand'"),
        (
            Words("sand of time", "B", is_unfinished=True),
            "'sand':B <2> 'time':*B",
            "'sand' & 'time':*",
            "",
            "'sand' <2> 'time':*",
        ),
        (Words("A. Das", least=2), "", "", "", ""),
        (NONE, "", "", "", ""),
        (Key("cat:cs"), "'cat:cs'", "'cat:cs'", "", ""),
        (Key("au:he.", is_unfinished=True), "'au:he.':*", "'au:he.':*", "", ""),
        (Key("au:sand.y", shown="sand"), "'au:sand.y'", "'au:sand.y'", "", "'sand'"),
        (Stem("diffus", "A"), "'diffus':A", "'diffus'", "'diffus'", "'diffus'"),
        (Stem("diffus", "C"), "'diffus':C", "'diffus'", "", "'diffus'"),
        (
            Near("sand", "wet sand"),
            " | ".join(
                f"( 'sand':C ) {between} ( 'wet':C <-> 'sand':C )"
                for between in ("<->", "<2>", "<3>")
            ),
            "'sand' & 'wet' & 'sand'",
            "",
            "'sand' & 'wet' & 'sand'",
        ),
        (Near("sand", "the"), "'sand':C", "'sand'", "", "'sand'"),
        (Without(SAND), "!( 'sand' )", "", "", ""),
        (Without(NONE), "", "", "", ""),
        (
            All((SAND, NONE, Key("cat:cs"))),
            "'sand' & 'cat:cs'",
            "'sand' & 'cat:cs'",
            "'sand'",
            "'sand'",
        ),
        (
            All((SAND, Without(PHRASE))),
            "'sand' & !( 'wet' <-> 'sand' )",
            "'sand'",
            "'sand'",
            "'sand'",
        ),
        (
            All((Either((SAND, PHRASE)), SAND)),
            "( 'sand' | 'wet' <-> 'sand' ) & 'sand'",
            "( 'sand' | 'wet' & 'sand' ) & 'sand'",
            "( 'sand' | 'wet' & 'sand' ) & 'sand'",
            "( 'sand' | 'wet' <-> 'sand' ) & 'sand'",
        ),
        (First((NONE, SAND, PHRASE)), "'sand'", "'sand'", "'sand'", "'sand'"),
        (
            Forms((PHRASE, SAND)),
            "'wet' <-> 'sand' | 'sand'",
            "'wet' & 'sand' | 'sand'",
            "'wet' & 'sand' | 'sand'",
            "'wet' <-> 'sand'",
        ),
        (Forms((NONE, SAND)), "", "", "", ""),
    ],
)
def test_a_condition_is_a_tsquery_for_each_use(
    condition: Condition, match: str, index: str, title: str, rank: str
) -> None:
    written = {use: condition.tsquery(use, LEXEMES) for use in Use}
    assert list(written.values()) == [match, index, title, rank]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (PHRASE, {"'wet'", "'sand'"}),
        (Words("wet sand", is_unfinished=True), {"'wet'", "'sand':*"}),
        (Words("E. coli", least=2), {"'coli'"}),
        (Key("au:sand.y", shown="sand"), {"'sand'"}),
        (Key("cat:cs"), set()),
        (Stem("diffus"), {"'diffus'"}),
        (Near("sand", "the"), {"'sand'"}),
        (Without(SAND), set()),
        (All((SAND, Either((PHRASE, NONE)))), {"'wet'", "'sand'"}),
    ],
)
def test_the_words_to_mark_are_those_that_must_match(
    condition: Condition, expected: set[str]
) -> None:
    assert condition.marks(LEXEMES) == expected


def test_a_condition_names_all_texts_that_it_needs() -> None:
    parts = (SAND, Without(PHRASE), Near("A", "B"), Key("au:x.y", shown="X"), Key("k"), Stem("s"))
    assert All(parts).texts() == {"sand", "wet sand", "A", "B", "X"}


def test_a_lexeme_is_quoted() -> None:
    assert quoted("o'\\x") == "'o''\\\\x'"
