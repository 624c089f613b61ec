"""What the pages of papers show, and what a wrong address is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.contrib.sessions.models import Session
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from django.views import defaults
from django.views.csrf import csrf_failure

from papers.models import Curator, Paper, Signal, Topic, Trend
from papers.windows import closes_at
from tests.factories import make_paper, make_paper_topic, make_signal, make_topic

FRIDAY = date(2025, 3, 14)
MONDAY_MORNING = datetime(2025, 3, 17, 8, tzinfo=UTC)
LONG = "A sentence that says what was tried, how, and with which result on which data. " * 8


class CountsQueries(Protocol):
    def __call__(self, num: int) -> Any: ...


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        yield


def see(client: Client, address: str, status: int = 200) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def words(tag: BeautifulSoup | Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def votes(paper: Paper, *reads: tuple[int, float]) -> None:
    """Upvotes of a paper, each so many hours before Saturday's midnight."""
    for hours, value in reads:
        make_signal(paper, value, read_at=closes_at(FRIDAY) - timedelta(hours=hours))


# ── the front page ───────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_front_page_calls_for_readers(client: Client) -> None:
    page = see(client, "/")
    call = page.select_one("section.call")
    assert call is not None
    assert words(call.select_one(".badge")) == "new"
    assert "Get trending papers in your email inbox!" in words(call.select_one("h2"))
    form = call.select_one("form")
    assert form is not None
    assert form["method"] == "post"
    assert form.select_one("input[name=email][type=email][required]")
    assert words(form.select_one("button")) == "Subscribe"


@pytest.mark.django_db
def test_the_byline_names_the_curators_in_their_order(client: Client) -> None:
    Curator.objects.create(name="Second", position=2)
    Curator.objects.create(name="First", position=1, url="https://example.org/first")
    masthead = see(client, "/").select_one(".masthead")
    assert "by First, Second and the research community" in words(masthead).replace(" ,", ",")


@pytest.mark.django_db
def test_without_curators_the_byline_is_the_community(client: Client) -> None:
    assert "by the research community" in words(see(client, "/").select_one(".masthead"))


@pytest.mark.django_db
def test_the_front_page_is_the_week_up_to_the_last_day_that_is_over(client: Client) -> None:
    make_paper("Of this week", listed_on=FRIDAY)
    make_paper("Of last week", listed_on=FRIDAY - timedelta(days=7))
    page = see(client, "/")
    assert "Sunday, 16 March 2025" in words(page.select_one(".masthead"))
    assert [words(title) for title in page.select(".paper .title")] == ["Of this week"]


@pytest.mark.django_db
def test_papers_stand_in_the_order_of_their_trend(client: Client) -> None:
    for title, value in (("Second", 1.0), ("First", 2.0), ("Third", 0.5)):
        Trend.objects.create(
            paper=make_paper(title),
            window="day",
            day=FRIDAY,
            value=value,
            components={},
            version="1",
            scored_at=MONDAY_MORNING,
        )
    page = see(client, "/day/2025-03-14/")
    assert [words(title) for title in page.select(".title")] == ["First", "Second", "Third"]
    assert [words(rank) for rank in page.select(".rank")] == ["1", "2", "3"]


@pytest.mark.django_db
def test_a_paper_shows_its_facts_in_one_line(client: Client) -> None:
    paper = make_paper(
        authors=["Abhishek Das", "Satwik Kottur", "Ann Lee", "Bo Li"],
        arxiv_id="1611.08669",
        code_url="https://github.com/batra/visdial",
    )
    votes(paper, (30, 60), (20, 72), (1, 84))
    make_signal(paper, 1234, kind=Signal.Kind.STARS, source="github")
    make_paper_topic(paper, make_topic("Origami", slug="origami"))
    shown = see(client, "/day/2025-03-14/").select_one(".paper")
    assert words(shown.select_one(".authors") if shown else None) == "A. Das, S. Kottur and 2 more"
    facts = shown.select_one(".facts") if shown else None
    assert words(facts) == ("Origami ▲ 84 votes +24 since the day before ★ 1.2k stars code arXiv")
    assert facts is not None
    assert [link["href"] for link in facts.select("a")] == [
        "/topics/origami/",
        "https://github.com/batra/visdial",
        "https://arxiv.org/abs/1611.08669",
    ]
    assert facts.select_one("svg.spark")


@pytest.mark.django_db
def test_a_paper_known_only_from_a_list_says_its_place_there(client: Client) -> None:
    make_signal(make_paper(), 3, kind=Signal.Kind.POSITION, source="listing")
    assert "3rd in its list" in words(see(client, "/day/2025-03-14/").select_one(".facts"))


@pytest.mark.django_db
def test_a_long_abstract_unfolds(client: Client) -> None:
    make_paper(summary=LONG)
    brief = see(client, "/day/2025-03-14/").select_one("details.brief")
    assert brief is not None
    opening = words(brief.select_one(".opening"))
    assert len(opening) < len(LONG) / 2
    assert words(brief.select_one("p")) == LONG.strip()


@pytest.mark.django_db
def test_a_short_summary_has_nothing_to_unfold(client: Client) -> None:
    make_paper(summary="One sentence says it all.")
    page = see(client, "/day/2025-03-14/")
    assert words(page.select_one("p.brief")) == "One sentence says it all."
    assert page.select_one("details.brief") is None


@pytest.mark.django_db
def test_math_is_set_and_markup_is_not_obeyed(client: Client) -> None:
    make_paper(r"The $\alpha$ of <b>bold</b>", summary=r"Costs 50\% <script>alert(1)</script>")
    page = see(client, "/day/2025-03-14/")
    assert words(page.select_one(".title")) == "The α of <b>bold</b>"
    assert words(page.select_one(".brief")) == "Costs 50% <script>alert(1)</script>"
    assert page.find("script") is None


@pytest.mark.django_db
def test_sample_papers_are_marked_and_explained(client: Client) -> None:
    make_paper(is_sample=True)
    page = see(client, "/day/2025-03-14/")
    assert words(page.select_one(".paper .sample")) == "sample data"
    assert "made up" in words(page.select_one("footer"))


@pytest.mark.django_db
def test_real_papers_are_not_called_samples(client: Client) -> None:
    make_paper()
    assert "sample" not in words(see(client, "/day/2025-03-14/"))


@pytest.mark.django_db
def test_the_front_page_costs_the_same_queries_for_any_number_of_papers(
    client: Client, django_assert_num_queries: CountsQueries
) -> None:
    for number in range(30):
        paper = make_paper(summary=LONG, listed_on=FRIDAY - timedelta(days=number % 9))
        make_paper_topic(paper, make_topic())
        votes(paper, (40, 10), (2, 20))
    # The newest day, whether today is scored, topics and their counts, papers, their topics
    # and signals, the days before and after (three), curators.
    with django_assert_num_queries(11):
        see(client, "/")


# ── days, weeks, months and topics ───────────────────────────────────────────


@pytest.mark.django_db
def test_the_windows_lead_to_each_other(client: Client) -> None:
    make_paper()
    tabs = see(client, "/week/2025-03-14/").select(".windows a[href^='/']")
    assert [(words(tab), tab["href"]) for tab in tabs] == [
        ("Day", "/day/2025-03-14/"),
        ("Week", "/week/2025-03-14/"),
        ("Month", "/month/2025-03-14/"),
    ]
    assert [words(tab) for tab in tabs if tab.get("aria-current")] == ["Week"]


@pytest.mark.django_db
@pytest.mark.parametrize("window", ["day", "week", "month"])
def test_every_window_has_a_newest_list(client: Client, window: str) -> None:
    make_paper("The newest")
    assert words(see(client, f"/{window}/").select_one(".title")) == "The newest"


@pytest.mark.django_db
def test_days_lead_to_earlier_and_later_ones(client: Client) -> None:
    make_paper()
    make_paper(listed_on=FRIDAY - timedelta(days=3))
    make_paper(listed_on=FRIDAY + timedelta(days=1))
    page = see(client, "/day/2025-03-14/")
    earlier, later = page.select_one("a[rel=prev]"), page.select_one("a[rel=next]")
    assert earlier is not None
    assert later is not None
    assert (earlier["href"], later["href"]) == ("/day/2025-03-11/", "/day/2025-03-15/")


@pytest.mark.django_db
def test_an_empty_day_is_a_page_that_leads_to_the_nearest_one(client: Client) -> None:
    make_paper()
    page = see(client, "/day/2025-03-16/")
    assert "No paper was listed on Sunday, 16 March 2025." in words(page.select_one("main"))
    link = page.select_one(".blank a")
    assert link is not None
    assert link["href"] == "/day/2025-03-14/"


@pytest.mark.django_db
def test_an_empty_site_says_that_it_waits_for_a_source(client: Client) -> None:
    assert "There are no papers yet." in words(see(client, "/").select_one("main"))


@pytest.mark.django_db
def test_today_is_called_open_not_empty(client: Client) -> None:
    make_paper()
    assert "the day is not over" in words(see(client, "/day/2025-03-17/").select_one("main"))


@pytest.mark.django_db
def test_a_topic_shows_its_papers_only(client: Client) -> None:
    topic = make_topic("Origami", slug="origami", description="Paper that folds.")
    make_paper_topic(make_paper("A crane"), topic)
    make_paper("Something else")
    page = see(client, "/topics/origami/")
    assert words(page.select_one("h1")) == "Origami"
    assert "Paper that folds." in words(page.select_one(".topic-head"))
    assert [words(title) for title in page.select(".title")] == ["A crane"]


@pytest.mark.django_db
def test_a_topic_without_papers_that_week_leads_to_its_nearest(client: Client) -> None:
    topic = make_topic("Origami", slug="origami")
    make_paper()
    make_paper_topic(make_paper(listed_on=date(2025, 2, 3)), topic)
    page = see(client, "/topics/origami/week/2025-03-14/")
    assert "No paper was listed under Origami in the week to 14 March 2025." in words(
        page.select_one(".blank")
    )
    assert page.select_one(".blank a[href='/topics/origami/week/2025-02-03/']")
    assert page.select_one(".topic-head a[href='/week/2025-03-14/']")


@pytest.mark.django_db
def test_a_list_is_named_in_its_window(client: Client) -> None:
    make_topic("Origami", slug="origami")
    make_paper()
    assert words(see(client, "/day/2025-03-14/").title) == "Trending Papers, 14 March 2025"
    topic = see(client, "/topics/origami/month/2025-03-14/").select_one(".windows [aria-current]")
    assert words(topic) == "Month"


# ── one paper ────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_paper_has_a_page_with_everything_known_of_it(client: Client) -> None:
    paper = make_paper(
        "Visual Dialog",
        authors=["Abhishek Das", "Satwik Kottur", "Ann Lee", "Bo Li"],
        summary=LONG,
        arxiv_id="1611.08669",
        categories=["cs.CV"],
        published_on=date(2016, 11, 26),
        project_url="https://visualdialog.org/",
    )
    votes(paper, (20, 12), (2, 84))
    page = see(client, paper.get_absolute_url())
    assert words(page.select_one("h1")) == "Visual Dialog"
    assert words(page.select_one(".authors")) == "Abhishek Das, Satwik Kottur, Ann Lee, Bo Li"
    assert words(page.select_one(".prose")) == LONG.strip()
    assert "Upvotes Hugging Face 84 14 Mar 2025, 22:00" in words(page.select_one("table"))
    record = words(page.select_one(".record"))
    for fact in ("1611.08669 cs.CV", "26 November 2016", "14 March 2025", "visualdialog.org"):
        assert fact in record


@pytest.mark.django_db
def test_a_bare_paper_has_a_page_too(client: Client) -> None:
    paper = make_paper("Only a title", arxiv_id=None)
    page = see(client, paper.get_absolute_url())
    assert words(page.select_one("h1")) == "Only a title"
    assert page.select_one("table") is None


@pytest.mark.django_db
def test_the_page_of_a_paper_costs_the_same_queries_for_any_number_of_reads(
    client: Client, django_assert_num_queries: CountsQueries
) -> None:
    paper = make_paper()
    votes(paper, *((hours, 90 - hours) for hours in range(1, 60)))
    with django_assert_num_queries(5):  # the paper, its topics, series, newest reads, trends
        see(client, paper.get_absolute_url())


# ── wrong addresses and broken days ──────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/day/2026-02-30/", "is no day. Write a day like 2025-03-17."),
        ("/week/yesterday/", "is no day. Write a day like 2025-03-17."),
        ("/week/20250314/", "Write the day as 2025-03-14."),
        ("/day/2025-03-18/", "18 March 2025 has not come yet."),
        ("/topics/no-such-thing/", "There is no topic “no-such-thing”."),
        ("/papers/999999999/", "This paper is not here, or no longer."),
        ("/no/such/page/", "The address may be mistyped, or the page has moved."),
    ],
)
def test_a_wrong_address_is_told_what_is_wrong(client: Client, address: str, told: str) -> None:
    page = see(client, address, status=404)
    assert told in words(page.select_one("main"))
    assert page.select_one("main a[href='/']")


@pytest.mark.django_db
def test_a_hidden_topic_is_not_found(client: Client) -> None:
    make_topic("Hidden", slug="hidden-x", is_active=False)
    see(client, "/topics/hidden-x/", status=404)


@pytest.mark.django_db
def test_a_number_too_big_for_the_database_is_not_found(client: Client) -> None:
    see(client, "/papers/99999999999999999999999/", status=404)


def request() -> HttpRequest:
    return RequestFactory().get("/")


def test_the_page_of_a_broken_server_needs_no_database() -> None:
    # Without the mark django_db any query here would fail the test.
    answer = defaults.server_error(request())
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content


def test_the_other_error_pages_need_no_database_either() -> None:
    pages = [
        defaults.bad_request(request(), SuspiciousOperation("bad")),
        defaults.permission_denied(request(), PermissionError("no")),
        defaults.page_not_found(request(), Http404("Not this one.")),
        csrf_failure(request(), "no cookie"),
    ]
    assert [page.status_code for page in pages] == [400, 403, 404, 403]
    assert all(b"Trending Papers" in page.content for page in pages)


def test_a_programmers_reason_is_not_shown_to_people() -> None:
    missing = Http404("No Topic matches the given query.")
    assert b"given query" not in defaults.page_not_found(request(), missing).content


@pytest.mark.django_db
def test_a_lost_database_shows_the_page_of_a_broken_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lost(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("papers.views.list_page", lost)
    page = see(Client(raise_request_exception=False), "/", status=500)
    assert "Something broke on our side" in words(page)
    assert "connection refused" not in words(page)


# ── what the pages must not do ───────────────────────────────────────────────


@pytest.mark.django_db
def test_looking_leaves_no_trace(client: Client) -> None:
    paper = make_paper()
    for address in ("/", "/day/", "/week/2025-03-14/", paper.get_absolute_url()):
        client.get(address)
    assert not client.cookies
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_the_front_page_is_not_sent_again_until_it_changes(client: Client) -> None:
    paper = make_paper()
    client.get("/")  # brings the cookie, on which the form depends
    known = {"If-None-Match": client.get("/")["ETag"]}
    assert client.get("/", headers=known).status_code == 304
    votes(paper, (1, 5))
    assert client.get("/", headers=known).status_code == 200


@pytest.mark.django_db
def test_pages_only_read(client: Client) -> None:
    assert client.post("/").status_code == 405


@pytest.mark.django_db
def test_pages_carry_no_inline_script_or_style(client: Client) -> None:
    paper = make_paper(summary=LONG)
    votes(paper, (20, 5), (1, 9))
    for address in ("/day/2025-03-14/", paper.get_absolute_url(), "/day/2025-03-16/"):
        page = see(client, address)
        assert page.select("script:not([src]), style, [style], [onclick]") == []


def test_robots_may_read_papers_but_not_the_admin(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain"
    assert b"Disallow: /admin/\n" in answer.content


@pytest.mark.django_db
def test_every_seeded_topic_has_a_page(client: Client) -> None:
    slugs = list(Topic.objects.filter(is_active=True).values_list("slug", flat=True))
    assert len(slugs) == 26
    assert all(client.get(f"/topics/{slug}/").status_code == 200 for slug in slugs)
