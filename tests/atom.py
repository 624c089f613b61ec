"""Is this a valid Atom feed? By RFC 4287's grammar, by its prose, and as a feed reader sees it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
from django.test import Client
from lxml import etree, html

_GRAMMAR = etree.RelaxNG(file=str(Path(__file__).with_name("atom.rng")))
_ATOM = "{http://www.w3.org/2005/Atom}"


def read_feed(client: Client, address: str) -> Any:
    """The feed at an address of ours, checked, and parsed as feed readers parse it."""
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    check_feed(response.content)
    return feedparser.parse(response.content)


def check_feed(feed: bytes) -> None:
    """Fail with what is wrong with a feed."""
    root = etree.fromstring(feed)
    assert _GRAMMAR.validate(root), _GRAMMAR.error_log
    _check_ids(root)
    _check_dates(root)
    _check_links(root)
    _check_content(root)
    parsed = feedparser.parse(feed)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"


def _check_ids(root: Any) -> None:
    ids = [element.text for element in root.iter(f"{_ATOM}id")]
    assert len(ids) == len(set(ids)), "two with one id"
    assert all(urlsplit(one).scheme for one in ids), "an id is an absolute URI"


def _check_dates(root: Any) -> None:
    newest = datetime.fromisoformat(root.findtext(f"{_ATOM}updated"))
    for entry in root.iter(f"{_ATOM}entry"):
        published, updated = (
            datetime.fromisoformat(entry.findtext(f"{_ATOM}{name}"))
            for name in ("published", "updated")
        )
        assert published <= updated <= newest


def _check_links(root: Any) -> None:
    """Absolute all of them; one alternate each; an author for each entry, its own or the feed's."""
    links = list(root.iter(f"{_ATOM}link"))
    assert all(urlsplit(link.get("href")).netloc for link in links)
    for holder in (root, *root.iter(f"{_ATOM}entry")):
        assert len(holder.findall(f"{_ATOM}link[@rel='alternate']")) == 1
    assert root.find(f"{_ATOM}author") is not None


def _check_content(root: Any) -> None:
    for content in root.iter(f"{_ATOM}content"):
        if content.get("type") == "text":
            assert content.text.strip()
            continue
        parts = html.fragments_fromstring(content.text)
        assert parts, "HTML that holds something"
        for part in parts:
            assert part.xpath(".//script | .//style | .//@style | .//form") == []
            for address in part.xpath(".//@href | .//@src"):
                assert urlsplit(address).netloc, f"{address} is not absolute"
