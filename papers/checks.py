"""`manage.py check` on the settings of live sources. docs/settings.md lists every id."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from papers.jobs.timetable import SOURCES
from papers.sources.arxiv import wrong_address

_ADDRESSES: Final = ("HUGGING_FACE_URL", "SEMANTIC_SCHOLAR_URL", "GITHUB_URL")
_KEYS: Final = ("HUGGING_FACE_TOKEN", "SEMANTIC_SCHOLAR_KEY", "GITHUB_TOKEN")


@register("trending")
def errors(**_kwargs: object) -> list[CheckMessage]:
    """The errors of this module; Django calls it for `check`, `migrate` and a starting worker."""
    return [
        *check_source_names(),
        *check_source_addresses(),
        *check_source_keys(),
        *check_arxiv(),
        *check_run_retention(),
    ]


def check_source_names() -> list[CheckMessage]:
    """E012: a name that is no live source. Its jobs would never run, without any message."""
    return [
        Error(
            f"SOURCES names {name!r}, which is no live source.",
            hint=f"Choose from: {', '.join(SOURCES)}.",
            id="trending.E012",
        )
        for name in settings.SOURCES
        if name not in SOURCES
    ]


def check_source_addresses() -> list[CheckMessage]:
    """E013: no web address. It may hold a password, so the message does not repeat it."""
    return [
        Error(
            f"{name} is no address of a web service.",
            hint="Write https://host, without user or password, or leave it out.",
            id="trending.E013",
        )
        for name in _ADDRESSES
        if not _is_web_address(getattr(settings, name))
    ]


def check_source_keys() -> list[CheckMessage]:
    """E014: white space or characters that no key has, mostly from an incomplete copy."""
    return [
        Error(
            f"{name} holds white space, or letters that no key has.",
            hint="Copy the key again, in one line and without quotes.",
            id="trending.E014",
        )
        for name in _KEYS
        if not all("!" <= letter <= "~" for letter in getattr(settings, name))
    ]


def check_arxiv() -> list[CheckMessage]:
    """E015: an address that is not arXiv's, or a shorter pause between requests than it allows."""
    found = {
        name: wrong_address(getattr(settings, name), settings.ARXIV_REST_SECONDS)
        for name in ("ARXIV_URL", "ARXIV_FEED_URL")
    }
    return [
        Error(
            f"{name} cannot be used: {wrong}.",
            hint="Leave out ARXIV_URL, ARXIV_FEED_URL and ARXIV_REST_SECONDS.",
            id="trending.E015",
        )
        for name, wrong in found.items()
        if wrong
    ]


def check_run_retention() -> list[CheckMessage]:
    """E016: records deleted too early. They hold which lists were fetched: without them the same
    lists would be fetched again and again."""
    if settings.RUN_RETENTION_DAYS > settings.BACKFILL_DAYS:
        return []
    return [
        Error(
            f"RUN_RETENTION_DAYS is {settings.RUN_RETENTION_DAYS}, not more than BACKFILL_DAYS.",
            hint=f"Set it to more than {settings.BACKFILL_DAYS}: records say which days were read.",
            id="trending.E016",
        )
    ]


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    is_known = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return is_known and address.isascii() and "@" not in parts.netloc and " " not in address
