"""Hugging Face's daily papers: requests for them, and parsing responses of any age.

A response is an array of rows. Only the id and the title are required in a row: a row without
them is left out, and of any other row what is malformed. When most rows are left out, the response
is refused as a whole.

An author who is `hidden` has only removed the paper from their own profile there. They still
wrote it, so they stay in the list. A paper with `withdrawnAt` comes as a withdrawn one.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings

from papers.fetched import LONGEST_KEYWORD, FetchedPaper, FetchedSignal, SignalKind
from papers.sources import SourceError
from papers.sources.http import Clock, Http, Limits, Service, is_json
from papers.sources.hugging_face_payload import HuggingFacePayload
from papers.sources.json_values import decode_json, kind_of, shown
from papers.sources.parsed import Parsed, refuse_if_most
from papers.text.arxiv_ids import arxiv_id
from papers.text.clean import fold
from papers.text.names import names_of
from papers.text.titles import LONGEST_TITLE, title_key
from web.storable import storable

SOURCE: Final = "hugging_face"
_PAGE: Final = 100  # rows, the most in one response
_MOST_PAGES: Final = 20  # a list has some twenty rows; this ends a list without an end
_LONGEST_REASON: Final = 200
_log = logging.getLogger(__name__)


def connect(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The client for Hugging Face, built from the settings."""
    token = settings.HUGGING_FACE_TOKEN
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Http(Service(settings.HUGGING_FACE_URL, headers, [token]), limits, clock)


def daily(http: Http, day: date, *, today: date) -> Parsed[FetchedPaper]:
    """The list of `day`, in its order. Empty on most weekends, and before today's is opened.

    Raises:
        SourceError: no response, or one of which most cannot be read.
    """
    rows: list[object] = []
    for page in range(_MOST_PAGES):
        params: dict[str, str | int] = {"date": day.isoformat(), "limit": _PAGE, "p": page}
        response = http.get("/api/daily_papers", params, expect=[400], check=is_json)
        if response.status == 400 and day >= today:
            return Parsed()  # a day that has not begun there is refused like a wrong date
        if response.status == 400:
            raise SourceError(f"{response.place} refused the day {day}: {response.message}")
        found = response.json
        if not isinstance(found, list):
            return normalise(found, day, today)
        rows += found
        if len(found) < _PAGE:
            break
    parsed = normalise(rows, day, today)
    # A row may name the day of an earlier list that showed the paper too.
    return Parsed((replace(paper, listed_on=day) for paper in parsed), parsed.left_out)


def detail(http: Http, identity: str, listed_on: date) -> FetchedPaper | None:
    """One paper by its arXiv id, withdrawn or not; None when it is not indexed there.

    Unlike a list it counts linked models, datasets and spaces, and leaves out comments.
    `listed_on` is the day for a paper that was on no daily list there.
    """
    response = http.get(f"/api/papers/{identity}", expect=[404], check=is_json)
    if response.status == 404:
        return None
    found = response.json
    for paper in normalise([{"paper": found}], listed_on):
        if paper.arxiv_id != identity:
            raise SourceError(f"{response.place} answered with another paper, {paper.arxiv_id}")
        payload = HuggingFacePayload(found)
        kept = (signal for signal in paper.signals if signal.kind != "position")
        return replace(
            paper,
            is_listing=payload.submitted_at is not None,
            signals=(*kept, *_artefacts(payload)),
        )
    return None


def _artefacts(payload: HuggingFacePayload) -> Iterator[FetchedSignal]:
    counts = [payload.count(f"numTotal{kind}") for kind in ("Models", "Datasets", "Spaces")]
    if known := [count for count in counts if count is not None]:
        yield FetchedSignal("artefacts", sum(known))


def parse(text: str, day: date | None = None, today: date | None = None) -> Parsed[FetchedPaper]:
    """The papers of a recorded response, in its order.

    Args:
        day: of rows without a day, or with one that cannot be read.
        today: a later day than tomorrow cannot be that of a row.

    Raises:
        SourceError: not a response of this service, or most of its rows cannot be read; names the
            line, or rows and keys.
    """
    try:
        rows = decode_json(text)
    except json.JSONDecodeError as error:
        raise SourceError(_why_not_json(text, error), line=error.lineno) from error
    except ValueError as error:  # 5,000 brackets that are never closed
        raise SourceError(f"not JSON that can be read: {error}", line=1) from error
    return normalise(rows, day, today)


def normalise(
    rows: object, day: date | None = None, today: date | None = None
) -> Parsed[FetchedPaper]:
    """The same for a response that is decoded already.

    Raises:
        SourceError: as above, without a line.
    """
    if isinstance(rows, dict) and "error" in rows:
        reason = fold(str(rows["error"]))[:_LONGEST_REASON]
        raise SourceError(f"the service answered with an error: {reason}")
    if not isinstance(rows, list):
        raise SourceError(f"an array of rows was expected, not {kind_of(rows)}")
    papers, left_out = list[FetchedPaper](), list[str]()
    latest = today + timedelta(days=1) if today else date.max
    for index, row in enumerate(rows):
        try:
            papers.append(_paper(HuggingFacePayload(row, row=index), index + 1, day, latest))
        except SourceError as error:
            left_out.append(error.reason)
    refuse_if_most(left_out, len(papers))
    return Parsed(papers, left_out)


def day_in_name(name: str) -> date | None:
    """The date in the name of a recording: 2024-05-27 of "daily-2024-05-27.json"."""
    for found in re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", name):
        try:
            return date.fromisoformat(found)
        except ValueError:
            continue
    return None


def _paper(
    payload: HuggingFacePayload, position: int, day: date | None, latest: date
) -> FetchedPaper:
    """The paper of a row.

    Raises:
        SourceError: the row has no id of arXiv, no title or no day.
    """
    identity = _identity(payload)
    if payload.has("withdrawnAt"):
        _log.info("Row %d, %s, was withdrawn.", position - 1, identity)
        return _withdrawn(payload, identity, day)
    paper = FetchedPaper(
        title=_title(payload),
        arxiv_id=identity,
        is_withdrawn=False,
        authors=names_of(author.name for author in payload.authors),
        summary=payload.text("summary") or "",
        short_summary=payload.text("ai_summary") or "",
        organization=payload.organization_name,
        organization_url=payload.organization_page,
        keywords=tuple(payload.texts("ai_keywords", LONGEST_KEYWORD)),
        published_on=_day(payload.published_at),
        code_url=payload.link("githubRepo") or "",
        project_url=payload.link("projectPage") or "",
        listed_on=_listed_on(payload, day, latest),
        signals=(*_signals(payload), FetchedSignal("position", position)),
        raw=storable(payload.raw),
    )
    return replace(paper, left_out=(*payload.left_out, *paper.left_out))


def _withdrawn(payload: HuggingFacePayload, identity: str, day: date | None) -> FetchedPaper:
    """A withdrawn paper, of which only the id and the day count: the rest may be emptied there."""
    withdrawn_on = _day(payload.withdrawn_at)
    listed_on = day or withdrawn_on or date.min
    try:
        title = _title(payload)
    except SourceError:
        title = identity
    return FetchedPaper(
        title=title,
        arxiv_id=identity,
        is_withdrawn=True,
        withdrawn_on=withdrawn_on,
        listed_on=listed_on,
        raw=payload.raw,
    )


def _identity(payload: HuggingFacePayload) -> str:
    text = fold(_required(payload, "id"))
    if text.isascii() and (identity := arxiv_id(text)):
        return identity
    raise payload.error(f"paper.id is not an arXiv id: {shown(text)}")


def _title(payload: HuggingFacePayload) -> str:
    title = fold(_required(payload, "title"))
    if len(title) > LONGEST_TITLE or not title_key(title):
        raise payload.error(f"paper.title is not a title: {title[:60]!r}")
    return title


def _required(payload: HuggingFacePayload, key: str) -> str:
    if text := payload.text(key):
        return text
    # The reason why it is not text, if it is there.
    raise SourceError(next(iter(payload.left_out), payload.error(f"paper.{key} is missing").reason))


def _listed_on(payload: HuggingFacePayload, day: date | None, latest: date) -> date:
    own = _day(payload.submitted_at)
    if own and own > latest:
        payload.leave_out(f"submittedOnDailyAt is in the future: {own}")
        own = None
    if found := own or day:
        return found
    raise payload.error("submittedOnDailyAt is missing, so name the day: --day")


def _day(instant: datetime | None) -> date | None:
    return instant.date() if instant else None


def _signals(payload: HuggingFacePayload) -> Iterator[FetchedSignal]:
    # Responses leave out upvotes that are zero. Missing stars or comments are unknown, and so is
    # each number that is malformed.
    if payload.is_missing("upvotes"):
        yield FetchedSignal("upvotes", 0)
    others: tuple[tuple[SignalKind, str], ...] = (
        ("upvotes", "upvotes"),
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
