"""Hugging Face's daily papers: asking for them, and reading answers of any age.

An answer is an array of rows; a row wraps a `paper` and repeats some of its keys beside it.
Over the years keys came (githubStars, submittedOnDailyAt, organization), moved between the
two levels, and were left out where they are zero: so each key is looked up on both levels,
first in the paper, and none but the id and the title has to be there.

An author who is `hidden` has only taken the paper off their own profile there; they wrote it
all the same and stay in the list. A paper with `withdrawnAt` is left out.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final, NoReturn

from django.conf import settings

from papers.fetched import (
    LONGEST_TITLE,
    FetchedPaper,
    FetchedSignal,
    SignalKind,
    arxiv_id,
    fold,
    fold_paragraphs,
    title_key,
    web_url,
)
from papers.sources import SourceError
from papers.sources.http import Clock, Http, Limits, is_json

SOURCE: Final = "hugging_face"
_PAGE: Final = 100  # rows, the most that one answer holds
_MOST_PAGES: Final = 20  # a list has some twenty rows; a server that never ends has more
_LONGEST_KEYWORD: Final = 120
_MOST: Final = 10**12  # no count of anything there comes near it
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL stores neither in text nor in JSON
_log = logging.getLogger(__name__)


def connect(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The way to Hugging Face, as the settings have it."""
    token = settings.HUGGING_FACE_TOKEN
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Http(
        settings.HUGGING_FACE_URL, headers=headers, secrets=[token], limits=limits, clock=clock
    )


def daily(http: Http, day: date, *, today: date) -> list[FetchedPaper]:
    """The list of `day`, in its order. Empty on most weekends, and before today's is opened.

    Raises:
        SourceError: no answer, or one that cannot be read.
    """
    rows: list[object] = []
    for page in range(_MOST_PAGES):
        params: dict[str, str | int] = {"date": day.isoformat(), "limit": _PAGE, "p": page}
        answer = http.get("/api/daily_papers", params, expect=[400], check=is_json)
        if answer.status == 400 and day >= today:
            return []  # a day that has not begun over there is refused like a wrong date
        if answer.status == 400:
            raise SourceError(f"{answer.place} refused the day {day}: {answer.message}")
        found = answer.json
        if not isinstance(found, list):
            return normalise(found, day)
        rows += found
        if len(found) < _PAGE:
            break
    return normalise(rows, day)


def detail(http: Http, identity: str, listed_on: date) -> FetchedPaper | None:
    """One paper by its arXiv id; None when it is not indexed there, or was withdrawn.

    Unlike a list it counts linked models, datasets and spaces, and leaves out comments.
    `listed_on` is the day for an answer that names none.
    """
    answer = http.get(f"/api/papers/{identity}", expect=[404], check=is_json)
    if answer.status == 404:
        return None
    found = answer.json
    for paper in normalise([{"paper": found}], listed_on):
        if paper.arxiv_id != identity:
            raise SourceError(f"{answer.place} answered with another paper, {paper.arxiv_id}")
        kept = (signal for signal in paper.signals if signal.kind != "position")
        return replace(paper, signals=(*kept, *_artefacts(found)))
    return None


def _artefacts(detail: dict[str, Any]) -> Iterator[FetchedSignal]:
    keys = ("numTotalModels", "numTotalDatasets", "numTotalSpaces")
    counts = [detail[key] for key in keys if type(detail.get(key)) is int]
    if counts and 0 <= sum(counts) <= _MOST:
        yield FetchedSignal("artefacts", sum(counts))


def parse(text: str, day: date | None = None) -> list[FetchedPaper]:
    """The papers of a recorded answer, in its order. `day` is that of rows that name none.

    Raises:
        SourceError: not an answer of this service; names the line, or the row and the key.
    """
    try:
        rows = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise SourceError(_why_not_json(text, error), line=error.lineno) from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 5,000 brackets
        raise SourceError(f"not JSON that can be read: {error}", line=1) from error
    return normalise(rows, day)


def normalise(answer: object, day: date | None = None) -> list[FetchedPaper]:
    """The same for an answer that is decoded already.

    Raises:
        SourceError: as above, without a line.
    """
    if isinstance(answer, dict) and "error" in answer:
        raise SourceError(f"the service answered with an error: {answer['error']}")
    if not isinstance(answer, list):
        raise SourceError(f"an array of rows was expected, not {_kind(answer)}")
    papers = (_Row(index, row).paper(day) for index, row in enumerate(answer))
    return [paper for paper in papers if paper is not None]


def day_in_name(name: str) -> date | None:
    """The date in the name of a recording: 2024-05-27 of "daily-2024-05-27.json"."""
    for found in re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", name):
        try:
            return date.fromisoformat(found)
        except ValueError:
            continue
    return None


class _Row:
    """One row of the answer. Its number, from 0 as in the array, is in every error."""

    def __init__(self, index: int, row: object) -> None:
        self._index = index
        if not isinstance(row, dict):
            self._fail(f"an object was expected, not {_kind(row)}")
        self._outer: dict[str, Any] = row
        paper = row.get("paper")
        if not isinstance(paper, dict):
            self._fail("paper is missing" if paper is None else "paper is not an object")
        self._inner: dict[str, Any] = paper
        if any(map(_UNSTORABLE.search, _strings(row))):
            self._fail("a NUL or half a surrogate pair in its text")

    def paper(self, day: date | None) -> FetchedPaper | None:
        """What the row tells; None for a paper that was withdrawn."""
        identity, title = self._identity(), self._title()
        if self._find("withdrawnAt"):
            _log.info("Row %d, %s, was withdrawn and is left out.", self._index, identity)
            return None
        return FetchedPaper(
            title=title,
            arxiv_id=identity,
            authors=tuple(self._authors()),
            summary=fold_paragraphs(self._text("summary")),
            keywords=tuple(self._keywords()),
            published_on=self._published_on(),
            code_url=web_url(self._text("githubRepo")),
            project_url=web_url(self._text("projectPage")),
            listed_on=self._listed_on(day),
            signals=tuple(self._signals()),
            raw=self._outer,
        )

    def _identity(self) -> str:
        text = self._text("id") or self._fail("paper.id is missing")
        return arxiv_id(text) or self._fail(f"paper.id is not an arXiv id: {text!r}")

    def _title(self) -> str:
        title = fold(self._text("title")) or self._fail("paper.title is missing")
        if len(title) > LONGEST_TITLE or not title_key(title):
            self._fail(f"paper.title is not a title: {title[:60]!r}")
        return title

    def _authors(self) -> Iterator[str]:
        for author in self._list("authors"):
            name = author.get("name") if isinstance(author, dict) else author
            if not isinstance(name, str):
                self._fail("an author has no name")
            if folded := fold(name):
                yield folded

    def _keywords(self) -> Iterator[str]:
        for keyword in self._list("ai_keywords"):
            if isinstance(keyword, str) and 0 < len(folded := fold(keyword)) <= _LONGEST_KEYWORD:
                yield folded

    def _published_on(self) -> date | None:
        # Only the paper's own: beside it, the key once meant when the row was submitted.
        return self._day(self._inner.get("publishedAt"), "publishedAt")

    def _listed_on(self, day: date | None) -> date:
        own = self._day(self._find("submittedOnDailyAt"), "submittedOnDailyAt")
        return own or day or self._fail("submittedOnDailyAt is missing, so name the day: --day")

    def _signals(self) -> Iterator[FetchedSignal]:
        # Answers leave out upvotes that are zero. Of stars and comments silence says nothing.
        yield FetchedSignal("upvotes", self._count("upvotes") or 0)
        others: tuple[tuple[SignalKind, str], ...] = (
            ("comments", "numComments"),
            ("stars", "githubStars"),
        )
        for kind, key in others:
            if (count := self._count(key)) is not None:
                yield FetchedSignal(kind, count)
        yield FetchedSignal("position", self._index + 1)

    def _find(self, key: str) -> Any:
        inner = self._inner.get(key)
        return self._outer.get(key) if inner is None else inner

    def _text(self, key: str) -> str:
        return self._typed(key, str, "text") or ""

    def _list(self, key: str) -> list[Any]:
        return self._typed(key, list, "an array") or []

    def _typed(self, key: str, wanted: type[Any], name: str) -> Any:
        value = self._find(key)
        if value is not None and not isinstance(value, wanted):
            self._fail(f"paper.{key} is {_kind(value)}, not {name}")
        return value

    def _count(self, key: str) -> int | None:
        value = self._find(key)
        if value is None:
            return None
        if type(value) is not int or not 0 <= value <= _MOST:
            self._fail(f"{key} is not a count: {str(value)[:40]!r}")
        return value

    def _day(self, value: object, key: str) -> date | None:
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self._fail(f"{key} is not a time: {str(value)[:40]!r}")
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()

    def _fail(self, reason: str) -> NoReturn:
        raise SourceError(f"row {self._index}: {reason}")


def _strings(value: object) -> Iterator[str]:
    """Every string inside a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _kind(value: object) -> str:
    names: dict[type, str] = {
        dict: "an object", list: "an array", str: "text", bool: "true or false", type(None): "null",
    }  # fmt: skip
    return names.get(type(value), "a number")


def _why_not_json(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip():
        return "the file is empty; an answer without papers is []"
    if text.lstrip().startswith("<"):
        return "this is HTML, perhaps an error page, and not JSON"
    return f"not JSON: {error.msg} (column {error.colno})"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
