"""Read the Maildir of local/smtp_catcher.py: newest first; no file is moved or marked as read.

A mail's key is its file name without the flags that a mail program may have added. Keys come from
URLs, so a key never becomes a path: it is looked up in a listing of the folder.
"""

from __future__ import annotations

import email.policy
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

# Longer headers are cut; those of a digest take about 2 kB.
HEAD_BYTES: Final = 64 * 1024
_KEY: Final = re.compile(r"(\d+)\.(?:M(\d+))?")


@dataclass(frozen=True, slots=True)
class Head:
    """What the list shows of a mail. `at` is its Date, or else when it was stored, in UTC."""

    key: str
    sender: str
    to: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Mail:
    """One parsed mail. `html` and `text` are None where it has no such part."""

    head: Head
    headers: tuple[tuple[str, str], ...]
    html: str | None
    text: str | None
    attachments: tuple[Attachment, ...]
    raw: bytes


def keys(folder: Path) -> list[str]:
    """The keys of all mails, newest first; none when the folder does not exist yet."""
    return sorted((key for key, _ in _files(folder)), key=_age, reverse=True)


def heads(folder: Path, wanted: Iterable[str]) -> list[Head]:
    """The heads of these mails, in the order given, without those that were deleted."""
    paths = dict(_files(folder))
    return [head for key in wanted if key in paths and (head := _head_of(key, paths[key]))]


def addressed_to(folder: Path, recipient: str) -> list[str]:
    """The keys of the mails whose To contains `recipient` in any case, newest first."""
    text = recipient.casefold()
    found = heads(folder, keys(folder))
    return [head.key for head in found if text in head.to.casefold()]


def read(folder: Path, key: str) -> Mail | None:
    """One mail, or None when none has that key."""
    path = dict(_files(folder)).get(key)
    if path is None:
        return None
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    return _parse(key, raw)


def discard(folder: Path, recipients: Collection[str]) -> int:
    """Delete the mails to any of these addresses (in lower case); returns how many."""
    gone = 0
    for key, path in list(_files(folder)):
        head = _head_of(key, path)
        to = getaddresses([head.to]) if head else []
        if any(address.lower() in recipients for _, address in to):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


# ── files ────────────────────────────────────────────────────────────────────


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for part in ("new", "cur"):
        try:
            with os.scandir(folder / part) as entries:
                for entry in entries:
                    if entry.is_file() and not entry.name.startswith("."):
                        yield entry.name.partition(":")[0], Path(entry.path)
        except FileNotFoundError:
            continue


def _age(key: str) -> tuple[int, int, str]:
    match = _KEY.match(key)
    if match is None:
        return 0, 0, key
    return int(match[1]), int(match[2] or 0), key


def _stored_at(key: str) -> datetime:
    try:
        return datetime.fromtimestamp(_age(key)[0], UTC)
    except (OverflowError, ValueError):  # a file name with a very long number
        return datetime.fromtimestamp(0, UTC)


def _head_of(key: str, path: Path) -> Head | None:
    try:
        modified = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _read_head(key, path, modified)


@lru_cache(maxsize=20_000)  # mails do not change, and a filter reads every head
def _read_head(key: str, path: Path, _modified: int) -> Head | None:
    try:
        with path.open("rb") as file:
            start = file.read(HEAD_BYTES)
    except FileNotFoundError:
        return None
    message = BytesHeaderParser(policy=email.policy.default).parsebytes(start)
    return _head(key, message)


# ── mails ────────────────────────────────────────────────────────────────────


def _parse(key: str, raw: bytes) -> Mail:
    message = BytesParser(policy=email.policy.default).parsebytes(raw)
    return Mail(
        head=_head(key, message),
        headers=_headers(message),
        html=_body(message, "html"),
        text=_body(message, "plain"),
        attachments=tuple(_attachments(message)),
        raw=raw,
    )


def _head(key: str, message: EmailMessage) -> Head:
    return Head(
        key=key,
        sender=_header(message, "From"),
        to=_header(message, "To"),
        subject=_header(message, "Subject"),
        at=_sent_at(message) or _stored_at(key),
    )


def _headers(message: EmailMessage) -> tuple[tuple[str, str], ...]:
    """Every header in order, undecoded but unfolded; the page links to the raw mail."""
    return tuple((name, _clean(str(value))) for name, value in message.raw_items())


def _header(message: EmailMessage, name: str) -> str:
    """A header, decoded; as it was written where it cannot be decoded."""
    try:
        return _clean(str(message.get(name, "")))
    except (MessageError, ValueError, LookupError, IndexError, AttributeError, TypeError):
        # The standard library raises all of these for malformed headers.
        written = (value for key, value in message.raw_items() if key.lower() == name.lower())
        return _clean(str(next(written, "")))


def _clean(text: str) -> str:
    """One line, with U+FFFD for the surrogates of undecodable bytes."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(text.split())


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date"))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _body(message: EmailMessage, subtype: str) -> str | None:
    """The first part of that type that is no attachment, at any depth."""
    for part in message.walk():
        if part.get_content_type() == f"text/{subtype}" and not _is_attachment(part):
            return _decoded(part)
    return None


def _decoded(part: EmailMessage) -> str:
    """The part as text; UTF-8 where its charset is unknown."""
    content = part.get_payload(decode=True)
    written = content if isinstance(content, bytes) else b""
    try:
        return written.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return written.decode("utf-8", "replace")


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    for part in message.walk():
        if not part.is_multipart() and (
            _is_attachment(part) or part.get_content_maintype() != "text"
        ):
            content = part.get_payload(decode=True)
            size = len(content) if isinstance(content, bytes) else 0
            yield Attachment(_filename(part), part.get_content_type(), size)


def _is_attachment(part: EmailMessage) -> bool:
    return _header(part, "Content-Disposition").lower().startswith("attachment")


def _filename(part: EmailMessage) -> str:
    try:
        return _clean(part.get_filename("without a name"))
    except (MessageError, ValueError, LookupError, IndexError, AttributeError, TypeError):
        return "without a name"
