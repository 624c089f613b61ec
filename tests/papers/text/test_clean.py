"""The characters of texts from outside."""

from __future__ import annotations

import pytest

from papers.text.clean import clean, fold, fold_paragraphs


def test_it_folds_white_space_and_removes_invisible_characters() -> None:
    assert fold(" A\u00a0title\n  in\ttwo\u200b lines\ufeff ") == "A title in two lines"


def test_it_folds_each_paragraph_to_a_line() -> None:
    assert fold_paragraphs("one\ntwo\n \n\n three ") == "one two\n\nthree"


def test_paragraphs_end_at_each_kind_of_line_end() -> None:
    assert fold_paragraphs("one\r\n\u200b\r\ntwo&NewLine;&NewLine;three") == "one\n\ntwo\n\nthree"


@pytest.mark.parametrize(
    "character",
    ["\0", "\x08", "\x1b", "\x7f", "\x81", "\x9d", "\ue000", "\uf8ff", "\U000f0000", "\U0010fffd",
     "\u200e", "\u200f", "\u061c", "\u202a", "\u202e", "\u2066", "\u2069", "\u00ad", "\u034f",
     "\u180e", "\u200b", "\u2060", "\u2064", "\u206f", "\u3164", "\ufeff", "\uffa0", "\ufff9",
     "\ufffb", "\U000e0001", "\U000e0041", "\U000e007f", "\ufdd0", "\uffff", "\U0001fffe",
     "\ud800", "\u200c", "\u200d", "\ufe0f", "\U000e0100"],
)  # fmt: skip
def test_no_character_stays_that_no_reader_sees(character: str) -> None:
    assert clean(f"Jane{character}Doe") == "JaneDoe"
    assert clean(f"Jane&#{ord(character)};Doe") == "JaneDoe"


@pytest.mark.parametrize("space", ["\u2028", "\u2029", "\x85", "\x1c", "\x1f", "\u3000", "\v"])
def test_characters_that_end_a_line_or_a_word_are_white_space(space: str) -> None:
    assert fold(f"one{space}two") == "one two"


@pytest.mark.parametrize(
    "text",
    ["می\u200cخواهم", "क्\u200dष", "അവന്\u200d വന്നു", "ក\u200cខ",
     "👩🏽\u200d💻 👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥 1\ufe0f\u20e3",
     "葛\U000e0100飾", "naïve Erdős–Rényi, Ångström, Ж, 中文, 한국어", "☃\ufe0e"],
)  # fmt: skip
def test_what_a_script_or_an_emoji_needs_stays(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Q&amp;A", "Q&A"),
        ("a &lt; b &gt; c", "a < b > c"),
        ("Ren&eacute;, Ren&#233;, Ren&#xE9;", "René, René, René"),
        ("it&#39;s, it&#146;s", "it's, it\u2019s"),
        ("Q&amp;amp;amp;A &amp;lt; &#38;amp;lt;", "Q&A < <"),
        ("&l\u200bt;", "<"),
        ("a&nbsp;b&shy;c", "a\u00a0bc"),
        ("&#99999999;x&#x110000;", "x"),
    ],
)
def test_an_entity_becomes_its_character(text: str, plain: str) -> None:
    assert clean(text) == plain


@pytest.mark.parametrize(
    "text",
    ["R&D", "AT&T", "?a=1&copy=2", r"A \& B", r"A \&lt; B", "x &lt y", "&nosuchname;", "& ;", "&;",
     f"&#{'1' * 5000};"],
)  # fmt: skip
def test_what_only_looks_like_an_entity_stays(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", ["&amp;" * 50 + "lt;", "&am&#112;;lt;", "\u200d\u200c&#8203;a"])
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)
