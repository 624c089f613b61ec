"""What may be wrong with the settings of live sources. config/checks.py reports it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error

from papers.jobs.timetable import SOURCES
from papers.sources.arxiv import wrong_address

_ADDRESSES: Final = ("HUGGING_FACE_URL", "SEMANTIC_SCHOLAR_URL", "GITHUB_URL")
_KEYS: Final = ("HUGGING_FACE_TOKEN", "SEMANTIC_SCHOLAR_KEY", "GITHUB_TOKEN")


def check_source_names() -> list[CheckMessage]:
    """E012: a source that nobody here knows would never be asked, and nobody would notice."""
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
    """E013: an address that cannot be asked. It may hold a password, so it is not repeated."""
    return [
        Error(
            f"{name} is no address of a web service.",
            hint="Write https://host, without user or password, or leave it out.",
            id="trending.E013",
        )
        for name in _ADDRESSES
        if not _is_web(getattr(settings, name))
    ]


def check_source_keys() -> list[CheckMessage]:
    """E014: white space or other letters in a key, mostly of a copy gone wrong."""
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
    """E015: an address that is not arXiv's, or less rest between two requests than it asks for."""
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
    """E016: with its record a list that was read is forgotten, and would be read for ever."""
    if settings.RUN_RETENTION_DAYS > settings.BACKFILL_DAYS:
        return []
    return [
        Error(
            f"RUN_RETENTION_DAYS is {settings.RUN_RETENTION_DAYS}, not more than BACKFILL_DAYS.",
            hint=f"Set it to more than {settings.BACKFILL_DAYS}: records say which days were read.",
            id="trending.E016",
        )
    ]


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    is_known = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return is_known and address.isascii() and "@" not in parts.netloc and " " not in address
