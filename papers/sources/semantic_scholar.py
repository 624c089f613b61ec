"""Semantic Scholar: citations of many papers in one question, and a summary in one sentence.

Without a key all the world shares one allowance, and more than half of the questions are
refused: so few are asked, each for up to 500 papers, and a refusal ends the run without fuss.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.conf import settings

from papers.fetched import FetchedSignal, arxiv_id
from papers.sources import SourceError
from papers.sources.http import Answer, Clock, Http, Limits, is_json

SOURCE: Final = "semantic_scholar"
BATCH: Final = 500  # papers, the most that one question may name
_FIELDS: Final = "externalIds,title,citationCount,influentialCitationCount,tldr,publicationDate"
_APART: Final = 1.1  # seconds: a key allows one question a second
_MOST: Final = 10**9
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cited:
    """What is known of one paper there. Without a count of citations there is no signal."""

    signals: tuple[FetchedSignal, ...]
    raw: dict[str, Any]


def connect(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The way to Semantic Scholar, as the settings have it."""
    key = settings.SEMANTIC_SCHOLAR_KEY
    headers = {"x-api-key": key} if key else {}
    limits = replace(limits or Limits(), apart=_APART)
    return Http(
        settings.SEMANTIC_SCHOLAR_URL, headers=headers, secrets=[key], limits=limits, clock=clock
    )


def cited(http: Http, identities: Sequence[str]) -> list[Cited | None]:
    """What is known of each paper, by arXiv id and in the order asked; None: it is unknown.

    Raises:
        SourceError: no answer, or one that does not match the question.
    """
    if not 1 <= len(identities) <= BATCH:
        raise ValueError(f"1 to {BATCH} papers can be asked for at once, not {len(identities)}")
    question = {"ids": [f"ARXIV:{identity}" for identity in identities]}
    answer = http.post(
        "/graph/v1/paper/batch", question, {"fields": _FIELDS}, expect=[400], check=is_json
    )
    if answer.status == 400:
        return _none_known(answer, len(identities))
    rows = answer.json
    if not isinstance(rows, list) or len(rows) != len(identities):
        raise SourceError(f"{answer.place} did not answer paper by paper", permanent=False)
    return [_cited(row, identity) for row, identity in zip(rows, identities, strict=True)]


def _none_known(answer: Answer, asked: int) -> list[Cited | None]:
    """Of papers that are all unknown it says 400, as it does of a wrong question."""
    if "no valid paper ids" in answer.message.lower():
        return [None] * asked
    raise SourceError(f"{answer.place} answered 400: {answer.message}")


def _cited(row: object, identity: str) -> Cited | None:
    if not isinstance(row, dict):
        return None
    named = row.get("externalIds")
    told = named.get("ArXiv") if isinstance(named, dict) else None
    if isinstance(told, str) and arxiv_id(told) != identity:
        _log.warning("Asked for %s, Semantic Scholar told of %s.", identity, told[:40])
        return None
    count = row.get("citationCount")
    if type(count) is not int or not 0 <= count <= _MOST:
        return Cited((), row)
    return Cited((FetchedSignal("citations", count),), row)
