"""What a mail must have before it leaves, checked on its bytes: pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from html import unescape
from typing import Final
from urllib.parse import urlsplit

LONGEST_SUBJECT: Final = 60  # characters
LONGEST_LINE: Final = 72
LARGEST_HTML: Final = 80_000  # encoded bytes: Gmail cuts a message at 102 KB
_LONGEST_RAW: Final = 998  # RFC 5322
_LIST_HEADERS: Final = (
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"),
    *("List-Archive", "List-Help", "Feedback-ID", "Precedence"),
)
_LINK: Final = re.compile(r"""<a\b[^>]*\bhref=["']([^"']+)["']""", re.IGNORECASE)
_IMAGE: Final = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT: Final = re.compile(r"\balt=", re.IGNORECASE)
# The link of a digest, without the query of its links to fewer mails; or of a reader's own page.
_UNSUBSCRIBE: Final = re.compile(r"/u/[A-Za-z0-9_-]+$|/unsubscribe/$")
_PREHEADER: Final = re.compile(r'<div class="preheader[^>]*>(.*?)</div>', re.DOTALL)
_TAG: Final = re.compile(r"<[^>]+>")


class ReadMail:
    """The parts of a raw mail."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.message: EmailMessage = message_from_bytes(raw, policy=policy.default)

    @cached_property
    def html(self) -> str:
        """The decoded HTML part; empty without one."""
        return self._part("html")

    @cached_property
    def text(self) -> str:
        """The decoded text part; empty without one."""
        return self._part("plain")

    @cached_property
    def html_bytes(self) -> int:
        """The size of the HTML part as it travels, in bytes."""
        part = self.message.get_body(["html"])
        return len(str(part.get_payload()).encode()) if part is not None else 0

    def _part(self, kind: str) -> str:
        part = self.message.get_body([kind])
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: `found` says what was measured."""

    name: str
    is_kept: bool
    found: str


def checklist(raw: bytes, *, host: str, is_bulk: bool) -> list[Check]:
    """Every check of one mail.

    Args:
        host: of the site, such as papers.example.org: links to other hosts are named.
        is_bulk: digests need the headers of a list and a link to unsubscribe at both ends.
    """
    mail = ReadMail(raw)
    found = [check(mail) for check in _ALWAYS]
    found.append(_links(mail, host))
    return [*found, *(check(mail) for check in _BULK)] if is_bulk else found


def _subject(mail: ReadMail) -> Check:
    length = len(str(mail.message["Subject"] or ""))
    kept = 0 < length <= LONGEST_SUBJECT
    return Check(f"subject of 1 to {LONGEST_SUBJECT} characters", kept, f"{length} characters")


def _preheader(mail: ReadMail) -> Check:
    """What an inbox shows behind the subject."""
    found = _PREHEADER.search(mail.html)
    words = " ".join(unescape(_TAG.sub(" ", found[1])).split()) if found else ""
    kept = bool(words) and words != str(mail.message["Subject"] or "")
    return Check("a preheader that goes on where the subject ends", kept, words[:100] or "none")


def _heading(mail: ReadMail) -> Check:
    count = mail.html.count("<h1")
    return Check("one main heading", count == 1, f"{count}")


def _automatic(mail: ReadMail) -> Check:
    """No program answers such a mail."""
    value = str(mail.message["Auto-Submitted"] or "")
    return Check("Auto-Submitted", value == "auto-generated", value or "missing")


def _raw_lines(mail: ReadMail) -> Check:
    longest = max(map(len, mail.raw.split(b"\r\n")))
    kept = mail.raw.isascii() and longest <= _LONGEST_RAW
    return Check("seven bits, and no line above 998", kept, f"the longest has {longest}")


def _parts(mail: ReadMail) -> Check:
    lengths = f"HTML {len(mail.html)}, text {len(mail.text)} characters"
    return Check("an HTML and a text part", bool(mail.html.strip() and mail.text.strip()), lengths)


def _size(mail: ReadMail) -> Check:
    size = mail.html_bytes
    words = f"{size:,} bytes of HTML, {len(mail.raw):,} in all"
    return Check(f"encoded HTML below {LARGEST_HTML:,} bytes", size <= LARGEST_HTML, words)


def _lines(mail: ReadMail) -> Check:
    """A line of one word, such as an address, cannot be broken."""
    long = [line for line in mail.text.splitlines() if _is_long(line)]
    return Check(
        f"text lines of at most {LONGEST_LINE} characters", not long, f"{len(long)} longer"
    )


def _is_long(line: str) -> bool:
    return len(line) > LONGEST_LINE and len(line.split()) > 1


def _images(mail: ReadMail) -> Check:
    bare = [tag for tag in _IMAGE.findall(mail.html) if not _ALT.search(tag)]
    return Check("every image has a text for when it is off", not bare, f"{len(bare)} without")


def _links(mail: ReadMail, host: str) -> Check:
    hosts = {urlsplit(link).hostname for link in _LINK.findall(mail.html)}
    other = sorted(name for name in hosts if name and name != host)
    return Check("links lead to this site only", not other, ", ".join(other) or "all of them")


def _list_headers(mail: ReadMail) -> Check:
    missing = [name for name in _LIST_HEADERS if not mail.message[name]]
    return Check("headers of a list", not missing, f"missing: {', '.join(missing) or 'none'}")


def _unsubscribe(mail: ReadMail) -> Check:
    """In the first and in the last third of the links."""
    links = _LINK.findall(mail.html)
    places = [place for place, link in enumerate(links) if _UNSUBSCRIBE.search(link)]
    third = len(links) / 3
    kept = bool(places) and places[0] < third and places[-1] >= 2 * third
    return Check("a link to unsubscribe at both ends", kept, f"{len(places)} of {len(links)} links")


_ALWAYS: Final[Sequence[Callable[[ReadMail], Check]]] = (
    *(_subject, _preheader, _parts, _size, _lines, _heading, _images, _automatic, _raw_lines),
)
_BULK: Final[Sequence[Callable[[ReadMail], Check]]] = (_list_headers, _unsubscribe)
