"""A page that is kept: its answers, its size, and its form in Redis."""

from __future__ import annotations

import brotli
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from web.page_cache.encodings import decompressed
from web.page_cache.entries import Entry, PageVersion, answer, entry_of, from_bytes

TEXT = b"<p>A page of words, and again a page of words.</p>" * 40
VERSION = PageVersion("3.f", "2026-11-30")
CHANGED = "Mon, 23 Nov 2026 08:00:00 GMT"


def make_entry(body: bytes = TEXT, **headers: str) -> Entry:
    given = {"ETag": '"1"', "Cache-Control": "public, no-cache", "Vary": "Accept-Encoding"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return entry_of(HttpResponse(body, headers={**given, **named}), VERSION, "/topics/")


def get(**headers: str) -> HttpRequest:
    return RequestFactory().get("/", headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_a_page_is_answered_as_it_was_rendered() -> None:
    response = answer(make_entry(), get())
    assert response.content == TEXT
    assert dict(response.items()) == {
        "Content-Type": "text/html; charset=utf-8",
        "ETag": '"1"',
        "Cache-Control": "public, no-cache",
        "Vary": "Accept-Encoding",
        "Content-Length": str(len(TEXT)),
    }


def test_a_page_is_compressed_once() -> None:
    entry = make_entry()
    first, second = (answer(entry, get(Accept_Encoding="br")) for _ in range(2))
    assert brotli.decompress(first.content) == TEXT
    assert first["Content-Encoding"] == "br"
    assert first["ETag"] == 'W/"1"'
    assert first["Content-Length"] == str(len(first.content))
    assert second.content == first.content
    assert set(entry.bodies) == {"", "br"}


@pytest.mark.parametrize("accepted", ["", "br", "gzip"])
def test_head_has_the_headers_and_no_body(accepted: str) -> None:
    entry = make_entry()
    whole = answer(entry, get(Accept_Encoding=accepted))
    head = answer(entry, RequestFactory().head("/", headers={"Accept-Encoding": accepted}))
    assert head.content == b""
    assert dict(head.items()) == dict(whole.items())


@pytest.mark.parametrize("known", ['"1"', 'W/"1"', '"0", "1"', "*"])
@pytest.mark.parametrize("accepted", ["", "br"])
def test_who_has_the_page_gets_304(known: str, accepted: str) -> None:
    response = answer(make_entry(), get(If_None_Match=known, Accept_Encoding=accepted))
    assert (response.status_code, response.content) == (304, b"")
    assert dict(response.items()) == {
        "ETag": 'W/"1"' if accepted else '"1"',
        "Cache-Control": "public, no-cache",
        "Vary": "Accept-Encoding",
    }


@pytest.mark.parametrize("known", ['"2"', "1", 'W/"2"', ""])
def test_who_has_another_page_gets_this_one(known: str) -> None:
    assert answer(make_entry(), get(If_None_Match=known)).content == TEXT


def test_a_date_is_compared_where_the_page_has_one() -> None:
    dated = make_entry(Last_Modified=CHANGED)
    assert answer(dated, get(If_Modified_Since=CHANGED)).status_code == 304
    assert answer(make_entry(), get(If_Modified_Since=CHANGED)).status_code == 200
    assert answer(dated, get(If_Modified_Since=CHANGED, If_None_Match='"2"')).status_code == 200


def test_images_and_short_texts_are_not_compressed() -> None:
    for entry in (make_entry(Content_Type="image/png"), make_entry(b"short")):
        response = answer(entry, get(Accept_Encoding="br"))
        assert not response.has_header("Content-Encoding")
        assert set(entry.bodies) == {""}


def test_the_size_counts_each_body() -> None:
    entry = make_entry()
    before = entry.size
    compressed = answer(entry, get(Accept_Encoding="gzip")).content
    assert before > len(TEXT)
    assert entry.size == before + len(compressed)


@pytest.mark.parametrize("accepted", ["", "br", "gzip"])
def test_other_processes_get_the_same_page(accepted: str) -> None:
    entry = make_entry()
    answer(entry, get(Accept_Encoding=accepted))
    other = from_bytes(entry.as_bytes())
    assert other is not None
    assert (other.version, other.route, other.made_at) == (VERSION, "/topics/", entry.made_at)
    for asked in ("", "br", "gzip"):
        one, two = (answer(each, get(Accept_Encoding=asked)) for each in (entry, other))
        assert (one.content, one.items()) == (two.content, two.items())


def test_the_shortest_body_is_what_others_get() -> None:
    entry = make_entry()
    answer(entry, get(Accept_Encoding="br"))
    assert len(entry.as_bytes()) < len(TEXT) / 2


@pytest.mark.parametrize("stored", [b"", b"x", b"\n", b"[]\nbody", b"{}\n", b'["1"]\n', b"\xff\n"])
def test_something_else_is_no_page(stored: bytes) -> None:
    assert from_bytes(stored) is None


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_page_that_is_not_shared_is_compressed_quickly(encoding: str) -> None:
    rows = (f"<li class='row'>{number % 97} of {number % 13}</li>" for number in range(900))
    body = "".join(rows).encode()
    shared, own = (
        entry_of(HttpResponse(body), VERSION, "/search/", is_shared=is_shared)
        for is_shared in (True, False)
    )
    assert len(shared.body(encoding)) < len(own.body(encoding)) < len(body)
    assert decompressed(own.body(encoding), encoding) == body
