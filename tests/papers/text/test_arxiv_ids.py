"""arXiv ids out of ids and addresses."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.models import Paper
from papers.text.arxiv_ids import arxiv_id, ids_in, month_of, pasted_id


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


# ── what people paste ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "2611.90000",
        "arXiv:2611.90000v3 [cs.CL]",
        "arXiv:2611.90000v3 [cs.CL] 26 Nov 2026",
        "arxiv 2611.90000",
        "arXiv2611.90000",
        "https://arxiv.org/abs/2611.90000?context=cs.LG",
        "https://arxiv.org/pdf/2611.90000v1.pdf#page=3",
        "https://arxiv.org/html/2611.90000v2#S3.SS1",
        "https://export.arxiv.org/abs/2611.90000",
        "http://www.arxiv.org/pdf/2611.90000",
        "https://browse.arxiv.org/pdf/2611.90000.pdf",
        "https://ar5iv.org/abs/2611.90000",
        "https://ar5iv.labs.arxiv.org/html/2611.90000",
        "https://www.alphaxiv.org/abs/2611.90000v1",
        "alphaxiv.org/overview/2611.90000",
        "https://hf.co/papers/2611.90000",
        "https://huggingface.co/papers/2611.90000.md",
        "https://huggingface.co/papers/2611.90000#community?utm_source=mail",
        "https://api.semanticscholar.org/arXiv:2611.90000",
        "https://papers.cool/arxiv/2611.90000",
        "https://www.emergentmind.com/papers/2611.90000?ref=x",
        "https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fabs%2F2611.90000&sa=D",
        "https://doi.org/10.48550/ARXIV.2611.90000",
        "doi: 10.48550/arXiv.2611.90000.",
        "(2611.90000)",
        "[2611.90000]",
        "<2611.90000>",
        "2611.90000,",
        "2611.90000.",
        "2611.90000v2;",
        "“2611.90000”",
        "'2611.90000v1'",
        "`2611.90000`",
        "#2611.90000",
        "/abs/2611.90000",
        "2611.90000v1.pdf",
        "2611.90000 [cs.CL]",
        "2611.90000 (cs.CL)",
        "1. 2611.90000",
        "[Sand](https://arxiv.org/abs/2611.90000)",
        "[2611.90000] Sand moves: a study - arXiv",
        "eprint = {2611.90000},",
        "@misc{lee2026sand, title={Sand}, year={2026}, eprint={2611.90000}, archivePrefix={arXiv}}",
        "A. Lee. Sand moves. arXiv preprint arXiv:2611.90000, 2026.",
        "https://arxiv.org/abs/2611.90000 https://arxiv.org/pdf/2611.90000v2",
        "２６１１.９００００",
        "arXiv: 2611.90000",
        "2611.\u200b90000",
        "ARXIV:2611.90000V2",
    ],
)
def test_a_pasted_text_with_one_id_gives_it(text: str) -> None:
    assert pasted_id(text) == "2611.90000"


@pytest.mark.parametrize(
    "text",
    [
        "math.GT/0309136v1",
        "MATH.GT/0309136V1",
        "(math/0309136)",
        "https://arxiv.org/abs/math.GT/0309136v1?context=math",
        "https://arxiv.org/pdf/math/0309136.pdf",
        "see math.GT/0309136",
        "arxiv.org/abs/math%2F0309136",
    ],
)
def test_a_pasted_text_with_an_old_id_gives_it(text: str) -> None:
    assert pasted_id(text) == "math/0309136"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sand",
        "2024.12345 tokens",
        "2012.12345 tokens",
        "trained on 1706.03762 pairs",
        "1706.03762 2005.14165",
        "arXiv:1706.03762 and arXiv:2005.14165",
        "https://arxiv.org/list/cs.CL/recent",
        "doi.org/10.1145/1706.03762",
        "10.1145/2939672.2939785",
        "11706.03762",
        "1706.037621",
        "1706.03762.5",
        "arXiv:1.1706.03762",
        "arXiv 3/0309136",
        "see math.GT/0399136",
    ],
)
def test_a_pasted_text_without_one_id_gives_none(text: str) -> None:
    assert pasted_id(text) is None


@pytest.mark.parametrize(
    "text",
    ["(2611.90000)", "2611.90000,", "see arXiv:2611.90000", "[Sand](arxiv.org/abs/2611.90000)"],
)
def test_a_source_must_give_an_id_without_text_around_it(text: str) -> None:
    assert arxiv_id(text) is None
    assert pasted_id(text) == "2611.90000"


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_pasted_text_is_an_error_and_an_id_can_be_stored(before: str, after: str) -> None:
    found = pasted_id(f"{before}arXiv:1706.03762{after}")
    if found:
        Paper._meta.get_field("arxiv_id").run_validators(found)


def test_a_very_long_paste_is_read_in_no_time() -> None:
    assert pasted_id("1706.03762 " + "a" * 1_000_000) is None


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("1706.03762v5, then arXiv:1810.04805 and 1706.03762", ["1706.03762", "1810.04805"]),
        ("hep-th/9901001; math.GT/0309136", ["hep-th/9901001", "math/0309136"]),
        ("10.1109/2301.01234", []),
        ("10.48550/arXiv.2301.01234", ["2301.01234"]),
        ("nothing", []),
    ],
)
def test_all_ids_of_a_text_are_found_in_their_order(text: str, ids: list[str]) -> None:
    assert ids_in(text) == ids
