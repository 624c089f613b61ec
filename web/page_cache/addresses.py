"""Which requests are for the same page: a path, and of the query only what the view declares.

Anyone can add a parameter to an address. If each address were a page of its own, a stranger could
fill the cache with copies of one page, and have it rendered for each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.urls import Resolver404, resolve

_LONGEST: Final = 600  # characters of a path with its query; longer ones are rendered each time
_ATTRIBUTE: Final = "public_page"
# What senders of links add to any address, for their own statistics.
_TRACKING: Final = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|_hs\w+")
# The parameter of pages that are numbered, and those that each list of papers has.
NUMBERED: Final = {"page": r"[1-9][0-9]{0,4}"}
LISTS: Final = {"page": r"[1-9][0-9]{0,3}", "view": "compact"}


@dataclass(frozen=True, slots=True)
class PublicPage:
    """How the pages of a view are kept.

    `parameters` are the names in its query that make another page, each with a pattern of its
    values; a request with another value is passed to the view. `is_complete`: the view reads no
    other parameter, so that others are dropped; else they are passed to the view too, each time.
    `is_shared`: all processes share what one has made; not for pages that anybody can make up.
    """

    parameters: Mapping[str, str] = field(default_factory=lambda: LISTS)
    is_complete: bool = False
    is_shared: bool = True


class Address(NamedTuple):
    """One page: its path, the canonical query, and whether processes share it."""

    path: str
    query: str
    is_shared: bool


def mark(view: Any, how: PublicPage | None) -> None:
    """Declare that the answers of a view are the same for everybody."""
    setattr(view, _ATTRIBUTE, how)


def mark_of(view: Any) -> PublicPage | None:
    """How the pages of a view are kept; None where they are not."""
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, PublicPage) else None


def address_of(path: str, query: str) -> Address | None:
    """The page at a path with a query as it was sent; None: it is not kept."""
    return _address_of(path, query) if len(path) + len(query) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _address_of(path: str, query: str) -> Address | None:
    try:
        public = mark_of(resolve(path).func)
    except Resolver404:
        return None
    canonical = canonical_query(query, public) if public else None
    return (
        None if canonical is None else Address(path, canonical, bool(public and public.is_shared))
    )


def canonical_query(query: str, public: PublicPage) -> str | None:
    """What of a query makes a page, in the order of the names; None: the view has to decide."""
    try:
        # As request.GET is made: WSGI has the bytes of a query as Latin-1 letters.
        sent = dict(QueryDict(query.encode("latin-1")).lists())
    except (TooManyFieldsSent, ValueError):
        return None
    kept = {name: values for name, values in sent.items() if not _is_dropped(name, public)}
    if any(not _is_declared(name, values, public) for name, values in kept.items()):
        return None
    return urlencode(sorted((name, values[0]) for name, values in kept.items()))


def _is_dropped(name: str, public: PublicPage) -> bool:
    if name in public.parameters:
        return False
    return public.is_complete or bool(_TRACKING.fullmatch(name))


def _is_declared(name: str, values: list[str], public: PublicPage) -> bool:
    pattern = public.parameters.get(name)
    return pattern is not None and len(values) == 1 and bool(re.fullmatch(pattern, values[0]))
