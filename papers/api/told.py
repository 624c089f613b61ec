"""What Hugging Face told of a paper beyond what every source tells, out of the kept payload.

A payload is a row of a list, with a `paper` inside, or a paper alone; of any age. It came from
outside and was checked only where it was needed, so here each value is looked at again: what
is not of the right kind counts as not told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from papers.api.schemas import Author, Organization, Person
from papers.fetched import fold, web_url

SOURCE: Final = "hugging_face"
_HOME: Final = "https://huggingface.co"  # avatars of people without a picture are relative to it
_MOST: Final = 10**12  # no count of anything there comes near it
_OBJECT_ID: Final = re.compile(r"[0-9a-f]{24}")


class Told:
    """A payload; `Told({})` tells nothing."""

    def __init__(self, payload: object) -> None:
        self._outer: Mapping[str, Any] = payload if isinstance(payload, dict) else {}
        inner = self._outer.get("paper")
        self._inner: Mapping[str, Any] = inner if isinstance(inner, dict) else self._outer

    def text(self, key: str) -> str | None:
        value = self._find(key)
        return value if isinstance(value, str) and value else None

    def link(self, key: str) -> str | None:
        return web_url(self.text(key) or "") or None

    def links(self, key: str) -> list[str] | None:
        found = [web_url(one) for one in self._list(key) if isinstance(one, str)]
        return [link for link in found if link] or None

    def count(self, key: str) -> int | None:
        value = self._find(key)
        is_count = type(value) is int and 0 <= value <= _MOST
        return value if is_count else None

    def objects(self, key: str) -> list[dict[str, Any]] | None:
        """Linked models and the like; None when the payload does not speak of them."""
        if not isinstance(self._find(key), list):
            return None
        return [one for one in self._list(key) if isinstance(one, dict) and one.get("id")]

    @property
    def discussion_id(self) -> str | None:
        told = self.text("discussionId")
        return told if told and _OBJECT_ID.fullmatch(told) else None

    @property
    def submitter(self) -> Person | None:
        return person(self._outer.get("submittedBy")) or person(self._find("submittedOnDailyBy"))

    @property
    def organization(self) -> Organization | None:
        return organization(self._find("organization"))

    def published_at(self, day: date | None) -> str | None:
        """The very instant, where what was told agrees with what is on file; else the day."""
        return _instant(self._inner.get("publishedAt"), day)

    def submitted_at(self, day: date) -> str:
        """When the row was submitted, if it was on `day`; else the midnight that began it."""
        told = self._find("submittedOnDailyAt")
        if told is None and self._inner is not self._outer:
            told = self._outer.get("publishedAt")  # as it was before 2025
        return _instant(told, day) or written(_midnight(day))

    def authors(self, names: list[Any]) -> list[Author]:
        """`names` as they are on file, each with the account that was told of the same name."""
        told = {
            fold(author["name"]): author
            for author in self._list("authors")
            if isinstance(author, dict) and isinstance(author.get("name"), str)
        }
        return [_author(str(name), told.get(str(name), {})) for name in names]

    def _list(self, key: str) -> list[Any]:
        value = self._find(key)
        return value if isinstance(value, list) else []

    def _find(self, key: str) -> Any:
        inner = self._inner.get(key)
        return self._outer.get(key) if inner is None else inner


def person(told: object) -> Person | None:
    """Somebody in either spelling, `user` or `name`; None for nobody."""
    if not isinstance(told, dict):
        return None
    name = _text(told.get("user")) or _text(told.get("name"))
    if not name:
        return None
    picture = _picture(told)
    return Person(
        user=name,
        name=name,
        fullname=_text(told.get("fullname")),
        avatar_url=picture,
        avatar=picture,
        is_pro=_flag(told.get("isPro")),
        type=_text(told.get("type")) or None,
    )


def organization(told: object) -> Organization | None:
    if not isinstance(told, dict) or not (name := _text(told.get("name"))):
        return None
    picture = _picture(told)
    return Organization(
        name=name, fullname=_text(told.get("fullname")), avatar_url=picture, avatar=picture
    )


def written(instant: datetime) -> str:
    """As Hugging Face writes instants, and as its client wants them: 2025-03-14T12:00:00.000Z."""
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _author(name: str, told: Mapping[str, Any]) -> Author:
    return Author(
        name=name,
        hidden=_flag(told.get("hidden")),
        status=_text(told.get("status")) or None,
        status_last_changed_at=_instant(told.get("statusLastChangedAt"), None),
        user=person(told.get("user")),
    )


def _instant(told: object, day: date | None) -> str | None:
    """`told` when it is an instant, of `day` if one is given; else that day's midnight."""
    instant = _read(told)
    if instant and (day is None or instant.date() == day):
        return written(instant)
    return written(_midnight(day)) if day else None


def _read(told: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(told if isinstance(told, str) else "")
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _picture(told: Mapping[str, Any]) -> str:
    address = _text(told.get("avatarUrl")) or _text(told.get("avatar"))
    return web_url(_HOME + address if address.startswith("/") else address)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
