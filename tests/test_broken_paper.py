r"""What one paper's texts do to our code costs no page, feed, edition or digest of the others.

One broken paper has values that no function of ours expects; others have TeX that once raised
RecursionError, or never ended. They trend most, so each list begins with them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from newsletter.editions.compose import compose
from newsletter.models import Candidate
from papers.models import Paper, Trend
from papers.ranking.score import score
from papers.windows import WINDOWS
from tests.factories import DAY, NOON, make_paper, make_paper_topic, make_signal, make_topic

pytestmark = pytest.mark.django_db
NEXT_DAY = NOON.replace(day=15)
SHOWN, BROKEN = "On walruses that swim", "On walruses that fly"
TEX = {
    "roots without an end": "$" + r"\sqrt{" * 114,
    "roots in roots": "$" + r"\sqrt{" * 114 + "x" + "}" * 114 + "$",
    "accents in groups in accents": "$" + (r"\hat" * 20 + "{") * 24 + "x" + "}" * 24 + "$",
    "commands that begin with over": "$" + (r"\overset" * 23 + "{") * 5 + "x" + "}" * 5 + "$",
}
LISTS = {
    "front page": "/",
    "list of a day": "/day/2025-03-14/",
    "list of a month": "/month/2025-03-14/",
    "topic": "/topics/walruses/",
    "search": "/search/?q=walruses",
    "feed": "/feeds/papers.atom",
    "feed of a topic": "/feeds/topics/walruses.atom",
    "API: newest": "/api/daily_papers",
    "API: trending": "/api/daily_papers?date=2025-03-14&sort=trending",
    "API: search": "/api/papers/search?q=walruses",
}
EDITIONS = {
    "feed of editions": "/feeds/editions/daily.atom",
    "API: edition": "/api/editions/daily/2025-03-14",
}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NEXT_DAY, tick=False):
        yield


def two_papers(**values: object) -> Paper:
    """A healthy paper and one with these values, both in one topic and scored; the latter."""
    topic = make_topic("Walruses", slug="walruses")
    broken, shown = make_paper(BROKEN, **values), make_paper(SHOWN, authors=["Ada Roe"])
    for paper, votes in ((shown, 5), (broken, 500)):
        make_paper_topic(paper, topic)
        make_signal(paper, votes)
    for window in WINDOWS:
        score(window, DAY, NEXT_DAY)
    return broken


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode().replace("<mark>", "").replace("</mark>", "")


@pytest.mark.parametrize("url", LISTS.values(), ids=LISTS.keys())
def test_a_list_shows_the_title_of_a_broken_paper_and_the_whole_of_others(
    client: Client, url: str
) -> None:
    two_papers(authors=17, summary="It flies.")
    page = text_of(client, url)
    assert SHOWN in page
    assert BROKEN in page
    assert "Roe" in page


@pytest.mark.parametrize("url", EDITIONS.values(), ids=EDITIONS.keys())
def test_an_edition_goes_on_without_a_broken_paper(client: Client, url: str) -> None:
    two_papers(authors=17, summary="It flies.")
    compose("daily", DAY, NEXT_DAY)
    assert SHOWN in text_of(client, url)
    assert BROKEN not in text_of(client, url)


@pytest.mark.parametrize("url", EDITIONS.values(), ids=EDITIONS.keys())
def test_a_frozen_paper_that_breaks_later_costs_no_edition(client: Client, url: str) -> None:
    broken = two_papers()
    compose("daily", DAY, NEXT_DAY)
    Candidate.objects.filter(paper=broken).update(facts={"title": BROKEN, "authors": 17})
    assert SHOWN in text_of(client, url)
    assert BROKEN not in text_of(client, url)
    assert SHOWN in preview()
    assert BROKEN not in preview()


def preview() -> str:
    out = StringIO()
    call_command("preview", "--cadence", "daily", "--day", "2025-03-14", stdout=out)
    return out.getvalue()


def test_a_broken_papers_own_page_shows_its_texts(client: Client) -> None:
    broken = two_papers(summary="It flies.")
    Trend.objects.filter(paper=broken).update(components={"upvotes": "many"})
    page = text_of(client, broken.get_absolute_url())
    assert BROKEN in page
    assert "It flies." in page
    assert "an error of ours" in page


def test_a_broken_papers_own_entry_in_the_api_has_its_title(client: Client) -> None:
    broken = two_papers(authors=17)
    answer = client.get(f"/api/papers/{broken.arxiv_id}").json()
    assert (answer["title"], answer["authors"]) == (BROKEN, [])


def test_a_broken_paper_is_logged_once_with_its_id(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    broken = two_papers(authors=17)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            client.get("/")
    about = [record.getMessage() for record in caplog.records]
    assert len(about) == 1
    assert f"paper {broken.pk} cannot be rendered" in about[0]


@pytest.mark.parametrize("tex", TEX.values(), ids=TEX.keys())
@pytest.mark.parametrize("field", ["title", "summary", "authors"])
def test_no_tex_stops_a_page_a_feed_or_an_edition(client: Client, tex: str, field: str) -> None:
    broken = two_papers()
    value = {"title": f"{BROKEN} {tex}", "summary": f"Walruses {tex}", "authors": [tex]}[field]
    Paper.objects.filter(pk=broken.pk).update(**{field: value})
    compose("daily", DAY, NEXT_DAY)
    for url in [*LISTS.values(), *EDITIONS.values(), broken.get_absolute_url()]:
        assert BROKEN in text_of(client, url)
    assert SHOWN in preview()
    assert BROKEN in preview()
