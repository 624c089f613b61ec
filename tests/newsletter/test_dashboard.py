"""The admin's home: each figure is right, and links to exactly the rows that it counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from newsletter import dashboard
from newsletter.dashboard import Figure, SubscriberCounts
from subscribers.models import Feedback
from tests.factories import (
    make_candidate,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
YESTERDAY = date(2026, 11, 22)


def by_label(figures: list[Figure]) -> dict[str, int]:
    return {figure.label: figure.count for figure in figures}


@pytest.fixture
def busy(settings: Any) -> None:
    """A service in its third week: subscribers in all states, editions, deliveries of all kinds."""
    today = datetime.now(UTC)
    closed = today.date() - timedelta(days=1)
    readers = [
        make_subscriber(next_send_at=today + timedelta(hours=hours), cadence=cadence)
        for hours, cadence in ((1, "daily"), (5, "weekly"), (70, "weekly"), (300, "monthly"))
    ]
    for state in ("pending", "pending", "unsubscribed", "suppressed"):
        make_subscriber(state=state)
    weekly, daily = make_edition("weekly", closed), make_edition("daily", closed)
    older = make_edition("weekly", closed - timedelta(days=20))
    ancient = make_edition("weekly", closed - timedelta(days=40))
    for number in range(3):
        make_candidate(weekly, make_paper(listed_on=closed - timedelta(days=number)))
    make_paper(listed_on=closed - timedelta(days=60))
    for edition in (weekly, older, ancient):
        make_delivery(edition, readers[0], state="sent")
        make_delivery(edition, readers[1], state="skipped", reason="no new papers in your topics")
    make_delivery(daily, readers[2], state="failed", reason="the address does not exist")
    make_delivery(daily, readers[3], state="skipped", reason='only "1" new & other paper')


# ── figures ──────────────────────────────────────────────────────────────────


def test_subscribers_are_counted_by_state() -> None:
    for state in ("active", "active", "pending"):
        make_subscriber(state=state)
    shown = dashboard.subscribers(NOW, SubscriberCounts(NOW))
    assert shown["total"].count == 3
    assert by_label(shown["states"]) == {
        "pending": 1, "active": 2, "unsubscribed": 0, "suppressed": 0,
    }  # fmt: skip


def test_subscribers_are_listed_in_the_order_of_their_slots() -> None:
    late = make_subscriber(next_send_at=NOW - timedelta(hours=1))
    soon = make_subscriber(next_send_at=NOW + timedelta(hours=23))
    later = make_subscriber(next_send_at=NOW + timedelta(hours=25))
    make_subscriber(state="pending")
    shown = dashboard.subscribers(NOW, SubscriberCounts(NOW))
    assert shown["due"].count == 2
    assert [row.title for row in shown["next"]] == [late.email, soon.email, later.email]


def test_each_cadence_shows_its_last_edition_and_the_next_close() -> None:
    make_edition("weekly", YESTERDAY - timedelta(days=1))
    newest = make_edition("weekly", YESTERDAY)
    make_edition("weekly", YESTERDAY + timedelta(days=1), state="open")
    make_subscriber(cadence="weekly")
    make_subscriber(cadence="weekly", state="pending")
    shown = dashboard.editions(NOW, SubscriberCounts(NOW))
    daily, weekly, monthly = shown["lines"]
    assert (weekly.last, weekly.is_current, weekly.subscribers.count) == (newest, True, 1)
    assert (daily.last, monthly.last) == (None, None)
    assert shown["next_day"] == date(2026, 11, 23)
    assert shown["closes"] == datetime(2026, 11, 24, tzinfo=UTC)


def test_a_missing_edition_is_shown() -> None:
    make_edition("daily", YESTERDAY - timedelta(days=1))
    assert not dashboard.editions(NOW, SubscriberCounts(NOW))["lines"][0].is_current


def test_deliveries_of_old_editions_are_not_counted() -> None:
    reader = make_subscriber()
    for days in (0, 29, 30):
        make_delivery(make_edition("daily", YESTERDAY - timedelta(days=days)), reader, state="sent")
    shown = dashboard.deliveries(NOW)
    assert shown["first_day"] == YESTERDAY - timedelta(days=29)
    assert by_label(shown["states"])["sent"] == 2


def test_the_most_common_reasons_come_first() -> None:
    edition = make_edition("daily", YESTERDAY)
    for reason in ("rare", "common", "common", ""):
        make_delivery(edition, make_subscriber(), state="skipped", reason=reason)
    shown = [(state, f.label, f.count) for state, f in dashboard.deliveries(NOW)["reasons"]]
    assert shown == [("skipped", "common", 2), ("skipped", "rare", 1)]


def test_the_newest_papers_come_first() -> None:
    old = make_paper(listed_on=YESTERDAY - timedelta(days=7))
    new = make_paper(listed_on=YESTERDAY)
    shown = dashboard.papers(NOW)
    assert [row.title for row in shown["newest"]] == [new.title, old.title]
    assert (shown["total"].count, shown["this_week"].count) == (2, 1)


# ── the page ─────────────────────────────────────────────────────────────────


def figures_on(page: str) -> dict[str, str]:
    """The URL of each linked figure of the page, and the figure."""
    links = BeautifulSoup(page, "html.parser").select(".tp-home a")
    texts = {link["href"]: link.get_text(" ", strip=True).split(" ")[0] for link in links}
    return {str(href): text for href, text in texts.items() if text.replace(",", "").isdigit()}


def test_every_figure_links_to_exactly_the_rows_it_counts(admin_client: Client, busy: None) -> None:
    figures = figures_on(admin_client.get("/admin/").content.decode())
    lists = {url: text for url, text in figures.items() if "/change/" not in url}
    assert len(lists) >= 22
    for url, text in lists.items():
        shown = admin_client.get(url)
        assert shown.status_code == 200, url
        assert shown.context["cl"].result_count == int(text.replace(",", "")), url


def test_every_other_link_of_the_home_opens(admin_client: Client, busy: None) -> None:
    page = BeautifulSoup(admin_client.get("/admin/").content.decode(), "html.parser")
    rows = [str(link["href"]) for link in page.select(".tp-home a") if "/change/" in link["href"]]
    assert len(rows) >= 10
    assert [url for url in rows if admin_client.get(url).status_code != 200] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_takes_sixteen_queries_however_many_rows(
    admin_client: Client, django_assert_num_queries: Any, rows: int
) -> None:
    closed = datetime.now(UTC).date() - timedelta(days=1)
    for number in range(rows):
        for cadence in ("daily", "weekly", "monthly"):
            edition = make_edition(cadence, closed - timedelta(days=number))
            make_candidate(edition, make_paper())
            reader = make_subscriber(cadence=cadence, next_send_at=NOW)
            make_delivery(edition, reader, state="skipped", reason=f"reason {number}")
    # Session, user; subscribers: counts, next; feedback; a restored backup; editions: last with
    # papers, their deliveries; the clock; deliveries by state and reason; explored papers; papers:
    # counts, newest, with a vector of a model, with another one; jobs.
    with django_assert_num_queries(16) as context:
        admin_client.get("/admin/")
    assert [query for query in context if '"newsletter_delivery"' in query["sql"]] == []
    assert [query for query in context if '"newsletter_tally"' in query["sql"]] != []


def test_one_part_runs_only_its_own_queries(
    client: Client, django_assert_num_queries: Any, busy: None
) -> None:
    client.force_login(_clerk("view_paper"))
    # Session, user, two of permissions; papers: counts, newest, two of vectors.
    with django_assert_num_queries(8):
        client.get("/admin/")


def _clerk(*permissions: str) -> User:
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return staff


def test_an_empty_service_shows_what_to_do_first(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    for sentence in (
        "There are no subscribers yet.",
        "No delivery was due in these days.",
        "There are no papers yet.",
        "No digest is due",
    ):
        assert sentence in page


def test_an_operator_sees_only_the_parts_with_view_permission(client: Client, busy: None) -> None:
    client.force_login(_clerk("view_paper"))
    page = client.get("/admin/").content.decode()
    assert "Newest papers" in page
    assert "Subscribers</h2>" not in page
    assert "Deliveries" not in page


def test_an_operator_without_permissions_sees_a_message(client: Client) -> None:
    client.force_login(_clerk())
    assert "no permission to view anything yet" in client.get("/admin/").content.decode()


def test_titles_and_reasons_are_escaped(admin_client: Client) -> None:
    make_paper("<script>alert(1)</script>")
    edition = make_edition("daily", datetime.now(UTC).date() - timedelta(days=1))
    make_delivery(edition, make_subscriber(), state="failed", reason="<img src=x>")
    page = admin_client.get("/admin/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;img src=x&gt;" in page
    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page


def test_the_feedback_of_a_week_is_counted_and_its_figures_lead_to_the_rows(
    admin_client: Client,
) -> None:
    reader, old = make_subscriber(), make_paper()
    wanted = make_paper("Wanted this week")
    for kind in ("save", "more"):
        Feedback.objects.create(subscriber=reader, paper=wanted, kind=kind, at=NOW)
    long_ago = NOW - timedelta(days=8)
    Feedback.objects.create(subscriber=reader, paper=old, kind="more", at=long_ago)
    figures = {one.label: one for one in dashboard.feedback(NOW)["figures"]}
    assert {label: one.count for label, one in figures.items()} == {
        "named as liked": 0,
        "saved": 1,
        "more like this": 1,
        "less like this": 0,
        "upvoted": 0,
    }
    page = admin_client.get(figures["more like this"].url).content.decode()
    assert "Wanted this week" in page
    assert old.title not in page


def test_the_feedback_of_a_week_has_its_part(admin_client: Client) -> None:
    Feedback.objects.create(
        subscriber=make_subscriber(), paper=make_paper(), kind="more", at=timezone.now()
    )
    page = " ".join(admin_client.get("/admin/").content.decode().split())
    assert "Feedback on papers" in page
    assert "more like this" in page
