"""Semantic Scholar: citations of many papers in one request, and a summary in one sentence.

All clients without a key share one quota, and more than half of their requests are refused: so
there are few requests, each for up to 500 papers, and a refusal ends the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.conf import settings

from papers.fetched import YEARS, FetchedPaper, FetchedSignal
from papers.sources import SourceError
from papers.sources.http import Clock, Http, Limits, Response, Service, is_json
from papers.sources.json_values import as_count, kind_of, shown
from papers.sources.parsed import Parsed, refuse_if_most
from papers.text.arxiv_ids import arxiv_id
from papers.text.summaries.short import short_summary
from papers.text.titles import title_key

SOURCE: Final = "semantic_scholar"
BATCH: Final = 500  # papers, the most in one request
_FIELDS: Final = "externalIds,title,citationCount,influentialCitationCount,tldr,publicationDate"
_DESCRIPTION: Final = "externalIds,title,abstract,authors,publicationDate,year"
_APART: Final = 1.1  # seconds: a key allows one request a second


@dataclass(frozen=True, slots=True)
class Cited:
    """What the service has about one paper. Without a count of citations there is no signal.

    `summary` is its "tldr", a sentence of a model, fit to be shown; empty without one. `left_out`
    says what of the row could not be used.
    """

    signals: tuple[FetchedSignal, ...]
    raw: dict[str, Any]
    summary: str = ""
    left_out: tuple[str, ...] = ()


def connect(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The client for Semantic Scholar, built from the settings."""
    key = settings.SEMANTIC_SCHOLAR_KEY
    headers = {"x-api-key": key} if key else {}
    limits = replace(limits or Limits(), apart=_APART)
    return Http(Service(settings.SEMANTIC_SCHOLAR_URL, headers, [key]), limits, clock)


def cited(http: Http, identities: Sequence[str]) -> Parsed[Cited | None]:
    """The citations of each paper, by arXiv id and in the order of `identities`.

    None: the service does not know it, or its row is left out.

    Raises:
        SourceError: no response, or one that does not match the request, or most rows of which
            cannot be read.
    """
    if not 1 <= len(identities) <= BATCH:
        raise ValueError(f"1 to {BATCH} papers can be asked for at once, not {len(identities)}")
    payload = {"ids": [f"ARXIV:{identity}" for identity in identities]}
    response = http.post(
        "/graph/v1/paper/batch", payload, {"fields": _FIELDS}, expect=[400], check=is_json
    )
    if response.status == 400:
        return Parsed(_none_known(response, len(identities)))
    rows = response.json
    if not isinstance(rows, list) or len(rows) != len(identities):
        raise SourceError(f"{response.place} did not answer paper by paper", permanent=False)
    found, left_out = list[Cited | None](), list[str]()
    for row, identity in zip(rows, identities, strict=True):
        reason = _why_left_out(row, identity)
        left_out += [reason] if reason else []
        found.append(_cited(row, identity) if isinstance(row, dict) and not reason else None)
    known = sum(row is not None for row in rows)
    refuse_if_most(left_out, known - len(left_out), permanent=False)
    return Parsed(found, left_out)


def described(http: Http, dois: Sequence[str]) -> Parsed[dict[str, Any] | None]:
    """The row of each paper, by DOI and in the order of `dois`. None: the service has none.

    Raises:
        SourceError: no response, or one that does not match the request.
    """
    if not 1 <= len(dois) <= BATCH:
        raise ValueError(f"1 to {BATCH} papers can be asked for at once, not {len(dois)}")
    payload = {"ids": [f"DOI:{doi}" for doi in dois]}
    response = http.post(
        "/graph/v1/paper/batch", payload, {"fields": _DESCRIPTION}, expect=[400], check=is_json
    )
    if response.status == 400:
        return Parsed(_none_known(response, len(dois)))
    rows = response.json
    if not isinstance(rows, list) or len(rows) != len(dois):
        raise SourceError(f"{response.place} did not answer paper by paper", permanent=False)
    kept = [row if isinstance(row, dict) and _title(row) else None for row in rows]
    pairs = zip(dois, rows, kept, strict=True)
    left_out = [f"{doi}: without a title" for doi, row, one in pairs if row is not None and not one]
    return Parsed(kept, left_out)


def arxiv_id_of(row: dict[str, Any]) -> str | None:
    """The arXiv id of a described paper, if it has one."""
    ids = row.get("externalIds")
    found = ids.get("ArXiv") if isinstance(ids, dict) else None
    return arxiv_id(found) if isinstance(found, str) else None


def fetched(row: dict[str, Any], today: date) -> FetchedPaper:
    """A described paper in the form of all sources, on no list."""
    day = _day(row.get("publicationDate"))
    authors = row.get("authors")
    names = [one.get("name") for one in authors or () if isinstance(one, dict)]
    abstract = row.get("abstract")
    return FetchedPaper(
        title=_title(row),
        authors=tuple(name for name in names if isinstance(name, str)),
        summary=abstract if isinstance(abstract, str) else "",
        published_on=day,
        listed_on=day or today,
        is_listing=False,
        is_unlisted=True,
        raw=row,
    )


def _title(row: dict[str, Any]) -> str:
    """Its title; empty without one that identifies a paper."""
    title = row.get("title")
    return title if isinstance(title, str) and title_key(title) else ""


def _day(value: object) -> date | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


def _none_known(response: Response, requested: int) -> list[Any]:
    """If all papers are unknown the status is 400, the same as for a wrong request."""
    if "no valid paper ids" in response.message.lower():
        return [None] * requested
    raise SourceError(f"{response.place} answered 400: {response.message}")


def _why_left_out(row: object, identity: str) -> str:
    """Why a row is left out; empty when it is not, or when it is null: the paper is unknown."""
    if row is None:
        return ""
    if not isinstance(row, dict):
        return f"{identity}: an object was expected, not {kind_of(row)}"
    ids = row.get("externalIds")
    found = ids.get("ArXiv") if isinstance(ids, dict) else None
    if isinstance(found, str) and arxiv_id(found) != identity:
        return f"{identity}: the answer is about {shown(found)}"
    return ""


def _cited(row: dict[str, Any], identity: str) -> Cited:
    value, summary = row.get("citationCount"), _summary(row)
    if (count := as_count(value)) is not None:
        return Cited((FetchedSignal("citations", count),), row, summary)
    malformed = f"{identity}: citationCount is not a count: {shown(value)}"
    return Cited((), row, summary, () if value is None else (malformed,))


def _summary(row: dict[str, Any]) -> str:
    tldr, title = row.get("tldr"), row.get("title")
    text = tldr.get("text") if isinstance(tldr, dict) else None
    return (
        short_summary(text, title if isinstance(title, str) else "")
        if isinstance(text, str)
        else ""
    )
