"""Many requests for one page at once, and a change of the data meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.http import HttpResponse

from tests.web.page_cache.conftest import Site
from web.page_cache import serve as module
from web.page_cache.serve import PageCache


def together(work: Callable[[], HttpResponse], count: int = 8) -> list[HttpResponse]:
    with ThreadPoolExecutor(count) as threads:
        return [one.result(20) for one in [threads.submit(work) for _ in range(count)]]


def test_a_page_that_many_want_at_once_is_rendered_once(site: Site) -> None:
    site.before_it_ends = lambda: time.sleep(0.2)
    cache = PageCache(10**6)
    answers = together(lambda: site.get(cache=cache))
    assert len({answer.content for answer in answers}) == 1
    assert len(site.rendered) == 1


def test_after_a_change_others_get_the_page_of_before_while_one_renders(site: Site) -> None:
    cache = PageCache(10**6)
    site.get(cache=cache)
    site.version = "2"
    is_rendering, may_end = threading.Event(), threading.Event()

    def wait() -> None:
        is_rendering.set()
        may_end.wait(10)

    site.before_it_ends = wait
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(lambda: site.get(cache=cache))
        assert is_rendering.wait(10)
        assert b"version 1" in site.get(cache=cache).content
        may_end.set()
        assert b"version 2" in first.result(10).content
    assert b"version 2" in site.get(cache=cache).content
    assert len(site.rendered) == 2


def test_a_page_of_long_before_is_given_to_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_GRACE", 0.0)
    cache = PageCache(10**6)
    site.get(cache=cache)
    site.version = "2"
    site.before_it_ends = lambda: time.sleep(0.1)
    answers = together(lambda: site.get(cache=cache), 4)
    assert {b"version 2" in answer.content for answer in answers} == {True}
    assert len(site.rendered) == 2


def test_a_change_while_a_page_is_rendered_makes_that_page_old(site: Site) -> None:
    def change() -> None:
        site.before_it_ends = lambda: None
        site.version = "2"  # after the page has read its data

    site.before_it_ends = change
    assert b"version 1" in site.get().content
    assert b"version 2" in site.get().content


def test_a_page_that_takes_too_long_is_rendered_by_another_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    site.before_it_ends = lambda: time.sleep(0.5)
    cache = PageCache(10**6)
    answers = together(lambda: site.get(cache=cache), 2)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(site.rendered) == 2


def test_a_view_that_fails_keeps_no_other_request_waiting(site: Site) -> None:
    def fail() -> None:
        site.before_it_ends = lambda: None
        raise RuntimeError("the view is broken")

    site.before_it_ends = fail
    with pytest.raises(RuntimeError):
        site.get()
    assert site.get().status_code == 200
