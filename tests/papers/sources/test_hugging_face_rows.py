"""Odd rows of Hugging Face: what is left out of an answer, and when all of it is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from papers.sources import SourceError
from papers.sources.hugging_face import normalise, parse
from tests.papers.sources.test_hugging_face import DAY, make_row, read, values


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "row 1: an object was expected, not an array"),
        (None, "row 1: an object was expected, not null"),
        ({"title": "A title"}, "row 1: paper is missing"),
        ({"paper": "2405.15738"}, "row 1: paper is not an object"),
        (make_row(id=None), "row 1: paper.id is missing"),
        (make_row(id="abc"), "row 1: paper.id is not an arXiv id: 'abc'"),
        (make_row(id="10.1000/182"), "row 1: paper.id is not an arXiv id: '10.1000/182'"),
        (make_row(id="٢٤٠٥.15738"), "row 1: paper.id is not an arXiv id"),
        (make_row(id=2405.15738), "row 1: paper.id is a number, not text"),
        (make_row(title=None), "row 1: paper.title is missing"),
        (make_row(title=" \n"), "row 1: paper.title is not a title"),
        (make_row(title="???"), "row 1: paper.title is not a title"),
        (make_row(title="🤖🦭"), "row 1: paper.title is not a title"),
        (make_row(title="\u3164\u200b\ue003"), "row 1: paper.title is not a title"),
        (make_row(title=501 * "x"), "row 1: paper.title is not a title"),
        (make_row(title=["A title"]), "row 1: paper.title is an array, not text"),
    ],
)
def test_a_row_without_id_or_title_is_left_out_with_its_number_and_key(
    row: object, reason: str
) -> None:
    papers = normalise([make_row(id="2405.00001"), row, make_row(id="2405.00003")], DAY)
    assert [paper.arxiv_id for paper in papers] == ["2405.00001", "2405.00003"]
    assert [values(paper)["position"] for paper in papers] == [1, 3]
    [left_out] = papers.left_out
    assert left_out.startswith(reason)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"authors": "A. B."}, "row 0: paper.authors is text, not an array"),
        ({"authors": [None]}, "row 0: an author's name is null, not text"),
        ({"authors": [{"name": None}]}, "row 0: an author's name is null, not text"),
        ({"authors": [{"_id": 1}]}, "row 0: an author's name is null, not text"),
        ({"authors": [["A. B."]]}, "row 0: an author's name is an array, not text"),
        ({"authors": [{"name": 201 * "x"}]}, "row 0: an author's name has 201 characters"),
        ({"upvotes": "12"}, "row 0: upvotes is not a count: '12'"),
        ({"upvotes": True}, "row 0: upvotes is not a count: 'True'"),
        ({"upvotes": -1}, "row 0: upvotes is not a count: '-1'"),
        ({"upvotes": 12.5}, "row 0: upvotes is not a count: '12.5'"),
        ({"upvotes": float("nan")}, "row 0: upvotes is not a count: 'nan'"),
        ({"upvotes": float("inf")}, "row 0: upvotes is not a count: 'inf'"),
        ({"upvotes": 10**30}, "row 0: upvotes is not a count"),
        ({"upvotes": [[12]]}, "row 0: upvotes is not a count: an array"),
        ({"githubStars": -1}, "row 0: githubStars is not a count: '-1'"),
        ({"summary": 7}, "row 0: paper.summary is a number, not text"),
        ({"ai_keywords": {"a": 1}}, "row 0: paper.ai_keywords is an object, not an array"),
        ({"ai_keywords": [121 * "x"]}, "row 0: ai_keywords: 'xxx"),
        ({"githubRepo": "javascript:alert(1)"}, "row 0: githubRepo is no web address"),
        ({"publishedAt": "soon"}, "row 0: publishedAt is not a time: 'soon'"),
        ({"publishedAt": "0001-01-01T00:00:00Z"}, "row 0: publishedAt is not a time"),
        ({"publishedAt": "9999-12-31T23:59:59-05:00"}, "row 0: publishedAt is not a time"),
        ({"submittedOnDailyAt": "soon"}, "row 0: submittedOnDailyAt is not a time: 'soon'"),
        ({"submittedOnDailyAt": "2999-01-01T00:00:00Z"}, "row 0: submittedOnDailyAt is not a time"),
        ({"submittedOnDailyAt": "2024-05-30T00:00:00Z"}, "row 0: submittedOnDailyAt is in the fut"),
    ],
)
def test_a_malformed_field_is_left_out_and_its_row_stays(
    changes: dict[str, Any], reason: str
) -> None:
    found = normalise([make_row(**changes)], DAY, today=date(2024, 5, 28))
    [paper] = found
    assert (found.left_out, len(paper.left_out)) == ((), 1)
    assert paper.left_out[0].startswith(reason)
    signals = {"position": 1.0} | ({} if "upvotes" in changes else {"upvotes": 0.0})
    assert values(paper) == signals  # a malformed number is unknown, and not zero
    assert paper == replace(read(make_row()), signals=paper.signals, raw=paper.raw)


def test_only_the_malformed_items_of_a_list_are_left_out() -> None:
    names = [{"name": "A"}, {"name": None}, "B", 7, {"name": "C", "user": "no account"}]
    paper = read(make_row(authors=names, ai_keywords=["one", None, "two"]))
    assert (paper.authors, paper.keywords) == (("A", "B", "C"), ("one", "two"))
    assert len(paper.left_out) == 3


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert values(read(make_row(upvotes=12.0, githubStars=3.0))) == {
        "upvotes": 12, "stars": 3, "position": 1,
    }  # fmt: skip


def test_characters_that_cannot_be_stored_or_seen_are_removed() -> None:
    paper = read(
        make_row(
            {"organization": "a company"},
            id=" 2405.15738\u200b",
            title="A\x00 \ud800ti\u202etle &amp; more",
            summary="a\x00b",
            authors=[{"name": "Jane\ue003Doe"}],
            ai_keywords=["gra\u00adphs"],
        )
    )
    assert (paper.arxiv_id, paper.title, paper.summary) == ("2405.15738", "A title & more", "ab")
    assert (paper.authors, paper.keywords, paper.left_out) == (("JaneDoe",), ("graphs",), ())


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e400", 5000 * "9"])
def test_a_number_that_json_has_not_costs_one_field(number: str) -> None:
    text = json.dumps([make_row(id="2405.00001"), make_row(upvotes=7777)])
    papers = parse(text.replace("7777", number), DAY)
    assert [values(paper).get("upvotes") for paper in papers] == [0, None]


def test_a_row_that_is_nested_too_deeply_costs_no_other() -> None:
    deep = make_row(id="2405.00002", title="Deep", summary=7777)
    text = json.dumps([make_row(id="2405.00001"), deep, make_row(id="2405.00003")])
    papers = parse(text.replace("7777", 5000 * "[" + '"]"' + 5000 * "]"), DAY)
    assert [paper.arxiv_id for paper in papers] == ["2405.00001", "2405.00002", "2405.00003"]
    assert [len(paper.left_out) for paper in papers] == [0, 1, 0]


def test_a_response_is_refused_when_most_of_its_rows_cannot_be_read() -> None:
    half = [make_row(), make_row(id="2405.00002"), {}, {}]
    assert len(normalise(half, DAY)) == 2
    with pytest.raises(SourceError) as refusal:
        normalise([*half, make_row(id="abc")], DAY)
    assert refusal.value.permanent
    assert refusal.value.reason == (
        "3 of 5 rows cannot be read: row 2: paper is missing; row 3: paper is missing; "
        "row 4: paper.id is not an arXiv id: 'abc'"
    )


def test_withdrawn_papers_count_as_rows_that_can_be_read() -> None:
    withdrawn = [make_row(id=f"2405.0000{n}", withdrawnAt="2024-06-01") for n in range(2)]
    found = normalise([*withdrawn, {}, {}], DAY)
    assert [paper.is_withdrawn for paper in found] == [True, True]
    assert len(found.left_out) == 2


def test_a_row_without_a_day_is_refused() -> None:
    with pytest.raises(SourceError, match=r"row 0: submittedOnDailyAt is missing.*--day"):
        read(make_row(), day=None)
