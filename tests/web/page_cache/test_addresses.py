"""Which requests are for one page, and which are passed to the view."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse

from web.page_cache.addresses import (
    Address,
    PublicPage,
    address_of,
    canonical_query,
    mark,
    mark_of,
)

LIST = PublicPage()
SEARCH = PublicPage({"q": r"[\s\S]{0,20}", "page": "[1-9]"}, is_shared=False)
PAPER = PublicPage({}, is_complete=True)


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("", ""),
        ("page=2", "page=2"),
        ("view=compact&page=2", "page=2&view=compact"),
        ("page=2&view=compact", "page=2&view=compact"),
        ("utm_source=mail&utm_medium=x", ""),
        ("fbclid=abc&page=3", "page=3"),
        ("gclid=1", ""),
        ("mc_cid=1&mc_eid=2", ""),
    ],
)
def test_a_query_is_reduced_to_what_makes_a_page(sent: str, canonical: str) -> None:
    assert canonical_query(sent, LIST) == canonical


@pytest.mark.parametrize(
    "sent",
    [
        *("page=", "page=0", "page=-1", "page=x", "page=02", "page=99999", "page=2%00"),
        *("page=1&page=2", "view=", "view=wide", "view=compact&view=compact", "x=1", "page[]=1"),
        *("Page=2", "page=%D9%A3", "page=2%0A", "=1"),
        "&".join(f"a{number}=1" for number in range(2000)),
    ],
)
def test_what_may_be_wrong_is_for_the_view_to_decide(sent: str) -> None:
    assert canonical_query(sent, LIST) is None


@pytest.mark.parametrize("sent", ["x=1", "page=2", "view=compact", "x=1&y=2&utm_id=3"])
def test_a_view_that_reads_no_parameter_has_one_page(sent: str) -> None:
    assert canonical_query(sent, PAPER) == ""


def test_a_value_in_bytes_is_the_one_in_percent_signs() -> None:
    assert canonical_query("q=caf\xc3\xa9", SEARCH) == canonical_query("q=caf%C3%A9", SEARCH)
    assert canonical_query("q=caf\xc3\xa9", SEARCH) == "q=caf%C3%A9"


def test_a_value_keeps_its_characters() -> None:
    assert (
        canonical_query("q=a%20b%26c", SEARCH)
        == canonical_query("q=a+b%26c", SEARCH)
        == ("q=a+b%26c")
    )
    assert canonical_query("q=%C3%A9", SEARCH) == "q=%C3%A9"
    assert canonical_query("q=" + "x" * 21, SEARCH) is None


def test_a_page_has_an_address() -> None:
    assert address_of("/", "") == Address("/", "", is_shared=True)
    assert address_of("/week/", "view=compact") == Address("/week/", "view=compact", is_shared=True)
    assert address_of("/search/", "q=mamba") == Address("/search/", "q=mamba", is_shared=False)
    assert address_of("/feeds/papers.atom", "page=2&x=1") == Address(
        "/feeds/papers.atom", "page=2", is_shared=True
    )


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/subscribe/",
            "/new-link/",
            "/preferences/a.b.c/",
            "/confirm/a.b.c/",
            "/u/abc",
            "/d/abc",
        ),
        *("/feeds/mine/a.b.c.atom", "/admin/", "/admin/login/", "/mailbox/"),
        "/no/such/page",
        *("/api/daily_papers", "/" + "x" * 700),
    ],
)
def test_other_pages_have_none(path: str) -> None:
    assert address_of(path, "") is None


def test_a_query_of_any_length_is_kept_nowhere() -> None:
    assert address_of("/", "utm_source=" + "x" * 700) is None


def test_a_mark_is_declared_and_read() -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert mark_of(view) is None
    mark(view, PAPER)
    assert mark_of(view) == PAPER
    mark(view, None)
    assert mark_of(view) is None
