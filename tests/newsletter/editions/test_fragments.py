"""Fragments and layouts: rendered once, with placeholders for what differs between recipients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup

from newsletter.editions.fragments import (
    PAPERS,
    PREHEADER,
    RANK,
    TOKEN,
    TOKEN_PLACEHOLDER,
    WHY,
    wrap_after_indent,
)
from tests.newsletter.editions.digests import make_digest, make_fragment, make_layout

pytestmark = pytest.mark.usefixtures("site")
ALL = {TOKEN, PAPERS, PREHEADER, RANK, WHY}


def placeholders(text: str) -> set[str]:
    return {placeholder for placeholder in ALL if placeholder in text}


def test_a_layout_has_a_placeholder_for_papers_preheader_and_token() -> None:
    layout = make_layout()
    assert placeholders(layout.html) == {TOKEN, PAPERS, PREHEADER}
    assert placeholders(layout.text) == {TOKEN, PAPERS}


def test_a_fragment_has_a_placeholder_for_rank_reason_and_token() -> None:
    fragment, _ = make_fragment()
    assert placeholders(fragment.html) == {TOKEN, RANK, WHY}
    assert placeholders(fragment.text) == {TOKEN, RANK, WHY}
    assert placeholders(fragment.title) == set()


@pytest.mark.parametrize("kind", ["html", "text"])
def test_the_parts_join_to_the_encoded_text(kind: str) -> None:
    for layout, between in (
        (make_layout(), [PREHEADER, PAPERS] if kind == "html" else [PAPERS]),
        (make_fragment()[0], [RANK, WHY]),
    ):
        joined = b""
        for parts, separator in zip(getattr(layout, f"{kind}_parts"), [*between, ""], strict=True):
            joined += b"".join(parts) + separator.encode()
        assert joined == getattr(layout, f"encoded_{kind}")


def test_each_token_placeholder_is_one_item_of_the_parts() -> None:
    parts = [part for parts in make_layout().text_parts for part in parts]
    tokens = [part for part in parts if TOKEN_PLACEHOLDER in part]
    assert len(tokens) == 3  # preferences, browser, unsubscribe
    assert all(part is TOKEN_PLACEHOLDER for part in tokens)


def test_placeholders_in_a_paper_s_own_text_are_removed() -> None:
    digest = make_digest(make_fragment(summary="A token \ue000 and papers \ue001 to you."))
    assert "A token and papers to you." in " ".join(digest.text.split())
    assert digest.text.count("/u/") == 1


@pytest.mark.parametrize("place", [TOKEN, PAPERS, PREHEADER, RANK, WHY, "\ue005", "\uf8ff"])
def test_no_value_brings_a_placeholder_lists_neither(place: str) -> None:
    named = f"Jane{place}Doe"
    fragment, _ = make_fragment(
        title=named, authors=[named, "Ada Lovelace"], topics=[named], summary=named, since=named
    )
    expected, _ = make_fragment(
        title="JaneDoe", authors=["JaneDoe", "Ada Lovelace"], topics=["JaneDoe"], summary="JaneDoe",
        since="JaneDoe",
    )  # fmt: skip
    assert fragment == expected
    assert fragment.html_parts == expected.html_parts


def test_a_note_brings_no_placeholder_into_the_layout() -> None:
    layout = make_layout(note=f"Read{PAPERS} this.", byline=f"by A{PREHEADER}K")
    assert layout == make_layout(note="Read this.", byline="by AK")


@pytest.mark.parametrize("facts", [{"title": None}, {"authors": [None]}, {"summary": ["no text"]}])
def test_facts_of_no_paper_cannot_be_rendered(facts: dict[str, Any]) -> None:
    with pytest.raises((TypeError, AttributeError)):
        make_fragment(**facts)


@pytest.mark.parametrize("placeholder", [RANK, WHY])
@pytest.mark.parametrize("part", ["html", "text"])
def test_a_fragment_with_a_placeholder_twice_is_not_intact(part: str, placeholder: str) -> None:
    fragment, _ = make_fragment()
    assert fragment.is_intact
    assert not replace(fragment, **{part: getattr(fragment, part) + placeholder}).is_intact


def test_titles_are_escaped_in_html_and_plain_in_text() -> None:
    fragment, _ = make_fragment()
    assert "Pointers &amp; &lt;Networks&gt;" in fragment.html
    assert "Pointers & <Networks>" in fragment.text
    assert fragment.title == "Pointers & <Networks>"


@pytest.mark.parametrize(
    ("facts", "figures"),
    [
        ({}, "Theory · ▲ 84 (+12 in a day)"),
        ({"upvotes_gain": 0}, "Theory · ▲ 84"),
        ({"upvotes": None}, "Theory"),
        ({"upvotes": None, "topics": [], "is_sample": True}, "sample data"),
    ],
)
def test_figures_name_topics_votes_and_sample_data(facts: dict[str, Any], figures: str) -> None:
    fragment, _ = make_fragment(**facts)
    assert f"\n    {figures}\n" in fragment.text


def test_styles_are_inlined() -> None:
    title = BeautifulSoup(make_fragment()[0].html, "html.parser").select_one(".title")
    assert title is not None
    assert "serif" in str(title["style"])


def test_the_rules_for_dark_mode_stay_in_the_layout() -> None:
    assert "@media (prefers-color-scheme: dark)" in make_layout().html


def test_a_curator_s_note_stands_above_the_papers() -> None:
    layout = make_layout(note="Read the first one twice.")
    assert layout.html.index("twice") < layout.html.index(PAPERS)
    assert layout.text.index("twice") < layout.text.index(PAPERS)


def test_a_paper_without_summary_or_authors_leaves_no_gap() -> None:
    fragment, _ = make_fragment(summary="", authors=[])
    assert "\n\n\n" not in fragment.text


def test_a_long_text_wraps_at_72_columns_after_the_indent() -> None:
    lines = wrap_after_indent("word " * 40).split("\n")
    assert max(map(len, lines)) <= 72
    assert [line.startswith("    ") for line in lines] == [False, True, True, True]
