"""The feed of an author."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.atom import read_feed
from tests.factories import make_paper
from tests.papers.page_html import get_page

pytestmark = pytest.mark.django_db


def test_the_feed_of_an_author_has_only_their_papers(client: Client) -> None:
    make_paper("Visual Dialog", authors=["Bernhard Schölkopf", "Bo Li"])
    make_paper("Another thing", authors=["Bo Li"])
    feed = read_feed(client, "/feeds/authors/bernhard-scholkopf.atom")
    assert [entry.title for entry in feed.entries] == ["Visual Dialog"]
    assert feed.feed.title == "Bernhard Schölkopf · Trending Papers"
    assert feed.feed.link == "http://localhost:8000/authors/bernhard-scholkopf/"
    assert feed.feed.id == "tag:localhost,2026:feed/authors/bernhard-scholkopf"


def test_other_spellings_have_the_same_feed(client: Client) -> None:
    make_paper(authors=["Yann LeCun"])
    first, second = (
        read_feed(client, f"/feeds/authors/{slug}.atom") for slug in ("yann-lecun", "LeCun-Yann")
    )
    assert first.feed.id == second.feed.id


@pytest.mark.parametrize("slug", ["nobody-known", "%00", "..."])
def test_an_unknown_author_has_no_feed(client: Client, slug: str) -> None:
    make_paper(authors=["Yann LeCun"])
    assert client.get(f"/feeds/authors/{slug}.atom").status_code == 404


def test_the_page_of_an_author_names_the_feed(client: Client) -> None:
    make_paper(authors=["王伟"])
    page = get_page(client, "/authors/王伟/")
    (link,) = page.select("head link[title='王伟']")
    assert [entry.title for entry in read_feed(client, str(link["href"])).entries]
