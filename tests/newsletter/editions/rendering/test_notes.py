"""Curators' notes: Markdown as HTML and as the lines of a text part."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.rendering.notes import note_html, note_line, note_text

ALLOWED = {"p", "strong", "em", "a", "ul", "ol", "li", "br", "blockquote", "code"}


@pytest.mark.parametrize(
    ("note", "html"),
    [
        ("", ""),
        ("Read *this* and **that**.", "<p>Read <em>this</em> and <strong>that</strong>.</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("`x < y`", "<p><code>x &lt; y</code></p>"),
        ("[a](https://a.example)", '<p><a href="https://a.example">a</a></p>'),
        ("[a](mailto:a@a.example)", '<p><a href="mailto:a@a.example">a</a></p>'),
        ("<https://a.example/>", '<p><a href="https://a.example/">https://a.example/</a></p>'),
        ("Mind the <gap>.", "<p>Mind the &lt;gap&gt;.</p>"),
    ],
)
def test_a_note_is_html_of_a_few_tags(note: str, html: str) -> None:
    assert note_html(note) == html


@pytest.mark.parametrize(
    "note",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x](https://a.example/x.png)",
        "[x](javascript:alert(1))", "[x](JAVASCRIPT:alert(1))", "[x](data:text/html,x)",
        "[x](/papers/1/)", "[x](//a.example)", "[x](ftp://a.example)", "<javascript:alert(1)>",
        '[x](https://a.example "onclick=alert(1)")', "[x]: https://a.example\n\n[x]",
        "# Title", "Title\n=====", "```\ncode\n```", "    code", "---", "<!-- x -->", "&#xe001;",
        "<a href='https://a.example' onclick='x()'>x</a>", "<style>p { display: none }</style>",
        "| a | b |\n|---|---|\n| c | d |",
    ],
)  # fmt: skip
def test_what_a_mail_must_not_hold_is_text(note: str) -> None:
    for tag in BeautifulSoup(note_html(note), "html.parser").find_all(True):
        assert tag.name in ALLOWED
        assert set(tag.attrs) <= {"href", "start"}
        assert tag.name != "a" or str(tag["href"]).startswith("https://a.example")


def test_an_image_loads_nothing_and_a_heading_stays_as_it_was_typed() -> None:
    assert "<img" not in note_html("![x](https://a.example/x.png)")
    assert note_html("# Title") == "<p># Title</p>"


@given(st.text(alphabet="ab *_`[]()<>!#->\n1.&;:/\"'", max_size=60))
def test_no_text_brings_another_tag_or_an_error(note: str) -> None:
    tags = BeautifulSoup(note_html(note), "html.parser").find_all(True)
    assert {tag.name for tag in tags} <= ALLOWED
    assert "\n" not in note_line(note)
    assert all(len(line) <= 72 or "/" in line for line in note_text(note).split("\n"))


def test_quotations_within_each_other_end_somewhere() -> None:
    assert note_html("> " * 900 + "a").count("<blockquote>") < 20
    assert note_text("> " * 4 + "a") == "> > > > a"


@pytest.mark.parametrize(
    ("note", "lines"),
    [
        ("", []),
        ("Read *this* and **that**, `x`.", ["Read this and that, x."]),
        ("one\ntwo\n\nthree", ["one", "two", "", "three"]),
        ("- a\n- b\n  c", ["- a", "- b", "  c"]),
        ("- a\n  - b\n- c", ["- a", "  - b", "- c"]),
        ("1. a\n\n2. b", ["1. a", "", "2. b"]),
        ("> a\n> > b", ["> a", ">", "> > b"]),
        ("See [it](https://a.example/x).", ["See it [1].", "", "[1] https://a.example/x"]),
        ("[a](https://a.example) [b](https://b.example) [c](https://a.example)",
         ["a [1] b [2] c [1]", "", "[1] https://a.example", "[2] https://b.example"]),
        ("<https://a.example>", ["https://a.example"]),
        ("<a@a.example> [me](mailto:b@a.example)", ["a@a.example me [1]", "", "[1] b@a.example"]),
    ],
)  # fmt: skip
def test_the_text_part_has_lines_set_by_hand(note: str, lines: list[str]) -> None:
    assert note_text(note).split("\n") == (lines or [""])


def test_lines_are_wrapped_at_72_columns_with_hanging_indents() -> None:
    text = note_text(f"- {'word ' * 30}\n\n> {'word ' * 30}", "    ")
    lines = text.split("\n")
    assert lines[0].startswith("    - word")
    assert lines[1].startswith("      word")
    assert lines[-1].startswith("    > word")
    assert max(map(len, lines)) <= 72
    assert all(line.startswith("    ") or not line for line in lines)


def test_a_line_has_the_words_alone() -> None:
    assert note_line("Read *it* [here](https://a.example).\n\n- now") == "Read it here. - now"
