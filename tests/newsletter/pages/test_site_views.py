"""The pages about the site and the foot of each page: what they say, and how they are served."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from papers.models import Curator
from papers.ranking.weights import WEIGHTS
from tests.factories import make_paper, make_topic
from tests.papers.page_html import get_page, words

pytestmark = pytest.mark.django_db
PAGES = ["/feeds/", "/about/", "/forwarded/", "/privacy/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_about_the_site_is_public_and_the_same_for_all(client: Client, path: str) -> None:
    response = client.get(path)
    assert response["Cache-Control"] == "public, no-cache"
    assert not response.cookies
    assert client.get(path, headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert client.post(path).status_code == 405
    page = get_page(client, path)
    assert len(page.select("h1")) == 1
    assert page.select_one("link[rel=canonical]")["href"] == (  # type: ignore[index]
        f"http://localhost:8000{path}"
    )


def test_the_page_of_feeds_names_each_feed_in_words(client: Client) -> None:
    make_topic("Sand", slug="sand", family="language", description="Grains of it.")
    page = get_page(client, "/feeds/")
    link = page.select_one('main a[href="/feeds/topics/sand.atom"]')
    assert words(link) == "Sand"
    said = words(page.select_one("main"))
    assert "Grains of it." in said
    assert "the last 20 editions" in said
    assert "100 on a page of the feed" in said
    assert "That address is secret" in said


def test_the_page_about_the_site_explains_the_ranking_with_its_numbers(client: Client) -> None:
    Curator.objects.create(name="Ann Lee", url="https://example.org/ann")
    page = get_page(client, "/about/")
    ranking = words(page.select_one("section:has(> #ranking)"))
    assert "votes for it 1.00 " in ranking
    assert f"counts {WEIGHTS.weekend:.0%}".replace("%", " %") in ranking
    assert "In the list of a week, a vote counts half after 5 days." in ranking
    assert "half of its votes 18 hours after" in ranking
    assert "an author 4, a word 2, a topic 1" in ranking
    assert words(page.select_one("section:has(> #curators) a")) == "Ann Lee"


def test_without_live_sources_the_page_says_so(client: Client, settings: Settings) -> None:
    settings.SOURCES = []
    assert "reads no live source" in words(get_page(client, "/about/").select_one("main"))
    settings.SOURCES = ["arxiv"]
    said = words(get_page(client, "/about/").select_one("section:has(> #sources)"))
    assert "arXiv : titles, abstracts, authors and categories (read every hour)" in said


def test_the_page_about_privacy_has_the_times_of_the_settings(
    client: Client, settings: Settings
) -> None:
    settings.LEDGER_RETENTION_DAYS, settings.EVENT_RETENTION_DAYS = 401, 91
    settings.CONFIRM_DAYS, settings.CONTACT_EMAIL = 1, "ed@example.org"
    settings.CONTACT_URL = ""
    said = words(get_page(client, "/privacy/").select_one("main"))
    assert "For 401 days: so you can read a digest again" in said
    assert "Reports of a mail provider for 91 days" in said
    assert "works for 1 day." in said
    assert "After 30 days all that is stored of such a sign-up is deleted." in said
    assert "ed@example.org" in said


def test_no_page_for_readers_sets_a_cookie(client: Client) -> None:
    """The page about privacy says so."""
    make_paper(arxiv_id="2503.00001")
    paths = ["/", "/search/?q=a", "/papers/2503.00001", "/subscribe/", "/new-link/", *PAGES]
    assert [dict(client.get(path).cookies) for path in paths] == [{}] * len(paths)


@pytest.mark.parametrize(
    "path", ["/", "/search/", "/subscribe/", "/new-link/", "/nothing/", *PAGES]
)
def test_the_foot_of_a_page_leads_everywhere(client: Client, path: str) -> None:
    page = get_page(client, path, status=404 if path == "/nothing/" else 200)
    links = {str(link["href"]): words(link) for link in page.select("footer nav a")}
    assert links["/new-link/"] == "Manage your digest"
    for address in ("/editions/", "/search/", "/feeds/", "/about/", "/privacy/"):
        assert links[address]
        assert client.get(address).status_code == 200


def test_the_foot_names_the_contact_of_the_settings(client: Client, settings: Settings) -> None:
    settings.CONTACT_EMAIL, settings.CONTACT_URL = "ed@example.org", ""
    link = get_page(client, "/").select_one("footer nav a[href='mailto:ed@example.org']")
    assert words(link) == "Contact"
    settings.CONTACT_EMAIL = ""
    assert "Contact" not in words(get_page(client, "/about/").select_one("footer"))


def test_a_sitemap_is_xml_that_any_cache_may_keep(client: Client) -> None:
    response = client.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=3600"
    headers = {"If-None-Match": response["ETag"]}
    assert client.get("/sitemap.xml", headers=headers).status_code == 304
    assert client.get("/sitemaps/nothing.xml").status_code == 404
    assert client.head("/sitemap.xml").content == b""


def test_the_rules_for_crawlers_name_the_sitemap(client: Client) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert lines == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /search/",
        "",
        "Sitemap: http://localhost:8000/sitemap.xml",
    ]


def test_the_page_of_a_forwarded_mail_has_one_field_to_subscribe(client: Client) -> None:
    page = get_page(client, "/forwarded/")
    form = page.select_one("main form")
    assert form is not None
    assert form["action"] == "/subscribe/"
    assert form.select_one("input[name=email]") is not None
    assert "please leave them alone" in words(page.select_one("main"))
