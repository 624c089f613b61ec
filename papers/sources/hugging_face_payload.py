"""The one reader of what Hugging Face sends about a paper: a row of a list, or a paper alone.

A row wraps a `paper` and repeats some of its keys beside it. Over the years keys came
(githubStars, submittedOnDailyAt, organization), moved between the two levels, and were left out
where they are zero: so each key is looked up on both levels, first in the paper.

A malformed value counts as absent, for ingest and for the API, which reads kept payloads of any
age. Ingest names it: see `left_out`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from papers.fetched import LONGEST_NAME, YEARS, web_url
from papers.sources import SourceError
from papers.sources.json_values import as_count, kind_of, shown
from papers.text.clean import clean, fold

_HOME: Final = "https://huggingface.co"  # avatars of people without a picture are relative to it
_DEEPEST: Final = 20  # levels of a linked model; real ones have four
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9])?", re.ASCII)
_OBJECT_ID: Final = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Account:
    """A person or an organisation at Hugging Face. `picture` is an address, or empty."""

    name: str
    fullname: str = ""
    picture: str = ""
    is_pro: bool | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class PayloadAuthor:
    """An author of a paper, with the account that claimed the paper, if one did."""

    name: str
    is_hidden: bool | None = None
    status: str | None = None
    status_changed_at: datetime | None = None
    account: Account | None = None


class HuggingFacePayload:
    """One payload; `HuggingFacePayload({})` has no values.

    A malformed value is None, and one of an array is left out; `left_out` has a reason for each
    that was read, with the number of the row.

    Args:
        row: its number from 0 as in the array. Then the payload must be a row that wraps a paper.

    Raises:
        SourceError: with `row`, when it is none.
    """

    def __init__(self, payload: object, *, row: int | None = None) -> None:
        self._row = row
        self._left_out: dict[str, None] = {}  # an ordered set: a value may be read twice
        if row is not None and not isinstance(payload, dict):
            raise self.error(f"an object was expected, not {kind_of(payload)}")
        self._outer: dict[str, Any] = payload if isinstance(payload, dict) else {}
        paper = self._outer.get("paper")
        if row is not None and not isinstance(paper, dict):
            raise self.error("paper is missing" if paper is None else "paper is not an object")
        self._inner: dict[str, Any] = paper if isinstance(paper, dict) else self._outer

    def error(self, reason: str) -> SourceError:
        """An error about this payload."""
        return SourceError(self._of_row(reason))

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(self._left_out)

    # ── values ───────────────────────────────────────────────────────────────

    @property
    def raw(self) -> dict[str, Any]:
        return self._outer

    def has(self, key: str) -> bool:
        """Whether there is a value other than null, zero or an empty one."""
        return bool(self._find(key))

    def is_missing(self, key: str) -> bool:
        """Whether there is no value at all, not even a malformed one."""
        return self._find(key) is None

    def text(self, key: str) -> str | None:
        """The text as it is, cleaned by its reader: a title in one line, a summary in several."""
        return self._typed(key, str, "text") or None

    def items(self, key: str) -> list[Any]:
        return self._typed(key, list, "an array") or []

    def texts(self, key: str, longest: int) -> list[str]:
        """The texts of an array, each in one line."""
        found = []
        for item in self.items(key):
            text = fold(item) if isinstance(item, str) else None
            if text is None or len(text) > longest:
                self.leave_out(f"{key}: {shown(item)} is no text of at most {longest} characters")
            elif text:
                found.append(text)
        return found

    def count(self, key: str) -> int | None:
        value = self._find(key)
        count = as_count(value)
        if count is None and value is not None:
            self.leave_out(f"{key} is not a count: {shown(value)}")
        return count

    def link(self, key: str) -> str | None:
        text = self.text(key)
        link = web_url(text or "") or None
        if text and text.strip() and not link:
            self.leave_out(f"{key} is no web address: {shown(text)}")
        return link

    def links(self, key: str) -> list[str] | None:
        found = [web_url(one) for one in self.items(key) if isinstance(one, str)]
        return [link for link in found if link] or None

    def objects(self, key: str) -> list[dict[str, Any]] | None:
        """Linked models and similar objects; None when the payload has no such list."""
        if not isinstance(self._find(key), list):
            return None
        found = [_cleaned(one) for one in self.items(key) if isinstance(one, dict)]
        return [one for one in found if one.get("id")]

    @property
    def discussion_id(self) -> str | None:
        text = self.text("discussionId")
        return text if text and _OBJECT_ID.fullmatch(text) else None

    # ── times ────────────────────────────────────────────────────────────────

    @property
    def published_at(self) -> datetime | None:
        """When the paper was published: only the paper's own key, see `row_published_at`."""
        return self._instant("publishedAt", self._inner.get("publishedAt"))

    @property
    def submitted_at(self) -> datetime | None:
        """When the paper was submitted to a daily list."""
        return self._instant("submittedOnDailyAt", self._find("submittedOnDailyAt"))

    @property
    def row_published_at(self) -> datetime | None:
        """`publishedAt` beside the paper: before 2025 this was the time of submission."""
        return None if self._inner is self._outer else _instant(self._outer.get("publishedAt"))

    @property
    def withdrawn_at(self) -> datetime | None:
        """When the paper was withdrawn; None for a value that is no time, which `has` finds."""
        return _instant(self._find("withdrawnAt"))

    # ── people ───────────────────────────────────────────────────────────────

    @property
    def authors(self) -> list[PayloadAuthor]:
        return list(self._authors())

    @property
    def submitter(self) -> Account | None:
        """The person who brought the paper to a daily list."""
        return account(self._outer.get("submittedBy")) or account(self._find("submittedOnDailyBy"))

    @property
    def organization(self) -> Account | None:
        return account(self._find("organization"))

    @property
    def organization_name(self) -> str:
        """Its full name, else the name of its account; empty when the paper has none.

        Not `submitterOrganization`: that is where the person works who brought it to the list.
        """
        found = self.organization
        return (found.fullname or found.name) if found else ""

    @property
    def organization_page(self) -> str:
        """Its page at Hugging Face; empty when its account has no name of an account."""
        found = self.organization
        return f"{_HOME}/{found.name}" if found and _ACCOUNT.fullmatch(found.name) else ""

    def _authors(self) -> Iterator[PayloadAuthor]:
        for author in self.items("authors"):
            values = author if isinstance(author, dict) else {"name": author}
            name = values.get("name")
            folded = fold(name) if isinstance(name, str) else None
            if folded is None:
                self.leave_out(f"an author's name is {kind_of(name)}, not text")
            elif len(folded) > LONGEST_NAME:
                self.leave_out(f"an author's name has {len(folded)} characters")
            elif folded:
                yield _author(folded, values)

    # ── lookup ───────────────────────────────────────────────────────────────

    def _find(self, key: str) -> Any:
        inner = self._inner.get(key)
        return self._outer.get(key) if inner is None else inner

    def _typed(self, key: str, wanted: type[Any], name: str) -> Any:
        value = self._find(key)
        if value is None or isinstance(value, wanted):
            return value
        self.leave_out(f"paper.{key} is {kind_of(value)}, not {name}")
        return None

    def _instant(self, key: str, value: object) -> datetime | None:
        found = _instant(value)
        if found is None and value is not None:
            self.leave_out(f"{key} is not a time: {shown(value)}")
        return found

    def leave_out(self, reason: str) -> None:
        """Note that a value is left out."""
        self._left_out[self._of_row(reason)] = None

    def _of_row(self, reason: str) -> str:
        return reason if self._row is None else f"row {self._row}: {reason}"


def account(value: object) -> Account | None:
    """An account, with its name as `user` or as `name`; None without a name."""
    if not isinstance(value, dict):
        return None
    name = _text(value.get("user")) or _text(value.get("name"))
    if not name:
        return None
    return Account(
        name=name,
        fullname=_text(value.get("fullname")),
        picture=_picture(value),
        is_pro=_flag(value.get("isPro")),
        type=_text(value.get("type")) or None,
    )


def _author(name: str, values: Mapping[str, Any]) -> PayloadAuthor:
    return PayloadAuthor(
        name=name,
        is_hidden=_flag(values.get("hidden")),
        status=_text(values.get("status")) or None,
        status_changed_at=_instant(values.get("statusLastChangedAt")),
        account=account(values.get("user")),
    )


def _instant(value: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(value if isinstance(value, str) else "")
        instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant.year in YEARS else None


def _picture(values: Mapping[str, Any]) -> str:
    address = _text(values.get("avatarUrl")) or _text(values.get("avatar"))
    return web_url(_HOME + address if address.startswith("/") else address)


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _cleaned(value: Any, levels: int = _DEEPEST) -> Any:
    """A JSON value with each text in it cleaned; what is nested too deeply becomes null."""
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, dict | list):
        return value
    if not levels:
        return None
    if isinstance(value, list):
        return [_cleaned(one, levels - 1) for one in value]
    return {clean(key): _cleaned(one, levels - 1) for key, one in value.items()}


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
