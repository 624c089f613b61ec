"""ORCID: the works of a researcher who made them public, by DOI or arXiv id.

The public API needs no key. A record is asked for when a reader names it, and only its list of
works; their titles are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple

from django.conf import settings

from papers.sources import SourceError
from papers.sources.http import Clock, Http, Limits, Service, is_json
from papers.text.arxiv_ids import arxiv_id

SOURCE: Final = "orcid"
_APART: Final = 0.5  # seconds; the public API allows twelve requests a second
_SIZE: Final = 8 * 2**20  # bytes: records with thousands of works have some megabytes
_YEAR: Final = re.compile("[0-9]{4}")
_OWN: Final = ("self", "version-of", None)  # "part-of" is the proceedings or the book


class Work(NamedTuple):
    """One work of a record: the values of its arXiv ids and DOIs, as they were typed there."""

    arxiv_ids: tuple[str, ...]
    dois: tuple[str, ...]
    year: int  # 0: unknown


def connect(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The client for ORCID's public API, built from the settings.

    Raises:
        SourceError: its address is empty: ORCID is switched off.
    """
    if not settings.ORCID_API_URL:
        raise SourceError("ORCID is switched off: ORCID_API_URL is empty")
    service = Service(settings.ORCID_API_URL, {"accept": "application/json"})
    return Http(service, replace(limits or Limits(), apart=_APART, size=_SIZE), clock)


def works(http: Http, orcid: str) -> list[Work] | None:
    """The works of a record that have an id, newest first; None: there is no such record.

    A record that its owner or ORCID closed has no works either.

    Raises:
        SourceError: no readable response.
    """
    response = http.get(f"v3.0/{orcid}/works", expect=(404, 409, 410), check=is_json)
    if response.status == 404:
        return None
    found = response.json if response.status == 200 else {}
    groups = found.get("group") if isinstance(found, dict) else None
    if not isinstance(groups, list):
        groups = []
    read = [_work(group) for group in groups if isinstance(group, dict)]
    return sorted(filter(_has_id, read), key=lambda work: work.year, reverse=True)


def _has_id(work: Work) -> bool:
    return bool(work.arxiv_ids or work.dois)


def _work(group: dict[str, Any]) -> Work:
    """A group holds what several sources say of one work."""
    summaries = [one for one in _list(group.get("work-summary")) if isinstance(one, dict)]
    ids = [*_ids(group), *(pair for summary in summaries for pair in _ids(summary))]
    arxiv = [found for kind, value in ids if kind == "arxiv" and (found := arxiv_id(value))]
    dois = [value for kind, value in ids if kind == "doi"]
    years = [year for summary in summaries if (year := _year(summary))]
    return Work(_distinct(arxiv), _distinct(dois), max(years, default=0))


def _ids(holder: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The ids that are the work's own, each with its kind."""
    ids = holder.get("external-ids")
    for one in _list(ids.get("external-id") if isinstance(ids, dict) else None):
        if not isinstance(one, dict) or one.get("external-id-relationship") not in _OWN:
            continue
        kind, value = one.get("external-id-type"), one.get("external-id-value")
        if isinstance(kind, str) and isinstance(value, str):
            yield kind.lower(), value.strip()


def _year(summary: dict[str, Any]) -> int:
    published = summary.get("publication-date")
    year = published.get("year") if isinstance(published, dict) else None
    value = year.get("value") if isinstance(year, dict) else None
    return int(value) if isinstance(value, str) and _YEAR.fullmatch(value) else 0


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
