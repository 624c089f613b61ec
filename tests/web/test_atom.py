"""The parts that all feeds share, in a feed of two entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import RequestFactory
from lxml import etree
from pytest_django import Settings

from tests.atom import check_feed
from web.atom import AtomFeed, Entry, Link, Term, absolute, tag

ATOM = {"a": "http://www.w3.org/2005/Atom"}
EARLY, LATE = (datetime(2026, 11, day, 9, tzinfo=UTC) for day in (20, 23))
PLAIN = Entry(
    id="tag:localhost,2026:leaf/1",
    url="http://localhost:8000/leaf/1",
    title="Tea & <dunes>",
    updated=LATE,
    published=EARLY,
    authors=("Ann Lee", "Bo Li"),
    summary="A <b>plain</b> text.",
    terms=(Term("tea", "http://localhost:8000/topics/", "Tea"),),
    links=(Link("https://arxiv.org/abs/2503.01234", "related", "arXiv"),),
)
RICH = Entry(
    id="tag:localhost,2026:leaf/2",
    url="http://localhost:8000/leaf/2",
    title="Coffee",
    updated=EARLY,
    published=EARLY,
    summary="left out",
    content="<p>Grounds</p>",
)


class Leaves(AtomFeed):
    title = "Leaves"
    subtitle = "All leaves."
    feed_guid = "tag:localhost,2026:leaves"

    def __init__(self, *entries: Entry) -> None:
        self.entries = entries

    def link(self) -> str:
        return absolute("/")

    def feed_url(self) -> str:
        return absolute("/leaves.atom")

    def items(self) -> list[Entry]:
        return list(self.entries)


def read(*entries: Entry, **headers: str) -> HttpResponse:
    return Leaves(*entries)(RequestFactory().get("/leaves.atom", headers=headers))


def parse(*entries: Entry) -> Any:
    content = read(*entries).content
    check_feed(content)
    return etree.fromstring(content)


def texts(root: Any, path: str) -> list[str]:
    return [str(found) for found in root.xpath(path, namespaces=ATOM)]


def test_ids_and_links_are_made_from_the_site_url(settings: Settings) -> None:
    settings.SITE_URL = "https://papers.example.org:8443"
    assert tag("paper", 7) == "tag:papers.example.org,2026:paper/7"
    assert absolute("/p/7") == "https://papers.example.org:8443/p/7"


def test_an_entry_has_all_its_parts() -> None:
    root = parse(PLAIN)
    entry = "a:entry/"
    assert texts(root, f"{entry}a:title/text()") == ["Tea & <dunes>"]
    assert texts(root, f"{entry}a:id/text()") == [PLAIN.id]
    assert texts(root, f"{entry}a:author/a:name/text()") == ["Ann Lee", "Bo Li"]
    assert texts(root, f"{entry}a:summary/text()") == ["A <b>plain</b> text."]
    assert texts(root, f"{entry}a:summary/@type") == ["text"]
    assert texts(root, f"{entry}a:category/@label") == ["Tea"]
    assert texts(root, f"{entry}a:link[@rel='related']/@title") == ["arXiv"]
    assert texts(root, f"{entry}a:published/text()") == ["2026-11-20T09:00:00+00:00"]


def test_content_is_html_and_replaces_the_summary() -> None:
    root = parse(RICH)
    assert texts(root, "a:entry/a:content/text()") == ["<p>Grounds</p>"]
    assert texts(root, "a:entry/a:content/@type") == ["html"]
    assert texts(root, "a:entry/a:summary") == []


def test_a_feed_is_as_new_as_its_newest_entry() -> None:
    assert texts(parse(RICH, PLAIN), "a:updated/text()") == ["2026-11-23T09:00:00+00:00"]


def test_a_feed_without_entries_has_a_fixed_date() -> None:
    assert texts(parse(), "a:updated/text()") == ["2026-01-01T00:00:00+00:00"]


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    root = parse(replace(PLAIN, title="Te\x07a\ufffe", authors=("A\x1bnn",)))
    assert texts(root, "a:entry/a:title/text()") == ["Tea"]
    assert texts(root, "a:entry/a:author/a:name/text()") == ["Ann"]


def test_an_unchanged_feed_is_answered_304() -> None:
    first = read(PLAIN)
    assert set(first["Cache-Control"].split(", ")) == {"public", "max-age=900"}
    by_tag = read(PLAIN, if_none_match=first["ETag"])
    by_date = read(PLAIN, if_modified_since=first["Last-Modified"])
    assert (by_tag.status_code, by_date.status_code) == (304, 304)
    changed = read(PLAIN, RICH, if_none_match=first["ETag"])
    assert changed.status_code == 200
