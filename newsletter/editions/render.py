"""Build a digest's message: a join of fragments that the edition has rendered already.

What many recipients share is made once and kept: the fragments, encoded for the wire and cut
where the token goes, and the `DigestBody`, one selection of papers, which only lists them. A
message is then its headers and one join, ten microseconds, and the same delivery always gives
the same bytes.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.utils.html import escape

from newsletter.editions.fragments import (
    INDENT,
    PAPERS,
    PREHEADER,
    RANK,
    TOKEN,
    TOKEN_PLACEHOLDER,
    WHY,
    Layout,
    PaperFragment,
    hung,
)
from newsletter.editions.quoted_printable import quoted_printable
from newsletter.editions.tokens import make_token

_MESSAGE_ID: Final = re.compile(r"<?digest\.(\d{1,18})\.[0-9a-f]+@")
RENDERER: Final = "1"  # raise it when the same rows would give another mail

_CRLF: Final = "\r\n"
# No part can hold it: "=_" is not quoted-printable.
_BOUNDARY: Final = b"=_trending-papers"
_CONTENT_TYPE: Final = b'Content-Type: multipart/alternative; boundary="%b"\r\n\r\n' % _BOUNDARY
# Where a mail's own address, Message-ID and date go.
_OWN: Final = tuple(mark.encode() for mark in ("\ue005", "\ue006", "\ue007"))
_GAP: Final = b"\r\n\r\n"  # between two papers of the text part


class DigestBody:
    """One choice of papers, set: what all readers who get it have in common."""

    def __init__(self, shell: Layout, chosen: Sequence[tuple[PaperFragment, str]]) -> None:
        """`chosen`: the papers in order, each with its reason in plain text."""
        self._shell = shell
        self._chosen = [(piece, rank, why) for rank, (piece, why) in enumerate(chosen, 1)]
        titles = [piece.title for piece, _ in chosen]
        self.subject = subject_of(titles)
        self._preheader = " · ".join(titles[:2])

    @cached_property
    def html(self) -> str:
        """The HTML part, with the token's mark."""
        papers = "".join(
            piece.html.replace(RANK, str(rank)).replace(WHY, escape(why))
            for piece, rank, why in self._chosen
        )
        shell = self._shell.html.replace(PREHEADER, escape(self._preheader))
        return shell.replace(PAPERS, papers)

    @cached_property
    def text(self) -> str:
        """The text part, with the token's mark."""
        papers = "\n\n".join(
            piece.text.replace(RANK, _hung_rank(rank)).replace(WHY, hung(f"Why: {why}"))
            for piece, rank, why in self._chosen
        )
        return self._shell.text.replace(PAPERS, papers)

    def message(self, to: str, message_id: str, date: str, token: str) -> bytes:
        """The whole mail, encoded, with what is this one's own."""
        common, own, token_places = self._wire
        parts, mark = list(common), token.encode()
        parts[own[0]], parts[own[1]], parts[own[2]] = (
            to.encode(),
            message_id.encode(),
            date.encode(),
        )
        for place in token_places:
            parts[place] = mark
        return b"".join(parts)

    @cached_property
    def _wire(self) -> tuple[tuple[bytes, ...], tuple[int, ...], tuple[int, ...]]:
        """The parts that mails have in common; the places of what is their own; the token's."""
        head = b"Subject: %b\r\nMIME-Version: 1.0\r\n" % _encoded(self.subject)
        site, sender = settings.SITE_URL, settings.MAIL_FROM
        parts = list(_common_headers(sender, settings.MAIL_REPLY_TO, settings.LIST_ID, site))
        parts += [head, _CONTENT_TYPE, _part_head(b"plain")]
        parts += self._text_parts()
        parts += [b"\r\n", _part_head(b"html")]
        parts += self._html_parts()
        parts.append(b"\r\n--%b--\r\n" % _BOUNDARY)
        # Tuples of bytes and of numbers: Python's garbage collector leaves them alone.
        own = tuple(next(n for n, part in enumerate(parts) if part is mark) for mark in _OWN)
        tokens = tuple(n for n, part in enumerate(parts) if part is TOKEN_PLACEHOLDER)
        return tuple(parts), own, tokens

    def _text_parts(self) -> list[bytes]:
        before, after = self._shell.text_parts
        parts = list(before)
        for piece, rank, why in self._chosen:
            head, middle, tail = piece.text_parts
            parts += [*head, _hung_rank(rank).encode(), *middle, _wire_why(why), *tail, _GAP]
        return [*parts[:-1], *after]  # no gap behind the last

    def _html_parts(self) -> list[bytes]:
        start, before, after = self._shell.html_parts
        parts = [*start, _wire_escaped(self._preheader), *before]
        for piece, rank, why in self._chosen:
            head, middle, tail = piece.html_parts
            parts += [*head, b"%d" % rank, *middle, _wire_escaped(why), *tail]
        return [*parts, *after]


# Readers by the thousand share their reasons, if not their papers.
@lru_cache(maxsize=10_000)
def _wire_why(why: str) -> bytes:
    return quoted_printable(hung(f"Why: {why}"))


@lru_cache(maxsize=10_000)
def _wire_escaped(text: str) -> bytes:
    return quoted_printable(escape(text))


def _hung_rank(rank: int) -> str:
    return f"{rank}.".ljust(len(INDENT))


def _part_head(kind: bytes) -> bytes:
    return (
        b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" % (_BOUNDARY, kind)
    )


@lru_cache(maxsize=1_000)  # a burst has one date
def _date(moment: datetime) -> str:
    return format_datetime(moment)


@lru_cache(maxsize=1)
def _from_header(mail_from: str) -> str:
    name, address = parseaddr(mail_from)
    return formataddr((name, address), "utf-8")


@lru_cache(maxsize=10_000)
def _encoded(text: str) -> bytes:
    """A header's text, folded, in an encoded word only where ASCII does not do."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name="Subject").encode(linesep=_CRLF).encode()


@dataclass(frozen=True, slots=True)
class Digest:
    """A finished mail to exactly one reader, for any transport."""

    delivery_id: int
    to: str
    token: str
    dated_at: datetime
    body: DigestBody
    attempts: int = 1  # which try this is, counted from 1; no part of the mail

    @property
    def reference(self) -> int:
        return self.delivery_id

    @property
    def metadata(self) -> Mapping[str, str]:
        """By it a provider's events name the delivery."""
        return {"delivery": str(self.delivery_id)}

    @property
    def shared_lines(self) -> DigestBody:
        return self.body

    @property
    def subject(self) -> str:
        return self.body.subject

    @property
    def html(self) -> str:
        return self.body.html.replace(TOKEN, self.token)

    @property
    def text(self) -> str:
        return self.body.text.replace(TOKEN, self.token)

    @property
    def headers(self) -> Mapping[str, str]:
        """Every header but From, To and Subject (RFC 2369, 2919, 5322, 8058)."""
        number, date = message_id(self.delivery_id, self.token), _date(self.dated_at)
        return _headers(number, date, self.token, settings.LIST_ID, settings.SITE_URL)

    def as_bytes(self) -> bytes:
        """The whole message for the wire: CRLF, seven bits, short lines, no dots to stuff."""
        number, date = message_id(self.delivery_id, self.token), _date(self.dated_at)
        return self.body.message(self.to, number, date, self.token)


def _headers(number: str, date: str, token: str, list_id: str, site: str) -> Mapping[str, str]:
    return {
        "Message-ID": number,
        "Date": date,
        "List-Id": list_id,
        "List-Unsubscribe": f"<{site}/u/{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": f"<{site}/>",
        "List-Archive": f"<{site}/>",
    }


@lru_cache(maxsize=1)
def _common_headers(sender: str, reply_to: str, list_id: str, site: str) -> tuple[bytes, ...]:
    """The headers before the subject, cut so that the marks stand alone."""
    to, number, date = (mark.decode() for mark in _OWN)
    lines = [f"From: {_from_header(sender)}", f"To: {to}"]
    if reply_to:
        lines.append(f"Reply-To: {reply_to}")
    headers = _headers(number, date, TOKEN, list_id, site)
    lines += [f"{name}: {value}" for name, value in headers.items()]
    marks = {
        mark: mark for mark in (*_OWN, TOKEN_PLACEHOLDER)
    }  # each one object, found by identity
    cut = re.split(b"(%b)" % b"|".join(marks), _CRLF.join([*lines, ""]).encode())
    return tuple(marks.get(part, part) for part in cut)


def build_digest(
    *,
    delivery_id: int,
    key_id: str,
    to: str,
    dated_at: datetime,
    body: DigestBody,
    attempts: int = 1,
) -> Digest:
    """The mail of a delivery. A pure function of what the delivery and the edition store.

    Raises:
        LookupError: the key of the delivery's token is no longer in the settings.
    """
    return Digest(delivery_id, to, make_token(delivery_id, key_id), dated_at, body, attempts)


def subject_of(titles: Sequence[str]) -> str:
    """The first title, cut at a word when long, and how many papers follow."""
    return _subject(titles[0], len(titles) - 1)


@lru_cache(maxsize=10_000)
def _subject(title: str, others: int) -> str:
    # Three dots and not "…": most subjects then need no encoding.
    first = textwrap.shorten(title, 60, placeholder=" ...")
    if not others:
        return first
    return f"{first}, and {others} more trending paper{'s' if others > 1 else ''}"


def message_id(delivery_id: int, token: str) -> str:
    """A function of the delivery alone, so that a mail sent twice is one mail in the mailbox.

    It must not give the token away: replies and bounces quote it.
    """
    proof = sha256(token.encode()).hexdigest()[:16]
    return f"<digest.{delivery_id}.{proof}@{settings.MAIL_DOMAIN}>"


def read_message_id(text: str) -> int | None:
    """The id of the delivery that a Message-ID names, if it looks like ours. It proves nothing."""
    found = _MESSAGE_ID.match(text)
    return int(found[1]) if found else None
