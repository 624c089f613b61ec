"""Lines of the text part: wrapped by columns, with addresses in one piece."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from papers.text.plain_text import COLUMNS, paragraphs, wrapped
from papers.text.shorten import columns


def test_words_are_wrapped_with_an_indent() -> None:
    lines = wrapped("word " * 30, "    ").split("\n")
    assert lines == ["    " + " ".join(["word"] * 13)] * 2 + ["    word word word word"]


def test_a_chinese_text_is_cut_where_a_line_ends() -> None:
    assert wrapped("研究" * 40).split("\n") == ["研究" * 18, "研究" * 18, "研究" * 4]


def test_a_long_word_is_cut_but_an_address_is_not() -> None:
    address = f"https://papers.example.org/{'a' * 90}"
    assert wrapped(f"see {address} now").split("\n") == ["see", address, "now"]
    assert wrapped("a" * 100).split("\n") == ["a" * 72, "a" * 28]
    assert max(map(len, wrapped(f"https://{'a' * 2_000}").split("\n"))) == 72


def test_empty_lines_between_paragraphs_stay() -> None:
    assert paragraphs("one\n\ntwo") == "one\n\ntwo"


@given(st.text(), st.sampled_from(["", "    "]))
def test_no_letter_is_lost_and_no_line_is_too_long(text: str, indent: str) -> None:
    lines = wrapped(text, indent).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(columns(line) <= COLUMNS or "http" in line for line in lines)
