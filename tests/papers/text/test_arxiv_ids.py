"""arXiv ids out of ids and addresses."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.models import Paper
from papers.text.arxiv_ids import arxiv_id, month_of


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
    ("identity", "month"),
    [
        ("2311.04157", date(2023, 11, 1)),
        ("0704.0001", date(2007, 4, 1)),
        ("math/0309136", date(2003, 9, 1)),
        ("hep-th/9901001", date(1999, 1, 1)),
        ("2399.00001", date(2023, 12, 1)),
    ],
)
def test_an_id_has_its_month(identity: str, month: date) -> None:
    assert month_of(identity) == month
