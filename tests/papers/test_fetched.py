"""The normalised texts of papers: ids, titles, addresses."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.fetched import (
    FetchedPaper,
    SignalKind,
    arxiv_id,
    fold,
    fold_paragraphs,
    title_key,
    web_url,
)
from papers.models import Paper, Signal

DAY = date(2025, 3, 14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1706.03762", "1706.03762"),
        ("1706.03762v5", "1706.03762"),
        ("0704.0001", "0704.0001"),
        (" arXiv:1706.03762v1 ", "1706.03762"),
        ("https://arxiv.org/abs/1706.03762v5", "1706.03762"),
        ("http://export.arxiv.org/pdf/1706.03762v2.pdf", "1706.03762"),
        ("arxiv.org/abs/1706.03762/", "1706.03762"),
        ("https://huggingface.co/papers/1706.03762", "1706.03762"),
        ("https://doi.org/10.48550/arXiv.1706.03762", "1706.03762"),
        ("oai:arXiv.org:1706.03762v2", "1706.03762"),
        ("hep-th/9901001v3", "hep-th/9901001"),
        ("https://arxiv.org/abs/math.GT/0309136", "math/0309136"),
    ],
)
def test_it_finds_the_arxiv_id_without_its_version(text: str, expected: str) -> None:
    assert arxiv_id(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "170603762", "1706.03", "1706.037621", "10.1000/182", "https://example.org/1", "v2"],
)
def test_it_finds_no_arxiv_id_where_there_is_none(text: str) -> None:
    assert arxiv_id(text) is None


@given(
    st.from_regex(r"[0-9]{4}\.[0-9]{4,5}|[a-z]{1,7}(-[a-z]{2,4})?/[0-9]{7}", fullmatch=True),
    st.sampled_from(["{}", "{}v3", "arXiv:{}", "https://arxiv.org/abs/{}v12", "arxiv.org/pdf/{}"]),
)
def test_every_arxiv_id_that_is_found_can_be_stored(text: str, form: str) -> None:
    assert arxiv_id(form.format(text)) == text
    Paper._meta.get_field("arxiv_id").run_validators(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zero-Shot: A Survey", "zero shot -- a   survey."),
        ("E\ufb03cient Nets", "Efficient nets"),
        ("STRASSE", "Straße"),
        ("Schro\u0308dinger", "Schrödinger"),
        ("Two\n  Lines", "Two Lines"),
        ("Non\u00a0breaking", "non breaking"),
    ],
)
def test_two_spellings_of_a_title_have_the_same_key(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


def test_titles_with_another_word_digit_or_mark_differ() -> None:
    titles = ["GPT-3", "GPT-4", "GPT", "हिंदी", "हदी"]
    assert len({title_key(title) for title in titles}) == len(titles)


@given(st.text() | st.text(st.characters(max_codepoint=127)))
def test_a_key_stays_the_same_when_it_is_normalised_again(title: str) -> None:
    assert title_key(title_key(title)) == title_key(title)
    assert title_key(f"{title} é") == f"{title_key(title)} é".strip()


def test_a_title_of_symbols_has_an_empty_key() -> None:
    assert title_key("∞ — ???") == ""


def test_it_folds_white_space_and_removes_invisible_characters() -> None:
    assert fold(" A\u00a0title\n  in\ttwo\u200b lines\ufeff ") == "A title in two lines"


def test_it_folds_each_paragraph_to_a_line() -> None:
    assert fold_paragraphs("one\ntwo\n \n\n three ") == "one two\n\nthree"


def test_it_keeps_an_address_on_the_web() -> None:
    assert web_url(" https://github.com/a/b ") == "https://github.com/a/b"


@pytest.mark.parametrize(
    "text",
    ["", "javascript:alert(1)", "//host/x", "github.com/a", "http://[", "https://a b", "ftp://a/b",
     "https://", "https://a/" + 500 * "x"],
)  # fmt: skip
def test_it_rejects_addresses_that_a_page_must_not_link_to(text: str) -> None:
    assert web_url(text) == ""


def test_a_paper_without_id_and_title_is_refused() -> None:
    assert FetchedPaper(title="???", arxiv_id="2503.00001", listed_on=DAY).title == "???"
    with pytest.raises(ValueError, match="nothing identifies this paper"):
        FetchedPaper(title="???", listed_on=DAY)


def test_every_kind_of_signal_of_a_source_can_be_stored() -> None:
    assert set(get_args(SignalKind)) < set(Signal.Kind.values)
