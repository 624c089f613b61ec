"""A paper as a source returns it: what identifies it, its addresses, its signals."""

from __future__ import annotations

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


def test_every_kind_of_signal_of_a_source_can_be_stored() -> None:
    assert set(get_args(SignalKind)) < set(Signal.Kind.values)
