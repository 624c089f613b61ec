"""`manage.py check` on the settings of live sources. docs/settings.md lists every id."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 (Django names it so)

from papers.jobs.timetable import SOURCES
from papers.similarity.model_process import ModelProcess
from papers.similarity.weights import WORDS_ALONE, NoModelError, find_weights
from papers.sources.arxiv import wrong_address

_ADDRESSES: Final = ("HUGGING_FACE_URL", "SEMANTIC_SCHOLAR_URL", "GITHUB_URL", "ORCID_API_URL")
_MAY_BE_EMPTY: Final = frozenset({"ORCID_API_URL"})
MOST_OWN_VOTES: Final = 1.0  # the weight of upvotes
_KEYS: Final = ("HUGGING_FACE_TOKEN", "SEMANTIC_SCHOLAR_KEY", "GITHUB_TOKEN", "SUMMARY_API_KEY")


@register("trending")
def errors(**_kwargs: object) -> list[CheckMessage]:
    """The errors of this module; Django calls it for `check`, `migrate` and a starting worker."""
    return [
        *check_source_names(),
        *check_source_addresses(),
        *check_source_keys(),
        *check_arxiv(),
        *check_run_retention(),
        *check_own_votes(),
        *check_summary_model(),
        *check_embedding_folder(),
    ]


@register("trending", deploy=True)
def warnings(**_kwargs: object) -> list[CheckMessage]:
    """The warnings of this module; Django calls it for `check --deploy`."""
    return [
        *check_summary_key(),
        *check_summary_is_complete(),
        *check_embedding_model(),
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
        if not _is_web_address(address := getattr(settings, name))
        and (address or name not in _MAY_BE_EMPTY)
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
        for name in ("ARXIV_URL", "ARXIV_FEED_URL", "ARXIV_AUTHOR_URL")
    }
    return [
        Error(
            f"{name} cannot be used: {wrong}.",
            hint="Leave out ARXIV_URL, ARXIV_FEED_URL, ARXIV_AUTHOR_URL and ARXIV_REST_SECONDS.",
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


def check_own_votes() -> list[CheckMessage]:
    """E090: the votes of readers would count less than nothing, or more than upvotes do."""
    if 0 <= settings.OWN_VOTES_WEIGHT <= MOST_OWN_VOTES:
        return []
    return [
        Error(
            f"OWN_VOTES_WEIGHT is {settings.OWN_VOTES_WEIGHT:g}, not from 0 to {MOST_OWN_VOTES:g}.",
            hint="0.1 is usual. With 0 the votes of readers do not count in the common trend.",
            id="trending.E090",
        )
    ]


def check_summary_model() -> list[CheckMessage]:
    """E072: no web address. E073: an address, but no model."""
    address = settings.SUMMARY_API_URL
    if address and not _is_web_address(address):
        return [
            Error(
                "SUMMARY_API_URL is no address of a web service.",
                hint="Write https://host/v1, without user or password, or leave it out.",
                id="trending.E072",
            )
        ]
    if address and not settings.SUMMARY_MODEL.strip():
        return [
            Error(
                "SUMMARY_MODEL is empty, but SUMMARY_API_URL is set.",
                hint="Name a model that the service has, for example llama3.2.",
                id="trending.E073",
            )
        ]
    return []


def check_summary_key() -> list[CheckMessage]:
    """W061: the key would cross a network without encryption."""
    address = settings.SUMMARY_API_URL
    if not settings.SUMMARY_API_KEY or not address.startswith("http://") or _is_here(address):
        return []
    return [
        Warning(
            "SUMMARY_API_URL begins with http://, so SUMMARY_API_KEY is sent without encryption.",
            hint="Write https://, or leave out the key of a model in your own network.",
            id="trending.W061",
        )
    ]


def check_summary_is_complete() -> list[CheckMessage]:
    """W062: a model or a key without an address, so that no summary is written."""
    if settings.SUMMARY_API_URL or not (settings.SUMMARY_MODEL or settings.SUMMARY_API_KEY):
        return []
    return [
        Warning(
            "SUMMARY_MODEL or SUMMARY_API_KEY is set, but SUMMARY_API_URL is empty.",
            hint="Set SUMMARY_API_URL, or leave out both: no summary is written without it.",
            id="trending.W062",
        )
    ]


def check_embedding_folder() -> list[CheckMessage]:
    """E087: no folder with a model. E088: its model cannot be used, which takes a second to try."""
    setting = settings.EMBEDDING_MODEL
    if not setting or setting == WORDS_ALONE:
        return []
    try:
        find_weights(setting)
    except NoModelError as error:
        return [
            Error(
                f"EMBEDDING_MODEL is {setting!r}, but {error}.",
                hint=(
                    "Name a folder with model.onnx and tokenizer.json, which every process can"
                    ' read; leave it out for the installed model; or write "none".'
                ),
                id="trending.E087",
            )
        ]
    try:
        ModelProcess(setting).close()
    except NoModelError as error:
        return [
            Error(
                f"The model in {setting!r} (EMBEDDING_MODEL) cannot be used: {error}.",
                hint=(
                    "It must be an ONNX model of sentences with 384 numbers, and the tokenizer"
                    " that belongs to it; or leave EMBEDDING_MODEL out."
                ),
                id="trending.E088",
            )
        ]
    return []


def check_embedding_model() -> list[CheckMessage]:
    """W067: the model that should be installed is not, so that papers are compared by words."""
    if settings.EMBEDDING_MODEL:
        return []
    try:
        find_weights("")
    except NoModelError as error:
        return [
            Warning(
                f"Papers are compared by their words alone: {error}.",
                hint='If that is what you want, set EMBEDDING_MODEL to "none".',
                id="trending.W067",
            )
        ]
    return []


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in {"localhost", "127.0.0.1", "::1"}


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    is_known = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return is_known and address.isascii() and "@" not in parts.netloc and " " not in address
