"""The one reader of what Hugging Face sends about a paper: a row of a list, or a paper alone.

A row wraps a `paper` and repeats some of its keys beside it. Over the years keys came
(githubStars, submittedOnDailyAt, organization), moved between the two levels, and were left out
where they are zero: so each key is looked up on both levels, first in the paper.

The payload is read twice. Ingest reads it strictly: a malformed row must be seen and named. The
API reads kept payloads of any age leniently: a malformed value counts as absent there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from papers.fetched import web_url
from papers.sources import SourceError
from papers.text.clean import fold
from web.storable import storable

_HOME: Final = "https://huggingface.co"  # avatars of people without a picture are relative to it
_MOST: Final = 10**12  # no count of anything there comes near it
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

    With `row`, the number of the row from 0 as in the array, it is read strictly: a malformed
    value raises a SourceError with that number. Without it a malformed value is None.
    """

    def __init__(self, payload: object, *, row: int | None = None) -> None:
        self._row = row
        if not isinstance(payload, dict):
            self._malformed(f"an object was expected, not {kind_of(payload)}")
        self._outer: dict[str, Any] = payload if isinstance(payload, dict) else {}
        paper = self._outer.get("paper")
        if not isinstance(paper, dict):
            self._malformed("paper is missing" if paper is None else "paper is not an object")
        self._inner: dict[str, Any] = paper if isinstance(paper, dict) else self._outer
        if row is not None and storable(payload) != payload:
            self._malformed("a NUL or half a surrogate pair in its text")

    def error(self, reason: str) -> SourceError:
        """An error about this payload."""
        return SourceError(reason if self._row is None else f"row {self._row}: {reason}")

    # ── values ───────────────────────────────────────────────────────────────

    @property
    def raw(self) -> dict[str, Any]:
        return self._outer

    def has(self, key: str) -> bool:
        """Whether there is a value other than null, zero or an empty one."""
        return bool(self._find(key))

    def text(self, key: str) -> str | None:
        return self._typed(key, str, "text") or None

    def items(self, key: str) -> list[Any]:
        return self._typed(key, list, "an array") or []

    def count(self, key: str) -> int | None:
        value = self._find(key)
        if value is None or (type(value) is int and 0 <= value <= _MOST):
            return value
        self._malformed(f"{key} is not a count: {str(value)[:40]!r}")
        return None

    def link(self, key: str) -> str | None:
        return web_url(self.text(key) or "") or None

    def links(self, key: str) -> list[str] | None:
        found = [web_url(one) for one in self.items(key) if isinstance(one, str)]
        return [link for link in found if link] or None

    def objects(self, key: str) -> list[dict[str, Any]] | None:
        """Linked models and similar objects; None when the payload has no such list."""
        if not isinstance(self._find(key), list):
            return None
        return [one for one in self.items(key) if isinstance(one, dict) and one.get("id")]

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

    def _authors(self) -> Iterator[PayloadAuthor]:
        for author in self.items("authors"):
            values = author if isinstance(author, dict) else {"name": author}
            name = values.get("name")
            if not isinstance(name, str):
                self._malformed("an author has no name")
            elif folded := fold(name):
                yield _author(folded, values)

    # ── lookup ───────────────────────────────────────────────────────────────

    def _find(self, key: str) -> Any:
        inner = self._inner.get(key)
        return self._outer.get(key) if inner is None else inner

    def _typed(self, key: str, wanted: type[Any], name: str) -> Any:
        value = self._find(key)
        if value is None or isinstance(value, wanted):
            return value
        self._malformed(f"paper.{key} is {kind_of(value)}, not {name}")
        return None

    def _instant(self, key: str, value: object) -> datetime | None:
        found = _instant(value)
        if found is None and value is not None:
            self._malformed(f"{key} is not a time: {str(value)[:40]!r}")
        return found

    def _malformed(self, reason: str) -> None:
        if self._row is not None:
            raise self.error(reason)


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


def kind_of(value: object) -> str:
    """The kind of a JSON value, in words."""
    names: dict[type, str] = {
        dict: "an object", list: "an array", str: "text", bool: "true or false", type(None): "null",
    }  # fmt: skip
    return names.get(type(value), "a number")


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
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _picture(values: Mapping[str, Any]) -> str:
    address = _text(values.get("avatarUrl")) or _text(values.get("avatar"))
    return web_url(_HOME + address if address.startswith("/") else address)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
