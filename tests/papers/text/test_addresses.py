"""Addresses keep every character, and lose only their TeX."""

from __future__ import annotations

import pytest

from papers.text.addresses import (
    linked,
    plain_address,
    undo_tex_in_addresses,
    without_punctuation,
)

PLAIN = "https://github.com/ada/my_engine"


@pytest.mark.parametrize(
    "tex",
    [
        r"https://github.com/ada/my\_engine",
        r"https://github.com/ada/my{\_}engine",
        r"https://github.com/ada/my$\_$engine",
        r"https://github.com/ada/my{$\_$}engine",
        r"https://github.com/ada/my$_$engine",
        r"https://github.com/ada/my{_}engine",
        r"https://github.com/ada/my\_{}engine",
        r"https://github.com/ada/my\textunderscore engine",
        r"https://github.com/ada/my\textunderscore{}engine",
        r"https://github.com/ada/my\string_engine",
        r"https://github.com/ada/\allowbreak my\_engine",
        r"https://github.com/ada\slash my\_engine",
        r"\url{https://github.com/ada/my\_engine}",
        r"\href{https://github.com/ada/my\_engine}{code}",
        r"\texttt{https://github.com/ada/my\_engine}",
        r"{\tt https://github.com/ada/my\_engine}",
        r"\texttt{\url{https://github.com/ada/my\_engine}}",
        "<https://github.com/ada/my_engine>",
    ],
)
def test_every_spelling_of_an_underscore_is_undone(tex: str) -> None:
    assert plain_address(tex) == PLAIN


@pytest.mark.parametrize(
    ("tex", "address"),
    [
        (r"https://a.org/\~{}ada/x", "https://a.org/~ada/x"),
        (r"https://a.org/\textasciitilde ada", "https://a.org/~ada"),
        (r"https://a.org/$\sim$ada", "https://a.org/~ada"),
        (r"https://a.org/{\~{}}ada", "https://a.org/~ada"),
        (r"https://a.org/a\%20b\#c\&d", "https://a.org/a%20b#c&d"),
        ("https://a.org/a?b=1&amp;c=2", "https://a.org/a?b=1&c=2"),
        ("https://a.org/a--b~c'd", "https://a.org/a--b~c'd"),
        (r"https://a.org/\weird", r"https://a.org/\weird"),
    ],
)
def test_other_characters_are_undone_and_what_is_unknown_stays(tex: str, address: str) -> None:
    assert plain_address(tex) == address


def test_only_an_entity_with_its_semicolon_is_undone() -> None:
    assert (
        plain_address(r"https://a.org/b\_c?x=1&copy=2&amp;lt=3")
        == "https://a.org/b_c?x=1&copy=2&lt=3"
    )


def test_addresses_inside_a_text_are_undone() -> None:
    text = r"Code: \url{https://github.com/ada/my\_engine}, a\_b and github.com/a/c\_d."
    assert undo_tex_in_addresses(text).split() == [
        "Code:",
        "https://github.com/ada/my_engine",
        ",",
        r"a\_b",
        "and",
        "github.com/a/c_d.",
    ]


def test_a_broken_line_inside_a_command_does_not_break_the_address() -> None:
    assert "github.com/ada/my_engine" in undo_tex_in_addresses(r"\url{github.com/ada/ my\_engine}")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.org/b.", "https://a.org/b"),
        ("https://a.org/b).", "https://a.org/b"),
        ("https://a.org/b_(c)", "https://a.org/b_(c)"),
        ("https://a.org/b'',", "https://a.org/b"),
        ("...", ""),
    ],
)
def test_the_marks_of_the_sentence_are_no_part_of_an_address(address: str, expected: str) -> None:
    assert without_punctuation(address) == expected


@pytest.mark.parametrize(
    ("shown", "address", "expected"),
    [
        ("code", "https://a.org/b", "code (https://a.org/b)"),
        ("https://a.org/b", "https://a.org/b", "https://a.org/b"),
        ("a.org/b", "https://a.org/b/", "a.org/b"),
        ("", "https://a.org/b", "https://a.org/b"),
        ("code", "URL", "code"),
        ("code", "#sec", "code"),
    ],
)
def test_a_link_shows_its_address_once(shown: str, address: str, expected: str) -> None:
    assert linked(shown, address) == expected
