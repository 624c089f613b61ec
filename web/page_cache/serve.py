"""Answer a request from the cache, or render its page once and keep it.

A page is rendered for a request that holds nothing of the visitor: its path, the query that its
view declares, a language, the site's own host. So what is kept cannot be anybody's own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from web.languages import DEFAULT_LANGUAGE, accepted_language, is_english
from web.page_cache.addresses import Address, address_of
from web.page_cache.entries import Entry, PageVersion, answer, entry_of
from web.page_cache.release import release
from web.page_cache.stores import Local, Shared
from web.page_cache.versions import Known, known

Render = Callable[[HttpRequest], HttpResponseBase]
# Of request.META: for the access log (config/logs.py), and for config/server/respond.py.
ROUTE: Final = "route"
FROM_CACHE: Final = "trending.from_cache"
# So long after a change others still get the page of before, while one request renders the new one.
_GRACE: Final = 2.0  # seconds
_PATIENCE: Final = 10.0  # seconds that a request waits for another one to render its page
_UNSHARED: Final = 4  # a quarter of the memory is for pages whose address anybody can make up
# What a page may depend on; and what its server needs.
_KEPT_META: Final = ("SCRIPT_NAME", "SERVER_", "wsgi.")


class Key(NamedTuple):
    """One page in one language."""

    path: str
    query: str
    language: str
    is_secure: bool


class PageCache:
    """The pages of this process, with those of all processes behind them.

    Args:
        most: bytes in this process; as many are written to Redis within a lifetime.
    """

    def __init__(self, most: int) -> None:
        self._shared = Shared(most)
        self._local = {True: Local(most - most // _UNSHARED), False: Local(most // _UNSHARED)}
        self._rendering: dict[Key, threading.Event] = {}
        self._lock = threading.Lock()

    def serve(self, request: HttpRequest, render: Render) -> HttpResponseBase:
        """The answer to a request, whether its page is public or not."""
        address = _public_address(request)
        seen = known() if address else None
        if address is None or seen is None:
            return render(request)
        key = Key(address.path, address.query, _language(request), request.is_secure())
        entry = self._usable(key, address, seen)
        if entry is None:
            with self._turn(key):
                entry = self._found(key, address, seen)
                if entry is None:
                    return self._rendered(request, render, key, address, seen)
        return self._answer(key, address, entry, request)

    def clear(self) -> None:
        """Forget the pages of this process."""
        for local in self._local.values():
            local.clear()

    # ── what is there ────────────────────────────────────────────────────────

    def _usable(self, key: Key, address: Address, seen: Known) -> Entry | None:
        """The page as it is now, or, for a moment while it is rendered anew, as it was."""
        entry = self._local[address.is_shared].get(key)
        if entry is None or entry.version == _now(seen):
            return entry
        is_recent = time.monotonic() - seen.changed_at < _GRACE
        was = entry.version == _now(seen)._replace(data=seen.before)
        return entry if was and is_recent and key in self._rendering else None

    def _found(self, key: Key, address: Address, seen: Known) -> Entry | None:
        """The present page, from this process or from another."""
        version = _now(seen)
        entry = self._local[address.is_shared].get(key)
        if entry and entry.version == version:
            return entry
        if not address.is_shared:
            return None
        entry = self._shared.get(_name(key, version))
        if entry:
            self._local[True].put(key, entry)
        return entry

    # ── making ───────────────────────────────────────────────────────────────

    @contextmanager
    def _turn(self, key: Key) -> Iterator[None]:
        """One request of this process at a time renders a page; the others wait for it."""
        deadline = time.monotonic() + _PATIENCE
        while not (mine := self._begin(key)):
            if not self._rendering_of(key).wait(max(0.0, deadline - time.monotonic())):
                break  # it takes too long: both render
        try:
            yield
        finally:
            if mine:
                self._end(key)

    def _begin(self, key: Key) -> bool:
        with self._lock:
            if key in self._rendering:
                return False
            self._rendering[key] = threading.Event()
            return True

    def _rendering_of(self, key: Key) -> threading.Event:
        with self._lock:
            ended = threading.Event()
            ended.set()
            return self._rendering.get(key, ended)

    def _end(self, key: Key) -> None:
        with self._lock:
            self._rendering.pop(key).set()

    def _rendered(
        self, request: HttpRequest, render: Render, key: Key, address: Address, seen: Known
    ) -> HttpResponseBase:
        """Render the page and keep it, if it may be kept."""
        version, plain = _now(seen), _plain(request, key)
        response = render(plain)
        match = plain.resolver_match
        request.META[ROUTE] = f"/{match.route}" if match else ""
        if not _may_be_kept(plain, response):
            # A HEAD, or one for what the client may have already: the view answers it itself.
            return response if _is_plain_get(request) else render(request)
        patch_vary_headers(response, ("Accept-Encoding",))
        whole, route = cast("HttpResponse", response), request.META[ROUTE]
        entry = entry_of(whole, version, route, is_shared=address.is_shared)
        made = answer(entry, request)  # compressed now, so that Redis gets the short form
        self._local[address.is_shared].put(key, entry)
        if address.is_shared:
            self._shared.put(_name(key, version), entry)
        return made

    def _answer(
        self, key: Key, address: Address, entry: Entry, request: HttpRequest
    ) -> HttpResponse:
        size = entry.size
        response = answer(entry, request)
        if entry.size != size:  # another encoding
            self._local[address.is_shared].put(key, entry)
        request.META |= {ROUTE: entry.route, FROM_CACHE: True}
        return response


def _public_address(request: HttpRequest) -> Address | None:
    """The page that a request is for; None where it is not kept.

    In an open transaction a page may show what is not committed, and never will be.
    """
    if request.method not in ("GET", "HEAD") or connection.in_atomic_block:
        return None
    meta = request.META
    address = address_of(request.path_info, meta.get("QUERY_STRING", ""))
    if address is None or (settings.SECURE_SSL_REDIRECT and not request.is_secure()):
        return None
    try:
        request.get_host()
    except DisallowedHost:
        return None
    return address


def _is_plain_get(request: HttpRequest) -> bool:
    conditions = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
    return request.method == "GET" and not any(name in request.META for name in conditions)


def _now(seen: Known) -> PageVersion:
    return PageVersion(seen.version, datetime.now(UTC).date().isoformat())


def _name(key: Key, version: PageVersion) -> str:
    """The key of a page in Redis: of bounded length, whatever the address."""
    text = "\n".join(map(str, (release(), *version, *key)))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def _language(request: HttpRequest) -> str:
    """As web/languages.py will choose it: a page in another one would be kept for all."""
    if is_english(request.path_info):
        return DEFAULT_LANGUAGE
    return accepted_language(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))


def _plain(request: HttpRequest, key: Key) -> HttpRequest:
    """A request for the page that holds nothing of its visitor."""
    meta = {name: value for name, value in request.META.items() if name.startswith(_KEPT_META)}
    for name in (settings.SECURE_PROXY_SSL_HEADER or ())[:1]:
        meta[name] = request.META.get(name, "")
    meta |= {
        "REQUEST_METHOD": "GET",
        # Django replaces PATH_INFO of META by the decoded path: WSGI has bytes as Latin-1 letters.
        "PATH_INFO": key.path.encode().decode("latin-1"),
        "QUERY_STRING": key.query,
        "HTTP_HOST": urlsplit(settings.SITE_URL).netloc,
        "HTTP_ACCEPT_LANGUAGE": key.language,
        "CONTENT_LENGTH": "0",
    }
    return request.__class__(meta)  # type: ignore[call-arg]  # a WSGIRequest


def _may_be_kept(plain: HttpRequest, response: HttpResponseBase) -> bool:
    """A page with an ETag that any cache may keep: no cookie, no token, nobody's own."""
    control = response.get("Cache-Control", "")
    varies = response.get("Vary", "").lower()
    return (
        response.status_code == 200
        and isinstance(response, HttpResponse)
        and response.has_header("ETag")
        and "public" in control
        and "no-store" not in control
        and not response.cookies
        and "cookie" not in varies
        and "*" not in varies
        and not plain.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and "CSRF_COOKIE" not in plain.META
    )


# ── the cache of this process ────────────────────────────────────────────────


@lru_cache(maxsize=1)
def page_cache(megabytes: float) -> PageCache:
    """The one of this process, of so many megabytes."""
    return PageCache(int(megabytes * 2**20))


def serve(request: HttpRequest, render: Render) -> HttpResponseBase:
    """The answer to a request, from the cache where its page is public."""
    megabytes = settings.PAGE_CACHE_MB
    return page_cache(megabytes).serve(request, render) if megabytes > 0 else render(request)
