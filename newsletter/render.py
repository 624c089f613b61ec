"""Set a reader's mail: a join of pieces that the edition has rendered already.

What many readers share is made once and kept: the pieces, encoded for the wire and cut where
the token goes, and the `Sheet`, one choice of papers, which only lists them. A mail is then its
headers and one join, ten microseconds, and the same delivery always gives the same bytes.
"""

from __future__ import annotations

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

from newsletter.pieces import (
    INDENT,
    PAPERS,
    PREHEADER,
    RANK,
    TOKEN,
    TOKEN_MARK,
    WHY,
    Piece,
    Shell,
    hung,
)
from newsletter.quoted import quoted_printable
from newsletter.tokens import make_token

RENDERER: Final = "1"  # raise it when the same rows would give another mail

_CRLF: Final = "\r\n"
# No part can hold it: "=_" is not quoted-printable.
_BOUNDARY: Final = b"=_trending-papers"
_CONTENT_TYPE: Final = b'Content-Type: multipart/alternative; boundary="%b"\r\n\r\n' % _BOUNDARY
_GAP: Final = b"\r\n\r\n"  # between two papers of the text part


class Sheet:
    """One choice of papers, set: what all readers who get it have in common."""

    def __init__(self, shell: Shell, chosen: Sequence[tuple[Piece, str]]) -> None:
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

    def parts(self, token: bytes) -> list[bytes]:
        """From the subject's header to the end, encoded, with this token."""
        parts, places = self._wire
        parts = parts.copy()
        for place in places:
            parts[place] = token
        return parts

    @cached_property
    def _wire(self) -> tuple[list[bytes], list[int]]:
        """The whole mail in the parts that mails have in common, and the places of the token."""
        head = b"Subject: %b\r\nMIME-Version: 1.0\r\n" % _encoded(self.subject)
        parts = [head, _CONTENT_TYPE, _part_head(b"plain")]
        parts += self._text_parts()
        parts += [b"\r\n", _part_head(b"html")]
        parts += self._html_parts()
        parts.append(b"\r\n--%b--\r\n" % _BOUNDARY)
        return parts, [place for place, part in enumerate(parts) if part is TOKEN_MARK]

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
    sheet: Sheet
    attempts: int = 1  # which try this is, counted from 1; no part of the mail

    @property
    def subject(self) -> str:
        return self.sheet.subject

    @property
    def html(self) -> str:
        return self.sheet.html.replace(TOKEN, self.token)

    @property
    def text(self) -> str:
        return self.sheet.text.replace(TOKEN, self.token)

    @property
    def headers(self) -> Mapping[str, str]:
        """Every header but From, To and Subject (RFC 2369, 2919, 5322, 8058)."""
        site, unsubscribe = settings.SITE_URL, f"<{settings.SITE_URL}/u/{self.token}>"
        return {
            "Message-ID": message_id(self.delivery_id, self.token),
            "Date": _date(self.dated_at),
            "List-Id": settings.LIST_ID,
            "List-Unsubscribe": unsubscribe,
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Help": f"<{site}/>",
            "List-Archive": f"<{site}/>",
        }

    def as_bytes(self) -> bytes:
        """The whole message for the wire: CRLF, seven bits, short lines, no dots to stuff."""
        lines = [f"From: {_from_header(settings.MAIL_FROM)}", f"To: {self.to}"]
        if settings.MAIL_REPLY_TO:
            lines.append(f"Reply-To: {settings.MAIL_REPLY_TO}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        head = _CRLF.join([*lines, ""]).encode()
        return b"".join([head, *self.sheet.parts(self.token.encode())])


def digest_of(
    *, delivery_id: int, key_id: str, to: str, dated_at: datetime, sheet: Sheet, attempts: int = 1
) -> Digest:
    """The mail of a delivery. A pure function of what the delivery and the edition store.

    Raises:
        LookupError: the key of the delivery's token is no longer in the settings.
    """
    return Digest(delivery_id, to, make_token(delivery_id, key_id), dated_at, sheet, attempts)


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
