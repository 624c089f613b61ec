"""Pages of papers as text: what is a title, what an abstract, and what is refused."""

from __future__ import annotations

import json
import textwrap
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.fetched import FetchedSignal
from papers.sources import SourceError, decode
from papers.sources.listing import contradiction, parse
from papers.text.titles import title_key

DAY = date(2025, 3, 14)
HEADER = """new

Get trending papers in your email inbox!

Subscribe

byAK and the research community

Mar 14

"""
LONG = "We show " + 50 * "very much " + "in this work."


def read(text: str) -> list[tuple[str, str]]:
    return [(paper.title, paper.summary) for paper in parse(text, DAY)]


# ── what a page holds ────────────────────────────────────────────────────────


@pytest.mark.shared
def test_the_fifty_papers_of_the_seed_page_are_read(shared: Path) -> None:
    text = decode((shared / "data" / "seed_page.txt").read_bytes())
    facts = json.loads((shared / "data" / "seed_papers.json").read_text())
    papers = parse(text, DAY)
    assert [paper.title for paper in papers] == [fact["title"] for fact in facts]
    assert all(len(paper.summary) > 1000 for paper in papers)


@pytest.mark.shared
def test_the_seed_page_without_any_one_line_is_refused(shared: Path) -> None:
    lines = (shared / "data" / "seed_page.txt").read_text().rstrip().split("\n")
    first = lines.index("Visual Dialog")
    for lost in range(first, len(lines)):
        with pytest.raises(SourceError) as refusal:
            parse("\n".join(lines[:lost] + lines[lost + 1 :]), DAY)
        assert refusal.value.line is not None
        assert abs(refusal.value.line - lost) <= 6, "the error is named near its place"


def test_each_paper_has_its_position_day_and_payload() -> None:
    first, second = parse(f"{HEADER}One: a.b\n\nAbout one.\n\nTwo\n\nAbout two.\n", DAY)
    assert (first.listed_on, second.listed_on) == (DAY, DAY)
    assert second.signals == (FetchedSignal("position", 2),)
    assert second.raw == {"position": 2, "title": "Two", "abstract": "About two."}
    assert first.arxiv_id is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "new\n",
        "Mar 14\n\n",
        "Subscribe\nMarch 14, 2025\n",
        "\n\nBy A. Reader and the research community\n",
        HEADER,
        HEADER.replace("\n\n", "\n"),
        HEADER.upper(),
    ],
)
def test_the_header_may_be_there_in_part_or_not_at_all(header: str) -> None:
    assert read(f"{header}A title\n\nAn abstract.") == [("A title", "An abstract.")]


def test_words_of_the_header_below_it_are_text() -> None:
    assert read("Subscribe\n\nA title\n\nAn abstract.\n\nNew\n\nAnother.")[1] == ("New", "Another.")


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_endings_and_byte_order_marks_are_accepted(
    ending: str,
) -> None:
    page = "\ufeffA title\n \u00a0\t\nAn abstract,\nwrapped.\n\n\n\n".replace("\n", ending)
    assert read(decode(page.encode())) == [("A title", "An abstract, wrapped.")]


def test_non_breaking_and_repeated_spaces_become_one_space() -> None:
    assert read("A\u00a0 title\n\nAn  abstract.") == [("A title", "An abstract.")]


def test_an_abstract_may_have_paragraphs() -> None:
    page = f"A title\n\n{LONG}\n\nIt has\ntwo more.\n\nCode is at https://example.org/x\n\nNext\n\n{LONG}"
    assert read(page) == [
        ("A title", f"{LONG}\n\nIt has two more.\n\nCode is at https://example.org/x"),
        ("Next", LONG),
    ]


def test_a_short_sentence_before_a_title_is_the_last_paragraph() -> None:
    page = f"A title\n\n{LONG}\n\nWe give the code.\n\nNext\n\n{LONG}"
    assert read(page) == [("A title", f"{LONG}\n\nWe give the code."), ("Next", LONG)]


def test_a_short_sentence_before_an_abstract_is_a_title() -> None:
    page = f"A title\n\n{LONG}\n\nAttention is enough.\n\n{LONG}"
    assert read(page) == [("A title", LONG), ("Attention is enough.", LONG)]


@pytest.mark.parametrize(
    "title",
    [
        "A: B: C",
        "v1.5 of e.g. this vs. that",
        "Is it....",
        "And so on...",
        "Is it all there is?",
        "Wow!",
        "x" * 250,
    ],
)
def test_a_title_may_hold_colons_and_end_in_dots(title: str) -> None:
    page = f"First\n\n{LONG}\n\n{title}\n\n{LONG}\n\nLast\n\n{LONG}"
    assert [found for found, _ in read(page)] == ["First", title, "Last"]


# ── what is refused ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "is empty"),
        (" \n\n\u00a0\n", 1, "is empty"),
        (HEADER, 1, "the page's header"),
        ("Alone", 1, "no abstract follows the title “Alone”"),
        (f"One\n\n{LONG}\n\nTwo", 5, "no abstract follows the title “Two”"),
        (f"One\n\nTwo\n\n{LONG}", 3, "two titles in a row"),
        (f"Zero\n\n{LONG}\n\nOne\n\nTwo\n\n{LONG}", 7, "two titles in a row"),
        (f"{LONG}\n\nOne\n\n{LONG}", 1, "a title should stand here"),
        (f"One\n{LONG}\n", 1, "a title should stand here"),
        (f"One\n\n{LONG}\n\nTwo\n{LONG}", 5, "an empty line is missing after this title"),
        (f"One\n\n{LONG}\nTwo\n\n{LONG}", 6, "an empty line is missing"),
        (f"One\n\n{LONG}\n\nTwo in\ntwo lines\n\n{LONG}", 8, "a title is one line"),
        (f"One\n\n{4 * LONG}\n\n{LONG}", 5, "two abstracts in a row"),
        (f"One\n\nA \x00 byte.\n\n{LONG}", 3, "a control character"),
        ("<!DOCTYPE html>\n<html></html>", 1, "this is HTML"),
    ],
)
def test_a_malformed_page_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as refusal:
        parse(text, DAY)
    assert refusal.value.line == line
    assert str(refusal.value).startswith(f"line {line}: ")


@pytest.mark.parametrize(
    ("title", "reason"),
    [("???", "a title without letters: “???”"), ("ONE:", "“ONE:” is already on line 1")],
)
def test_a_paper_without_a_title_of_its_own_is_left_out_alone(title: str, reason: str) -> None:
    found = parse(f"One\n\n{LONG}\n\n{title}\n\nWalruses.\n\nTwo\n\nSeals.", DAY)
    assert [(paper.title, paper.summary) for paper in found] == [("One", LONG), ("Two", "Seals.")]
    assert [paper.signals[0].value for paper in found] == [1, 3]
    assert found.left_out == (f"line 5: {reason}",)


def test_a_page_of_which_most_papers_are_left_out_is_refused() -> None:
    with pytest.raises(SourceError, match=r"2 of 3 rows cannot be read: line 5: .*; line 9: "):
        parse(f"One\n\n{LONG}\n\nOne\n\n{LONG}\n\n!\n\n{LONG}", DAY)


def test_characters_that_no_reader_sees_and_entities_are_undone() -> None:
    text = "Wal\x08rus &amp;amp; Se\ue003al\n\nThey &lt;swim\u202e&gt;."
    assert read(text) == [("Walrus & Seal", "They <swim>.")]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("One\n\nCaf\xe9".encode("latin-1"), 3, "byte 0xe9 is not UTF-8"),
        ("One".encode("utf-16"), 1, "UTF-16"),
        (b"\x89PNG\r\n\x1a\n", 1, "byte 0x89"),
    ],
)
def test_bytes_that_are_not_utf8_are_refused(content: bytes, line: int, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as refusal:
        decode(content)
    assert refusal.value.line == line


# ── the date in the header ───────────────────────────────────────────────────


def test_a_very_long_line_is_read_quickly() -> None:
    endless = 200_000 * "a-b." + "."
    assert read(f"A title\n\n{endless}") == [("A title", endless)]


@pytest.mark.parametrize("written", ["Mar 15", "April 14", "Mar 14, 2024", "sep. 14"])
def test_a_header_with_another_date_is_a_contradiction(written: str) -> None:
    assert contradiction(f"Subscribe\n{written}\n\nA title\n\nAn abstract.", DAY) == written


@pytest.mark.parametrize("written", ["Mar 14", "March 14, 2025", "", "new"])
def test_the_right_date_or_none_is_no_contradiction(written: str) -> None:
    assert contradiction(f"{written}\n\nA title\n\nAn abstract.\n\nMay 1\n\nB.", DAY) is None


# ── there and back ───────────────────────────────────────────────────────────

WORD = st.sampled_from(
    [
        "We",
        "a",
        "of",
        "e.g.",
        "v1.5",
        "A/B:",
        "is?",
        "$x_1$",
        "naïve",
        "(sic)",
        "“so”",
        "3.14",
        "--",
    ]
)
NAME = st.from_regex(r"[A-Z][a-z0-9]{2,9}", fullmatch=True)
TITLE = st.builds(
    lambda name, words, end: " ".join([name, *words, "title"]) + end,
    NAME,
    st.lists(WORD, max_size=20),
    st.sampled_from(["", "?", "!", "...", "....", ")"]),
)
SENTENCES = st.lists(WORD, min_size=3, max_size=90).map(lambda words: " ".join(words) + " end.")
# A later paragraph that stands on one line is told from a title by its length.
LATER = SENTENCES.map(lambda text: f"Further {LONG} {text[-60:].strip()}")
ABSTRACT = st.builds(lambda first, more: [first, *more], SENTENCES, st.lists(LATER, max_size=2))


def wrap(paragraph: str, width: int) -> str:
    if not width:
        return paragraph
    return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)


@given(
    papers=st.lists(
        st.tuples(TITLE, ABSTRACT), min_size=1, max_size=6, unique_by=lambda it: title_key(it[0])
    ),
    width=st.sampled_from([0, 40, 79, 120]),
    gap=st.sampled_from(["\n\n", "\n\n\n", "\r\n \r\n"]),
    header=st.sampled_from(["", HEADER]),
)
def test_a_generated_page_is_read_as_the_same_papers(
    papers: list[tuple[str, list[str]]], width: int, gap: str, header: str
) -> None:
    blocks: list[str] = []
    for title, abstract in papers:
        blocks += [title, *(wrap(paragraph, width) for paragraph in abstract)]
    expected = [(title, "\n\n".join(abstract)) for title, abstract in papers]
    assert read(header + gap.join(blocks)) == expected
