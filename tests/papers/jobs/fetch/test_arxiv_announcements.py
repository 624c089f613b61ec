"""arXiv: what its feeds announce, and what is stored of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from fakes.arxiv import entry
from fakes.web_service import FakeResponse, FakeService
from papers.jobs.fetching import FetchReport
from papers.models import Paper
from tests.factories import DAY, make_paper
from tests.papers.jobs.fetch.arxiv_requests import (
    FEED,
    NOW,
    QUERY,
    announcement,
    ask,
    ids_waiting,
    look_at_feed,
    make_incomplete,
    xml,
)

pytestmark = pytest.mark.django_db


def test_an_announced_paper_is_stored_with_its_day(arxiv: FakeService) -> None:
    arxiv.respond(FEED, xml(announcement("2503.00001"), announcement("2503.00002", "cross")))
    assert look_at_feed() == FetchReport(papers=2, new=2)
    assert set(Paper.objects.values_list("listed_on", flat=True)) == {DAY}
    assert Paper.objects.first().authors == ["Ada Lovelace"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("identity", "day", "is_stored"),
    [
        ("2503.00002", "2025-03-14", True),
        ("2502.00002", "2025-03-05", True),  # submitted at the end of February
        ("2502.00002", "2025-03-14", False),
        ("2311.00002", "2025-03-14", False),
        ("2412.00002", "2025-01-06", True),
        ("math/0309136", "2025-03-14", False),
    ],
)
def test_a_cross_listing_of_an_old_paper_is_left_out(
    arxiv: FakeService, identity: str, day: str, is_stored: bool
) -> None:
    arxiv.respond(FEED, xml(announcement(identity, "cross", day)))
    look_at_feed()
    assert Paper.objects.exists() is is_stored


def test_a_cross_listing_of_a_known_paper_changes_no_day(arxiv: FakeService) -> None:
    paper = make_paper(arxiv_id="2311.00002", listed_on=date(2023, 11, 8))
    arxiv.respond(FEED, xml(announcement("2311.00002", "cross")))
    look_at_feed()
    paper.refresh_from_db()
    assert paper.listed_on == date(2023, 11, 8)


def test_an_announcement_does_not_change_the_day_of_listing(arxiv: FakeService) -> None:
    paper = make_incomplete("2503.00001", listed_on=DAY - timedelta(days=3))
    arxiv.respond(FEED, xml(announcement("2503.00001")))
    look_at_feed()
    paper.refresh_from_db()
    assert paper.listed_on == DAY - timedelta(days=3)


def test_a_new_version_updates_known_papers_and_adds_no_others(arxiv: FakeService) -> None:
    paper = make_incomplete("2503.00001")
    arxiv.respond(
        FEED,
        xml(announcement("2503.00001", "replace"), announcement("1503.00002", "replace-cross")),
    )
    assert look_at_feed() == FetchReport(papers=1)
    paper.refresh_from_db()
    assert paper.categories == ["cs.LG"]


@pytest.mark.parametrize("kind", ["replace", "replace-cross"])
def test_a_paper_of_any_age_is_requested_again_when_it_has_a_new_version(
    arxiv: FakeService, kind: str
) -> None:
    old = DAY - timedelta(days=900)
    for identity in ("2203.00001", "2203.00002"):
        make_incomplete(identity, listed_on=old, arxiv_asked_at=NOW - timedelta(days=800))
    arxiv.respond(FEED, xml(announcement("2203.00001", kind), announcement("2203.00002", "cross")))
    look_at_feed()
    assert ids_waiting(NOW) == ["2203.00001"]


def test_a_version_that_was_read_is_not_requested_again(arxiv: FakeService) -> None:
    make_incomplete("2203.00001", listed_on=DAY - timedelta(days=900), arxiv_asked_at=NOW)
    make_incomplete("2203.00002", listed_on=DAY - timedelta(days=900), arxiv_asked_at=NOW)
    Paper.objects.filter(arxiv_id="2203.00001").update(arxiv_version=3)
    new = [announcement(identity, "replace") for identity in ("2203.00001", "2203.00002")]
    arxiv.respond(FEED, xml(*(text.replace("v1</id>", "v3</id>") for text in new)))
    look_at_feed()
    assert ids_waiting(NOW) == ["2203.00002"]


def test_an_announced_notice_withdraws_a_paper_with_its_day(arxiv: FakeService) -> None:
    paper = make_incomplete("2503.00001", listed_on=DAY - timedelta(days=9))
    notice = "This paper has been withdrawn by the authors due to an error."
    text = announcement("2503.00001", "replace", "2025-03-13").replace("We study it.", notice)
    arxiv.respond(FEED, xml(text))
    look_at_feed()
    paper.refresh_from_db()
    assert (paper.is_withdrawn, paper.withdrawn_on) == (True, date(2025, 3, 13))
    assert ids_waiting(NOW) == ["2503.00001"]


def test_an_announced_paper_gets_the_link_of_its_comment(arxiv: FakeService) -> None:
    arxiv.respond(FEED, xml(announcement("2503.00001")))
    arxiv.respond(QUERY, xml(entry("2503.00001", comment="Code: github.com/ada/engine")))
    look_at_feed()
    ask(*map(str, ids_waiting(NOW)))
    assert Paper.objects.get().code_url == "https://github.com/ada/engine"


def test_an_unchanged_feed_is_not_read_again(arxiv: FakeService) -> None:
    changed = xml(announcement("2503.00001"), headers={"etag": '"march"'})
    arxiv.respond(FEED, changed, FakeResponse(304))
    look_at_feed()
    assert look_at_feed() == FetchReport()
    assert [request.headers.get("if-none-match") for request in arxiv.requests] == [None, '"march"']


def test_a_feed_that_could_not_be_stored_is_read_again(
    arxiv: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> FetchReport:
        raise RuntimeError

    arxiv.respond(FEED, xml(announcement("2503.00001"), headers={"etag": '"march"'}))
    with monkeypatch.context() as patch:
        patch.setattr("papers.jobs.fetch.arxiv.store_papers", broken)
        with pytest.raises(RuntimeError):
            look_at_feed()
    assert look_at_feed().new == 1
    assert arxiv.requests[1].headers.get("if-none-match") is None


def test_an_odd_entry_of_a_feed_costs_no_other(arxiv: FakeService) -> None:
    odd = announcement("2503.00009").replace("2503.00009", "no id")
    arxiv.respond(FEED, xml(announcement("2503.00001"), odd, announcement("2503.00002")))
    report = look_at_feed()
    assert (report.papers, report.left_out) == (2, 1)


def test_a_feed_without_announcements_is_no_error(arxiv: FakeService) -> None:
    arxiv.respond(FEED, xml())
    assert look_at_feed() == FetchReport()


@pytest.mark.parametrize(
    ("now", "asks"),
    [
        ("2025-03-14T12:00+00:00", True),  # Friday
        ("2025-03-15T03:00+00:00", True),  # still Friday where arXiv is
        ("2025-03-15T12:00+00:00", False),
        ("2025-03-16T12:00+00:00", False),
        ("2025-03-17T03:00+00:00", False),  # still Sunday there
        ("2025-03-17T12:00+00:00", True),
    ],
)
def test_on_weekends_no_announcements_are_requested(
    arxiv: FakeService, now: str, asks: bool
) -> None:
    arxiv.respond(FEED, xml())
    assert look_at_feed(datetime.fromisoformat(now)) == FetchReport()
    assert bool(arxiv.requests) is asks


def test_an_announcement_lists_a_paper_that_only_readers_named(arxiv: FakeService) -> None:
    paper = make_paper(arxiv_id="2503.00001", listed_on=date(2025, 3, 1), is_unlisted=True)
    arxiv.respond(FEED, xml(announcement("2503.00001")))
    look_at_feed()
    paper.refresh_from_db()
    assert (paper.is_unlisted, paper.listed_on) == (False, DAY)


@pytest.mark.parametrize("kind", ["replace", "replace-cross"])
def test_a_new_version_of_it_does_not(arxiv: FakeService, kind: str) -> None:
    paper = make_paper(arxiv_id="2303.00001", listed_on=date(2023, 3, 1), is_unlisted=True)
    arxiv.respond(FEED, xml(announcement("2303.00001", kind)))
    look_at_feed()
    paper.refresh_from_db()
    assert (paper.is_unlisted, paper.listed_on) == (True, date(2023, 3, 1))


def test_its_metadata_are_read_again_without_listing_it(arxiv: FakeService) -> None:
    paper = make_paper("Old", arxiv_id="2303.00001", is_unlisted=True)
    arxiv.respond(QUERY, xml(entry("2303.00001", title="New")))
    ask("2303.00001")
    paper.refresh_from_db()
    assert (paper.title, paper.is_unlisted) == ("New", True)
