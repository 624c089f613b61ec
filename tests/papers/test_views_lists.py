"""The lists of days, weeks, months and topics, and their links."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import Tag
from django.conf import settings
from django.test import Client

from papers.models import Topic
from papers.pages.lists import PAGE_SIZE
from tests.factories import make_paper, make_paper_topic, make_topic
from tests.papers.page_html import get_page, words

FRIDAY = date(2025, 3, 14)
MONDAY_MORNING = datetime(2025, 3, 17, 8, tzinfo=UTC)
ALL_TOPICS = "All topics, with what each is about"
LONG = "A sentence that says what was tried, how, and with which result on which data. " * 8


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        yield


@pytest.mark.django_db
def test_the_windows_link_to_each_other(client: Client) -> None:
    make_paper()
    tabs = get_page(client, "/week/2025-03-14/").select(".windows a[href^='/']")
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
    assert words(get_page(client, f"/{window}/").select_one(".title")) == "The newest"


@pytest.mark.django_db
def test_a_day_links_to_earlier_and_later_days(client: Client) -> None:
    make_paper()
    make_paper(listed_on=FRIDAY - timedelta(days=3))
    make_paper(listed_on=FRIDAY + timedelta(days=1))
    page = get_page(client, "/day/2025-03-14/")
    for nav in page.select("nav.around"):
        addresses = [link["href"] for link in nav.select("a")]
        assert addresses == ["/day/2025-03-11/", "/day/2025-03-15/"]
    assert page.select("[rel=prev], [rel=next]") == [], "these are pages of one list"


@pytest.mark.django_db
def test_the_page_of_an_empty_day_links_to_the_nearest(client: Client) -> None:
    make_paper()
    page = get_page(client, "/day/2025-03-16/")
    assert "No paper was listed on Sunday, 16 March 2025." in words(page.select_one("main"))
    link = page.select_one(".blank a")
    assert link is not None
    assert link["href"] == "/day/2025-03-14/"


@pytest.mark.django_db
def test_an_empty_site_shows_that_no_source_was_read_yet(client: Client) -> None:
    assert "There are no papers yet." in words(get_page(client, "/").select_one("main"))


@pytest.mark.django_db
def test_an_empty_today_is_called_open(client: Client) -> None:
    make_paper()
    assert "the day is not over" in words(get_page(client, "/day/2025-03-17/").select_one("main"))


@pytest.mark.django_db
def test_a_topic_page_shows_only_its_papers(client: Client) -> None:
    topic = make_topic("Origami", slug="origami", description="Paper that folds.")
    make_paper_topic(make_paper("A crane"), topic)
    make_paper("Something else")
    page = get_page(client, "/topics/origami/")
    assert words(page.select_one("h1")) == "Origami"
    assert "Paper that folds." in words(page.select_one(".topic-head"))
    assert [words(title) for title in page.select(".title")] == ["A crane"]


@pytest.mark.django_db
def test_an_empty_week_of_a_topic_links_to_the_nearest(client: Client) -> None:
    topic = make_topic("Origami", slug="origami")
    make_paper()
    make_paper_topic(make_paper(listed_on=date(2025, 2, 3)), topic)
    page = get_page(client, "/topics/origami/week/2025-03-14/")
    assert "No paper was listed under Origami in the week to 14 March 2025." in words(
        page.select_one(".blank")
    )
    assert page.select_one(".blank a[href='/topics/origami/week/2025-02-03/']")
    assert page.select_one(".topic-head a[href='/week/2025-03-14/']")


@pytest.mark.django_db
def test_a_list_is_named_in_its_window(client: Client) -> None:
    make_topic("Origami", slug="origami")
    make_paper()
    assert words(get_page(client, "/day/2025-03-14/").title) == "Trending Papers, 14 March 2025"
    topic = get_page(client, "/topics/origami/month/2025-03-14/").select_one(
        ".windows [aria-current]"
    )
    assert words(topic) == "Month"


@pytest.mark.django_db
def test_a_long_list_is_read_page_by_page(client: Client) -> None:
    for _ in range(2 * PAGE_SIZE + 1):
        make_paper()
    page = get_page(client, "/day/2025-03-14/", page="2")
    links = {str(link["rel"][0]): link["href"] for link in page.select("nav.pages a")}
    assert links == {"prev": "/day/2025-03-14/", "next": "/day/2025-03-14/?page=3"}
    assert words(page.select_one("nav.pages .quiet")) == "Page 2 of 3"
    assert words(page.select_one(".rank")) == "21"
    papers = page.select_one("ol.papers")
    assert papers is not None
    assert papers["start"] == "21"
    assert words(page.title) == "Trending Papers, 14 March 2025, page 2"


@pytest.mark.django_db
def test_a_short_list_has_no_pages(client: Client) -> None:
    make_paper()
    assert get_page(client, "/day/2025-03-14/").select("nav.pages") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/?page=2", "/?page=0", "/?page=x", "/day/2025-03-16/?page=2", "/month/?page=99999"]
)
def test_a_page_that_is_not_there_is_not_found(client: Client, address: str) -> None:
    make_paper()
    assert client.get(address).status_code == 404
    assert client.get(address.partition("?")[0]).status_code == 200


@pytest.mark.django_db
def test_each_view_of_a_list_names_the_same_canonical_address(client: Client) -> None:
    make_paper()
    for address in ("/week/", "/", "/?view=compact", "/?view=wide", "/?page=1"):
        canonical = get_page(client, address).select_one("link[rel=canonical]")
        assert canonical is not None
        assert canonical["href"] == f"{settings.SITE_URL}/"


@pytest.mark.django_db
def test_all_links_of_a_compact_page_to_lists_keep_its_view(client: Client) -> None:
    topic = make_topic("Origami", slug="origami")
    for _ in range(PAGE_SIZE + 1):
        make_paper_topic(make_paper(), topic)
    make_paper(listed_on=FRIDAY - timedelta(days=3))
    page = get_page(client, "/topics/origami/day/2025-03-14/", view="compact")
    links = page.select(".masthead .name a, .strip a, .around a, .pages a, .topics li a")
    others = [link for link in links if words(link) not in ("Comfortable", ALL_TOPICS)]
    assert len(others) > 50
    assert [link["href"] for link in others if "view=compact" not in link["href"]] == []


@pytest.mark.django_db
def test_a_topic_page_counts_its_papers_and_has_its_feed(client: Client) -> None:
    topic = make_topic("Origami", slug="origami")
    make_paper_topic(make_paper(), topic)
    make_paper("Something else")
    head = get_page(client, "/topics/origami/").select_one(".topic-head")
    assert "1 paper this week" in words(head)
    assert head is not None
    assert head.select_one("a[href='/feeds/topics/origami.atom']")


@pytest.mark.django_db
def test_the_call_of_a_topic_page_carries_its_topic(client: Client) -> None:
    make_topic("Origami", slug="origami")
    call = get_page(client, "/topics/origami/").select_one(".call")
    assert call is not None
    assert "Get trending papers on Origami in your inbox" in words(call.select_one("h2"))
    assert [field["value"] for field in call.select("input[type=hidden][name=topic]")] == [
        "origami"
    ]
    assert get_page(client, "/").select(".call input[name=topic]") == []


@pytest.mark.django_db
def test_a_paper_of_a_topic_page_does_not_repeat_the_topic(client: Client) -> None:
    paper = make_paper()
    for name in ("Origami", "Paper planes"):
        make_paper_topic(paper, make_topic(name, slug=name.lower().replace(" ", "-")))
    page = get_page(client, "/topics/origami/week/2025-03-14/")
    assert [words(topic) for topic in page.select(".facts .topic")] == ["Paper planes"]


@pytest.mark.django_db
def test_topics_stand_in_families_with_their_counts(client: Client) -> None:
    make_paper_topic(make_paper(), make_topic("Origami", slug="origami"))
    topics = get_page(client, "/week/2025-03-14/").select_one(".topics")
    assert topics is not None
    families = [words(family) for family in topics.select("h3")]
    assert families == [*(str(family.label) for family in Topic.Family), "Other topics"]
    assert words(topics.select_one("a[href='/topics/origami/week/2025-03-14/']")) == "Origami 1"


@pytest.mark.django_db
def test_the_index_has_every_topic_with_its_strongest_paper(client: Client) -> None:
    topic = make_topic("Origami", slug="origami", description="Paper that folds.")
    make_paper_topic(make_paper("A crane"), topic)
    page = get_page(client, "/topics/")
    assert words(page.select_one("h1")) == "Topics"
    assert len(page.select(".topic-index li > h3")) == Topic.objects.filter(is_active=True).count()
    link = page.select_one(".topic-index h3 a[href='/topics/origami/']")
    entry = link.find_parent("li") if link else None
    assert isinstance(entry, Tag)
    assert words(entry) == (
        "Origami 1 paper this week Feed Paper that folds. Strongest this week A crane"
    )


@pytest.mark.django_db
def test_the_index_says_nothing_of_a_quiet_week(client: Client) -> None:
    make_topic("Origami", slug="origami")
    link = get_page(client, "/topics/").select_one("h3 a[href='/topics/origami/']")
    assert words(link.find_parent("li") if link else None) == "Origami Feed"
