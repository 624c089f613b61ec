"""Hugging Face's daily papers: requests for them, and parsing responses of any age.

A response is an array of rows. Only the id and the title are required in a row.

An author who is `hidden` has only removed the paper from their own profile there. They still
wrote it, so they stay in the list. A paper with `withdrawnAt` is left out.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final, NoReturn

from django.conf import settings

from papers.fetched import FetchedPaper, FetchedSignal, SignalKind
from papers.sources import SourceError
from papers.sources.http import Clock, Http, Limits, Service, is_json
from papers.sources.hugging_face_payload import HuggingFacePayload, kind_of
from papers.text.arxiv_ids import arxiv_id
from papers.text.clean import fold, fold_paragraphs
from papers.text.names import names_of
from papers.text.titles import LONGEST_TITLE, title_key

SOURCE: Final = "hugging_face"
_PAGE: Final = 100  # rows, the most in one response
_MOST_PAGES: Final = 20  # a list has some twenty rows; this ends a list without an end
_LONGEST_KEYWORD: Final = 120
_log = logging.getLogger(__name__)


def connect(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The client for Hugging Face, built from the settings."""
    token = settings.HUGGING_FACE_TOKEN
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Http(Service(settings.HUGGING_FACE_URL, headers, [token]), limits, clock)


def daily(http: Http, day: date, *, today: date) -> list[FetchedPaper]:
    """The list of `day`, in its order. Empty on most weekends, and before today's is opened.

    Raises:
        SourceError: no response, or one that cannot be read.
    """
    rows: list[object] = []
    for page in range(_MOST_PAGES):
        params: dict[str, str | int] = {"date": day.isoformat(), "limit": _PAGE, "p": page}
        response = http.get("/api/daily_papers", params, expect=[400], check=is_json)
        if response.status == 400 and day >= today:
            return []  # a day that has not begun there is refused like a wrong date
        if response.status == 400:
            raise SourceError(f"{response.place} refused the day {day}: {response.message}")
        found = response.json
        if not isinstance(found, list):
            return normalise(found, day)
        rows += found
        if len(found) < _PAGE:
            break
    return normalise(rows, day)


def detail(http: Http, identity: str, listed_on: date) -> FetchedPaper | None:
    """One paper by its arXiv id; None when it is not indexed there, or was withdrawn.

    Unlike a list it counts linked models, datasets and spaces, and leaves out comments.
    `listed_on` is the day for a response without a day.
    """
    response = http.get(f"/api/papers/{identity}", expect=[404], check=is_json)
    if response.status == 404:
        return None
    found = response.json
    for paper in normalise([{"paper": found}], listed_on):
        if paper.arxiv_id != identity:
            raise SourceError(f"{response.place} answered with another paper, {paper.arxiv_id}")
        kept = (signal for signal in paper.signals if signal.kind != "position")
        return replace(paper, signals=(*kept, *_artefacts(HuggingFacePayload(found))))
    return None


def _artefacts(payload: HuggingFacePayload) -> Iterator[FetchedSignal]:
    counts = [payload.count(f"numTotal{kind}") for kind in ("Models", "Datasets", "Spaces")]
    if known := [count for count in counts if count is not None]:
        yield FetchedSignal("artefacts", sum(known))


def parse(text: str, day: date | None = None) -> list[FetchedPaper]:
    """The papers of a recorded response, in its order. `day` is for rows without a day.

    Raises:
        SourceError: not a response of this service; names the line, or the row and the key.
    """
    try:
        rows = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise SourceError(_why_not_json(text, error), line=error.lineno) from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 5,000 brackets
        raise SourceError(f"not JSON that can be read: {error}", line=1) from error
    return normalise(rows, day)


def normalise(rows: object, day: date | None = None) -> list[FetchedPaper]:
    """The same for a response that is decoded already.

    Raises:
        SourceError: as above, without a line.
    """
    if isinstance(rows, dict) and "error" in rows:
        raise SourceError(f"the service answered with an error: {rows['error']}")
    if not isinstance(rows, list):
        raise SourceError(f"an array of rows was expected, not {kind_of(rows)}")
    papers = (
        _paper(HuggingFacePayload(row, row=index), index + 1, day) for index, row in enumerate(rows)
    )
    return [paper for paper in papers if paper is not None]


def day_in_name(name: str) -> date | None:
    """The date in the name of a recording: 2024-05-27 of "daily-2024-05-27.json"."""
    for found in re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", name):
        try:
            return date.fromisoformat(found)
        except ValueError:
            continue
    return None


def _paper(payload: HuggingFacePayload, position: int, day: date | None) -> FetchedPaper | None:
    """The paper of a row; None when it was withdrawn."""
    identity, title = _identity(payload), _title(payload)
    if payload.has("withdrawnAt"):
        _log.info("Row %d, %s, was withdrawn and is left out.", position - 1, identity)
        return None
    return FetchedPaper(
        title=title,
        arxiv_id=identity,
        authors=names_of(author.name for author in payload.authors),
        summary=fold_paragraphs(payload.text("summary") or ""),
        keywords=tuple(_keywords(payload)),
        published_on=_day(payload.published_at),
        code_url=payload.link("githubRepo") or "",
        project_url=payload.link("projectPage") or "",
        listed_on=_listed_on(payload, day),
        signals=(*_signals(payload), FetchedSignal("position", position)),
        raw=payload.raw,
    )


def _identity(payload: HuggingFacePayload) -> str:
    text = payload.text("id")
    if not text:
        raise payload.error("paper.id is missing")
    if identity := arxiv_id(text):
        return identity
    raise payload.error(f"paper.id is not an arXiv id: {text!r}")


def _title(payload: HuggingFacePayload) -> str:
    title = fold(payload.text("title") or "")
    if not title:
        raise payload.error("paper.title is missing")
    if len(title) > LONGEST_TITLE or not title_key(title):
        raise payload.error(f"paper.title is not a title: {title[:60]!r}")
    return title


def _keywords(payload: HuggingFacePayload) -> Iterator[str]:
    for keyword in payload.items("ai_keywords"):
        if isinstance(keyword, str) and 0 < len(folded := fold(keyword)) <= _LONGEST_KEYWORD:
            yield folded


def _listed_on(payload: HuggingFacePayload, day: date | None) -> date:
    if own := _day(payload.submitted_at) or day:
        return own
    raise payload.error("submittedOnDailyAt is missing, so name the day: --day")


def _day(instant: datetime | None) -> date | None:
    return instant.date() if instant else None


def _signals(payload: HuggingFacePayload) -> Iterator[FetchedSignal]:
    # Responses leave out upvotes that are zero. Missing stars or comments are unknown.
    yield FetchedSignal("upvotes", payload.count("upvotes") or 0)
    others: tuple[tuple[SignalKind, str], ...] = (
        ("comments", "numComments"),
        ("stars", "githubStars"),
    )
    for kind, key in others:
        if (count := payload.count(key)) is not None:
            yield FetchedSignal(kind, count)


def _why_not_json(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip():
        return "the file is empty; an answer without papers is []"
    if text.lstrip().startswith("<"):
        return "this is HTML, perhaps an error page, and not JSON"
    return f"not JSON: {error.msg} (column {error.colno})"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
