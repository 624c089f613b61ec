"""The sitemaps: every page that can be found, with the day of its last change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from lxml import etree
from pytest_django import DjangoAssertNumQueries, Settings

from newsletter.pages.sitemap import IDS, NoSuchPart, sitemap_index, sitemap_part
from papers.models import Paper, Topic
from tests.factories import NOON, make_candidate, make_edition, make_paper, make_topic

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def addresses(xml: str) -> dict[str, str]:
    """Each address with its last change; the XML is well formed and has no other element."""
    root: Any = etree.fromstring(xml.encode())
    assert etree.QName(root).namespace == NAMES["s"]
    return {
        entry.findtext("s:loc", namespaces=NAMES): entry.findtext(
            "s:lastmod", default="", namespaces=NAMES
        )
        for entry in root
    }


def test_the_index_names_each_part_and_each_part_answers(client: Client) -> None:
    make_paper(pk=7)
    make_paper(pk=IDS + 1)
    found = addresses(sitemap_index())
    assert list(found) == [
        f"{SITE}/sitemaps/{name}.xml"
        for name in ("pages", "topics", "editions", "papers-1", "papers-2")
    ]
    for address in found:
        assert client.get(address.removeprefix(SITE)).status_code == 200


def test_a_part_of_papers_names_when_the_last_of_them_changed() -> None:
    for number, day in ((1, 3), (2, 9), (IDS, 4)):
        make_paper(pk=number)
        Paper.objects.filter(pk=number).update(updated_at=datetime(2025, 3, day, tzinfo=UTC))
    found = addresses(sitemap_index())
    assert found[f"{SITE}/sitemaps/papers-1.xml"] == "2025-03-09T00:00:00+00:00"


def test_papers_are_named_by_their_arxiv_id_else_by_their_number() -> None:
    make_paper(pk=1, arxiv_id="2503.00001")
    make_paper(pk=2, arxiv_id="hep-th/9901001")
    make_paper(pk=IDS, arxiv_id=None)
    make_paper(pk=IDS + 1)
    Paper.objects.update(updated_at=NOON)
    assert addresses(sitemap_part("papers-1")) == {
        f"{SITE}/papers/2503.00001": "2025-03-14T12:00:00+00:00",
        f"{SITE}/papers/hep-th/9901001": "2025-03-14T12:00:00+00:00",
        f"{SITE}/papers/{IDS}": "2025-03-14T12:00:00+00:00",
    }


def test_each_address_of_a_paper_is_that_of_its_page() -> None:
    papers = [make_paper(pk=1), make_paper(pk=2, arxiv_id=None)]
    found = addresses(sitemap_part("papers-1"))
    assert list(found) == [f"{SITE}{paper.get_absolute_url()}" for paper in papers]


def test_a_withdrawn_paper_is_in_no_part() -> None:
    make_paper(pk=1)
    make_paper(pk=2, is_withdrawn=True)
    make_paper(pk=IDS + 1, is_withdrawn=True)
    assert len(addresses(sitemap_part("papers-1"))) == 1
    assert f"{SITE}/sitemaps/papers-2.xml" not in addresses(sitemap_index())
    with pytest.raises(NoSuchPart):
        sitemap_part("papers-2")


def test_editions_that_have_a_page_are_named_with_the_time_of_their_freeze() -> None:
    make_candidate(make_edition("weekly", composed_at=NOON), make_paper())
    make_candidate(make_edition("daily", cancelled_at=NOON), make_paper())
    make_candidate(make_edition("monthly", state="open"), make_paper())
    assert addresses(sitemap_part("editions")) == {
        f"{SITE}/editions/weekly/2025-03-14": "2025-03-14T12:00:00+00:00"
    }


def test_active_topics_are_named() -> None:
    Topic.objects.all().delete()
    make_topic("Sand", slug="sand")
    make_topic("Dust", slug="dust", is_active=False)
    assert addresses(sitemap_part("topics")) == {f"{SITE}/topics/sand/": ""}


def test_every_page_about_the_site_is_named_and_answers(client: Client) -> None:
    found = [address.removeprefix(SITE) for address in addresses(sitemap_part("pages"))]
    assert {"/", "/editions/", "/feeds/", "/about/", "/privacy/", "/subscribe/"} <= set(found)
    assert [client.get(path).status_code for path in found] == [200] * len(found)


@pytest.mark.parametrize(
    "name", ["papers-0", "papers-2", "papers-01", "papers-", "papers-9999999", "authors", ""]
)
def test_another_name_is_no_part(name: str) -> None:
    make_paper(pk=1)
    with pytest.raises(NoSuchPart):
        sitemap_part(name)
    assert sitemap_part("papers-1")


def test_addresses_are_those_of_the_site_and_not_of_the_request(
    settings: Settings, client: Client
) -> None:
    settings.SITE_URL = "https://papers.example.org"
    settings.ALLOWED_HOSTS = ["other.example.org"]
    answer = client.get("/sitemap.xml", headers={"Host": "other.example.org"})
    assert all(one.startswith("https://papers.example.org/") for one in addresses(answer.text))


@pytest.mark.parametrize("papers", [1, 3])
def test_a_sitemap_takes_the_same_queries_for_each_length(
    django_assert_num_queries: DjangoAssertNumQueries, papers: int
) -> None:
    for number in range(papers):
        make_paper(pk=number + 1)
        make_candidate(make_edition("daily", day=NOON.date().replace(day=number + 1)), make_paper())
    with django_assert_num_queries(2):  # the newest edition, the parts of papers
        sitemap_index()
    for name in ("papers-1", "editions", "topics"):
        with django_assert_num_queries(1):
            sitemap_part(name)
