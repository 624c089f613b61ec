"""Hugging Face: requests, recorded responses of every age, and texts that are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from fakes.web_service import FakeTime
from papers.fetched import FetchedPaper
from papers.sources import SourceError
from papers.sources.http import Http, Limits
from papers.sources.hugging_face import connect, daily, day_in_name, detail, normalise, parse

DAY = date(2024, 5, 27)
LISTS = "/api/daily_papers"
DETAIL = "/api/papers/2405.15738"
RECORDED = {  # the name of a file: its rows, its stars, its code addresses, its keyword lists
    "2024-05-27": (13, 0, 0, 0),
    "2024-10-10": (46, 0, 0, 0),
    "2025-05-30": (42, 0, 19, 42),
    "2025-09-30": (50, 25, 25, 50),
    "2026-05-12": (50, 28, 29, 49),
    "2026-08-20": (15, 8, 8, 15),
    "2026-08-21": (17, 12, 12, 16),
}


def make_row(outer: dict[str, Any] | None = None, **inner: Any) -> dict[str, Any]:
    """A row with no more than it needs; None takes a key away."""
    paper = {"id": "2405.15738", "title": "A title"} | inner
    row = {"paper": {key: value for key, value in paper.items() if value is not None}}
    return row | (outer or {})


def read(*rows: object, day: date | None = DAY) -> FetchedPaper:
    return normalise(list(rows), day)[-1]


def values(paper: FetchedPaper) -> dict[str, float]:
    return {signal.kind: signal.value for signal in paper.signals}


# ── the recordings ───────────────────────────────────────────────────────────


@pytest.mark.shared
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_responses_of_every_age_are_read(shared: Path, name: str) -> None:
    text = (shared / "data" / "recorded" / "hf_daily_papers" / f"{name}.json").read_text()
    papers = parse(text, day_in_name(name))
    assert (
        len(papers),
        sum("stars" in values(paper) for paper in papers),
        sum(bool(paper.code_url) for paper in papers),
        sum(bool(paper.keywords) for paper in papers),
    ) == RECORDED[name]
    assert {str(paper.listed_on) for paper in papers} == {name}
    assert sum(values(paper)["upvotes"] for paper in papers) > 5 * len(papers)
    for position, paper in enumerate(papers, start=1):
        assert values(paper)["position"] == position
        assert "\n" not in paper.title
        assert paper.authors
        assert paper.summary
        assert paper.published_on
        assert paper.published_on <= paper.listed_on


@pytest.mark.shared
def test_a_recording_keeps_its_payload_as_it_was(shared: Path) -> None:
    text = (shared / "data" / "recorded" / "hf_daily_papers" / "2025-05-30.json").read_text()
    assert [paper.raw for paper in parse(text)] == json.loads(text)


# ── one row ──────────────────────────────────────────────────────────────────


def test_a_row_needs_no_more_than_an_id_and_a_title() -> None:
    paper = read(make_row())
    assert (paper.arxiv_id, paper.title, paper.listed_on) == ("2405.15738", "A title", DAY)
    assert (paper.authors, paper.summary, paper.published_on) == ((), "", None)


def test_missing_upvotes_are_zero_and_missing_stars_unknown() -> None:
    assert values(read(make_row())) == {"upvotes": 0, "position": 1}


def test_zero_stars_are_a_fact() -> None:
    assert values(read(make_row(githubStars=0)))["stars"] == 0


def test_a_key_is_found_on_both_levels_first_in_the_paper() -> None:
    outer = {"numComments": 3, "githubStars": 5, "title": "Outer", "summary": "Outer."}
    paper = read(make_row(outer, githubStars=7))
    assert values(paper) == {"upvotes": 0, "comments": 3, "stars": 7, "position": 1}
    assert (paper.title, paper.summary) == ("A title", "Outer.")


def test_titles_summaries_and_names_are_on_one_line() -> None:
    row = make_row(title="A\n  title", summary="One\ntwo\n\nthree", authors=[{"name": " A.\nB. "}])
    paper = read(row)
    assert (paper.title, paper.summary, paper.authors) == (
        "A title",
        "One two\n\nthree",
        ("A. B.",),
    )


def test_a_short_summary_and_an_organisation_are_read() -> None:
    account = {"_id": "1", "name": "walrus-lab", "fullname": "Walrus  Lab", "avatar": "/a.png"}
    row = make_row(ai_summary="Plover reads ten abstracts.", organization=account)
    paper = read(row)
    assert paper.short_summary == "Plover reads ten abstracts."
    assert paper.organization == "Walrus Lab"
    assert paper.organization_url == "https://huggingface.co/walrus-lab"


def test_the_organisation_of_the_submitter_is_not_that_of_the_paper() -> None:
    assert read(make_row({"submitterOrganization": {"name": "walrus"}})).organization == ""


@pytest.mark.parametrize("name", ["a/b", "../login", "a b", "a?x", "ä", "", "-a"])
def test_an_organisation_with_an_odd_account_has_no_link(name: str) -> None:
    paper = read(make_row(organization={"name": name, "fullname": "Walrus Lab"}))
    assert paper.organization_url == ""


def test_an_author_who_hides_the_paper_is_still_an_author() -> None:
    names = [{"name": "A", "hidden": True}, {"name": "B", "hidden": False}, {"name": ""}]
    assert read(make_row(authors=names)).authors == ("A", "B")


def test_an_address_that_is_no_web_address_is_dropped() -> None:
    paper = read(make_row(githubRepo="javascript:alert(1)", projectPage="https://example.org/"))
    assert (paper.code_url, paper.project_url) == ("", "https://example.org/")


def test_a_malformed_keyword_is_dropped() -> None:
    paper = read(make_row(ai_keywords=["one\n two", "", None, 121 * "x"]))
    assert paper.keywords == ("one two",)


def test_a_withdrawn_paper_is_marked_and_keeps_its_place() -> None:
    rows = [make_row(withdrawnAt="2024-06-01T00:00:00.000Z"), make_row(id="2405.00002")]
    gone, paper = normalise(rows, DAY)
    assert (gone.is_withdrawn, gone.withdrawn_on, gone.signals) == (True, date(2024, 6, 1), ())
    assert (paper.is_withdrawn, values(paper)["position"]) == (False, 2)


@pytest.mark.parametrize("value", ["soon", "2024-13-99", 1717200000, True, ["x"], {"at": 1}])
def test_a_malformed_time_of_withdrawal_still_counts(value: object) -> None:
    found = read(make_row(withdrawnAt=value))
    assert (found.is_withdrawn, found.withdrawn_on) == (True, None)


@pytest.mark.parametrize("value", [None, False, "", 0, [], {}])
def test_an_empty_time_of_withdrawal_is_none(value: object) -> None:
    assert read(make_row(withdrawnAt=value)).is_withdrawn is False


def test_of_a_withdrawn_paper_only_its_id_is_needed() -> None:
    row = {"paper": {"id": "2405.00001", "withdrawnAt": "2024-06-01T00:00:00.000Z"}}
    (found,) = normalise([row])
    assert (found.arxiv_id, found.is_withdrawn) == ("2405.00001", True)


def test_the_day_of_the_row_is_used_before_the_given_one() -> None:
    row = make_row(submittedOnDailyAt="2024-05-24T23:30:00.000-01:00")
    assert read(row).listed_on == date(2024, 5, 25)


def test_only_the_papers_own_key_is_its_publication() -> None:
    outer = {"publishedAt": "2024-05-27T03:50:58.348Z"}
    assert read(make_row(outer)).published_on is None
    assert read(make_row(outer, publishedAt="2024-05-24T17:34:15.000Z")).published_on == date(
        2024, 5, 24
    )


def test_a_response_without_papers_is_an_empty_list() -> None:
    assert parse("[]") == []


# ── what is refused ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the file is empty"),
        ('[\n {"paper": }\n]', 2, r"not JSON: Expecting value \(column 12\)"),
        ('[{"paper": {"id": "24', 1, "not JSON: Unterminated string"),
        ("<!doctype html>\n<title>502</title>", 1, "this is HTML"),
        ("[NaN]", None, "row 0: an object was expected, not a number"),
        ("[" + 5000 * "9" + "]", None, "row 0: an object was expected, not a number"),
        (100_000 * "[", 1, "not JSON that can be read"),
        ('{"papers": []}', None, "an array of rows was expected, not an object"),
        ("12", None, "an array of rows was expected, not a number"),
        ('{"error": "Too many requests"}', None, "answered with an error: Too many requests"),
    ],
)
def test_a_text_that_is_no_response_is_refused(text: str, line: int | None, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as refusal:
        parse(text, DAY)
    assert refusal.value.line == line


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2024-05-27.json", DAY),
        ("daily_2024-05-27_late.json", DAY),
        ("2024-13-01 of 2024-05-27.json", DAY),
        ("12024-05-270.json", None),
        ("daily.json", None),
    ],
)
def test_the_day_is_found_in_the_name_of_a_recording(name: str, day: date | None) -> None:
    assert day_in_name(name) == day


# ── requests ───────────────────────────────────────────────────────────────────


@pytest.fixture
def server(httpserver_ipv4: HTTPServer, settings: Settings) -> HTTPServer:
    settings.HUGGING_FACE_URL, settings.HUGGING_FACE_TOKEN = httpserver_ipv4.url_for(""), ""
    return httpserver_ipv4


@pytest.fixture
def http(server: HTTPServer, time: FakeTime) -> Iterator[Http]:
    with connect(Limits(), time.clock) as http:
        yield http


def numbered(*numbers: int) -> list[dict[str, Any]]:
    return [make_row(id=f"2405.{number:05}", title=f"On walrus {number}") for number in numbers]


def expect_page(server: HTTPServer, page: int, rows: list[dict[str, Any]]) -> None:
    params = {"date": DAY.isoformat(), "limit": "100", "p": str(page)}
    server.expect_request(LISTS, query_string=params).respond_with_json(rows)


def test_a_list_of_two_pages_is_read_to_its_end(server: HTTPServer, http: Http) -> None:
    expect_page(server, 0, numbered(*range(100)))
    expect_page(server, 1, numbered(*range(99, 130)))
    papers = daily(http, DAY, today=DAY)
    assert len({paper.arxiv_id for paper in papers}) == 130
    assert len(server.log) == 2


def test_an_empty_page_follows_a_full_last_one(server: HTTPServer, http: Http) -> None:
    expect_page(server, 0, numbered(*range(100)))
    expect_page(server, 1, [])
    assert len(daily(http, DAY, today=DAY)) == 100


def test_a_list_without_an_end_is_read_for_twenty_pages(server: HTTPServer, http: Http) -> None:
    server.expect_request(LISTS).respond_with_json(numbered(*range(100)))
    daily(http, DAY, today=DAY)
    assert len(server.log) == 20


def test_a_day_that_has_not_begun_is_an_empty_list(server: HTTPServer, http: Http) -> None:
    server.expect_request(LISTS).respond_with_json({"error": "date is in the future"}, status=400)
    assert daily(http, DAY, today=DAY) == []


def test_a_past_day_that_is_refused_is_an_error(server: HTTPServer, http: Http) -> None:
    server.expect_request(LISTS).respond_with_json({"error": "bad date"}, status=400)
    with pytest.raises(SourceError, match="refused the day 2024-05-27: bad date") as error:
        daily(http, DAY, today=date(2024, 5, 28))
    assert error.value.permanent


def test_a_token_is_sent_in_its_header(server: HTTPServer, settings: Settings) -> None:
    settings.HUGGING_FACE_TOKEN = "hf_t0ken"
    headers = {"authorization": "Bearer hf_t0ken"}
    server.expect_request(LISTS, headers=headers).respond_with_json([])
    with connect() as http:
        assert daily(http, DAY, today=DAY) == []


def test_a_detail_has_counts_of_linked_objects_and_no_place(server: HTTPServer, http: Http) -> None:
    counts = {"numTotalModels": 4, "numTotalDatasets": 1, "numTotalSpaces": 2, "githubStars": 12}
    server.expect_request(DETAIL).respond_with_json(make_row()["paper"] | counts)
    found = detail(http, "2405.15738", DAY)
    assert found
    assert values(found) == {"upvotes": 0, "stars": 12, "artefacts": 7}
    assert found.listed_on == DAY


def test_a_detail_without_counts_has_no_signal_of_them(server: HTTPServer, http: Http) -> None:
    server.expect_request(DETAIL).respond_with_json(make_row()["paper"])
    found = detail(http, "2405.15738", DAY)
    assert found
    assert values(found) == {"upvotes": 0}


def test_a_paper_that_is_not_indexed_is_none(server: HTTPServer, http: Http) -> None:
    server.expect_request(DETAIL).respond_with_data("Not found", status=404)
    assert detail(http, "2405.15738", DAY) is None


def test_a_paper_that_was_withdrawn_alone_is_marked_too(server: HTTPServer, http: Http) -> None:
    withdrawn = make_row(withdrawnAt="2024-06-01T00:00:00Z")["paper"]
    server.expect_request(DETAIL).respond_with_json(withdrawn)
    found = detail(http, "2405.15738", DAY)
    assert found
    assert found.withdrawn_on == date(2024, 6, 1)


def test_another_paper_than_requested_is_refused(server: HTTPServer, http: Http) -> None:
    server.expect_request(DETAIL).respond_with_json(make_row(id="2405.00002")["paper"])
    with pytest.raises(SourceError, match=r"another paper, 2405\.00002"):
        detail(http, "2405.15738", DAY)
