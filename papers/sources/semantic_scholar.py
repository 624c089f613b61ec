"""Semantic Scholar: citations of many papers in one request, and a summary in one sentence.

All clients without a key share one quota, and more than half of their requests are refused: so
there are few requests, each for up to 500 papers, and a refusal ends the run.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.conf import settings

from papers.fetched import FetchedSignal
from papers.sources import SourceError
from papers.sources.http import Clock, Http, Limits, Response, Service, is_json
from papers.text.arxiv_ids import arxiv_id

SOURCE: Final = "semantic_scholar"
BATCH: Final = 500  # papers, the most in one request
_FIELDS: Final = "externalIds,title,citationCount,influentialCitationCount,tldr,publicationDate"
_APART: Final = 1.1  # seconds: a key allows one request a second
_MOST: Final = 10**9
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cited:
    """What the service has about one paper. Without a count of citations there is no signal."""

    signals: tuple[FetchedSignal, ...]
    raw: dict[str, Any]


def connect(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The client for Semantic Scholar, built from the settings."""
    key = settings.SEMANTIC_SCHOLAR_KEY
    headers = {"x-api-key": key} if key else {}
    limits = replace(limits or Limits(), apart=_APART)
    return Http(Service(settings.SEMANTIC_SCHOLAR_URL, headers, [key]), limits, clock)


def cited(http: Http, identities: Sequence[str]) -> list[Cited | None]:
    """The citations of each paper, by arXiv id and in the order of `identities`; None: unknown.

    Raises:
        SourceError: no response, or one that does not match the request.
    """
    if not 1 <= len(identities) <= BATCH:
        raise ValueError(f"1 to {BATCH} papers can be asked for at once, not {len(identities)}")
    payload = {"ids": [f"ARXIV:{identity}" for identity in identities]}
    response = http.post(
        "/graph/v1/paper/batch", payload, {"fields": _FIELDS}, expect=[400], check=is_json
    )
    if response.status == 400:
        return _none_known(response, len(identities))
    rows = response.json
    if not isinstance(rows, list) or len(rows) != len(identities):
        raise SourceError(f"{response.place} did not answer paper by paper", permanent=False)
    return [_cited(row, identity) for row, identity in zip(rows, identities, strict=True)]


def _none_known(response: Response, requested: int) -> list[Cited | None]:
    """If all papers are unknown the status is 400, the same as for a wrong request."""
    if "no valid paper ids" in response.message.lower():
        return [None] * requested
    raise SourceError(f"{response.place} answered 400: {response.message}")


def _cited(row: object, identity: str) -> Cited | None:
    if not isinstance(row, dict):
        return None
    ids = row.get("externalIds")
    found = ids.get("ArXiv") if isinstance(ids, dict) else None
    if isinstance(found, str) and arxiv_id(found) != identity:
        _log.warning("Semantic Scholar answered with %s in place of %s.", found[:40], identity)
        return None
    count = row.get("citationCount")
    if type(count) is not int or not 0 <= count <= _MOST:
        return Cited((), row)
    return Cited((FetchedSignal("citations", count),), row)
