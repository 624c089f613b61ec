"""A paper as a source returns it: what identifies it, its addresses, its signals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from papers.fetched import FetchedPaper, SignalKind, web_url
from papers.models import Signal

DAY = date(2025, 3, 14)


def test_it_keeps_an_address_on_the_web() -> None:
    assert web_url(" https://github.com/a/b ") == "https://github.com/a/b"


@pytest.mark.parametrize(
    "text",
    ["", "javascript:alert(1)", "//host/x", "github.com/a", "http://[", "https://a b", "ftp://a/b",
     "https://", "https://a/" + 500 * "x"],
)  # fmt: skip
def test_it_rejects_addresses_that_a_page_must_not_link_to(text: str) -> None:
    assert web_url(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        r"https://github.com/ada/my\_engine",
        r"\url{https://github.com/ada/my\_engine}",
        r"\href{https://github.com/ada/my\_engine}{code}",
        r"https://github.com/ada/my$\_$engine",
        "<https://github.com/ada/my_engine>",
        "https://github.com/ada/my_engine.",
    ],
)
def test_it_undoes_tex_in_the_address_of_a_field(text: str) -> None:
    assert web_url(text) == "https://github.com/ada/my_engine"


def test_it_rejects_an_address_with_a_backslash() -> None:
    assert web_url(r"https://github.com/ada\engine") == ""


def test_it_keeps_the_special_characters_of_an_address() -> None:
    assert (
        web_url("https://a.org/~b--c/d_(e)?x=1&y=%20#z") == "https://a.org/~b--c/d_(e)?x=1&y=%20#z"
    )


def test_a_paper_without_id_and_title_is_refused() -> None:
    assert FetchedPaper(title="???", arxiv_id="2503.00001", listed_on=DAY).title == "???"
    with pytest.raises(ValueError, match="nothing identifies this paper"):
        FetchedPaper(title="???", listed_on=DAY)


def test_every_text_is_cleaned_lists_too() -> None:
    paper = FetchedPaper(
        title="Q&amp;A\u202e of\n\ue003robots",
        listed_on=DAY,
        authors=("Jane\ue003Doe", "\u200b", "x" * 201, "y" * 200),
        summary="One\x00.\n\n\nTwo &lt;\r\n3.",
        categories=("cs.\u200bLG", "c" * 21),
        keywords=("gra\u00adphs", "k" * 121),
        code_url="https://github.com/a/b?x=1&amp;y=2\u2060",
        project_url="java&#115;cript:alert(1)",
    )
    assert paper == FetchedPaper(
        title="Q&A of robots",
        listed_on=DAY,
        authors=("JaneDoe", "y" * 200),
        summary="One.\n\nTwo < 3.",
        categories=("cs.LG",),
        keywords=("graphs",),
        code_url="https://github.com/a/b?x=1&y=2",
    )


def test_what_is_too_long_is_left_out_and_named() -> None:
    names = ["x" * 200, "y" * 201]
    paper = FetchedPaper(title="Robots", listed_on=DAY, authors=names, keywords=["k" * 121])  # type: ignore[arg-type]
    assert (paper.authors, paper.keywords) == (("x" * 200,), ())
    reasons = (
        "Robots: an author's name has 201 characters",
        "Robots: a keyword has 121 characters",
    )
    assert paper.left_out == reasons
    assert replace(paper, summary="Walk.").left_out == reasons


def test_authors_are_left_out_after_as_many_as_the_search_index_holds() -> None:
    paper = FetchedPaper(title="Robots", listed_on=DAY, authors=("x" * 100,) * 1201)
    assert (len(paper.authors), len(paper.left_out)) == (1200, 1)


def test_every_kind_of_signal_of_a_source_can_be_stored() -> None:
    assert set(get_args(SignalKind)) < set(Signal.Kind.values)


def test_an_organisation_has_a_link_only_with_a_name() -> None:
    page = "https://huggingface.co/walrus"
    named = FetchedPaper(
        title="A", listed_on=DAY, organization=" Walrus\nLab ", organization_url=page
    )
    assert (named.organization, named.organization_url) == ("Walrus Lab", page)
    unnamed = replace(named, organization="x" * 201)
    assert (unnamed.organization, unnamed.organization_url) == ("", "")
    assert unnamed.left_out == ("A: its organisation has 201 characters",)


def test_a_short_summary_is_cleaned_and_a_refusal_left_out() -> None:
    paper = FetchedPaper(title="A", listed_on=DAY, short_summary="**Plover** reads\nten abstracts.")
    assert paper.short_summary == "Plover reads ten abstracts."
    assert replace(paper, short_summary="I'm sorry, but I cannot do this.").short_summary == ""
