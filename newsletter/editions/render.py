"""Build a digest's message: a join of fragments that the edition has rendered already.

What many recipients share is built once and kept: the fragments, encoded and split where the token
goes, and the `DigestBody`, one selection of papers, which only lists them. A message is then its
headers and one join, ten microseconds, and the same delivery always gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property, lru_cache
from typing import Final

from django.conf import settings
from django.utils.html import escape

from mail.addresses import ascii_address
from mail.headers import address_header, text_header, token_header
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
    wrap_after_indent,
)
from newsletter.editions.message_ids import message_id
from newsletter.editions.quoted_printable import quoted_printable
from newsletter.editions.tokens import TOKEN_LENGTH, make_token
from papers.text.shorten import shortened

RENDERER: Final = "2"  # raise it when the same rows would give another message

# Bytes of the HTML part as it is encoded for transport. Gmail cuts a mail at 102 KB; encoded, a
# Chinese letter takes nine bytes and not three, so this is the stricter measure.
MOST_HTML: Final = 76_000  # with the preheader and the line about more papers, below 80,000
_LONGEST_PREHEADER: Final = 200
_TOKENS: Final = 3 * TOKEN_LENGTH  # of the links of one paper
_MORE_STYLE: Final = "margin: 0;padding-top: 20px;font: 13px/1.6 sans-serif;color: #6a665f;"
_CRLF: Final = "\r\n"
# No part can contain it: "=_" is not quoted-printable.
_BOUNDARY: Final = b"=_trending-papers"
_CONTENT_TYPE: Final = b'Content-Type: multipart/alternative; boundary="%b"\r\n\r\n' % _BOUNDARY
# Placeholders for the address, the Message-ID and the date of one message.
_OWN: Final = tuple(placeholder.encode() for placeholder in ("\ue005", "\ue006", "\ue007"))
_GAP: Final = b"\r\n\r\n"  # between two papers of the text part


class DigestBody:
    """One selection of papers as a mail body: what all recipients of this selection share."""

    def __init__(self, layout: Layout, papers: Sequence[tuple[PaperFragment, str]]) -> None:
        """`papers`: in the digest's order, each with its reason in plain text."""
        self._layout = layout
        self._whole = papers
        shown = fitting_papers(papers, MOST_HTML - len(layout.encoded_html))
        self._left_out = len(papers) - len(shown)
        self._papers = [(fragment, rank, why) for rank, (fragment, why) in enumerate(shown, 1)]
        titles = [fragment.title for fragment, _ in papers]
        self.subject = subject_of(titles)
        self._preheader = shortened(" · ".join(titles[:2]), _LONGEST_PREHEADER)

    @cached_property
    def html(self) -> str:
        """The HTML part, with the token placeholder."""
        return self._html(self._papers, _more_in_html(self._left_out))

    @cached_property
    def whole_html(self) -> str:
        """The HTML of all papers with their abstracts, for a browser, which cuts nothing."""
        return self._html([(it, rank, why) for rank, (it, why) in enumerate(self._whole, 1)], "")

    def _html(self, papers: Sequence[tuple[PaperFragment, int, str]], more: str) -> str:
        rows = "".join(
            fragment.html.replace(RANK, str(rank)).replace(WHY, escape(why))
            for fragment, rank, why in papers
        )
        layout = self._layout.html.replace(PREHEADER, escape(self._preheader))
        return layout.replace(PAPERS, rows + more)

    @cached_property
    def text(self) -> str:
        """The text part, with the token placeholder."""
        papers = "\n\n".join(
            fragment.text.replace(RANK, _rank_as_indent(rank)).replace(WHY, _why_lines(why))
            for fragment, rank, why in self._papers
        )
        return self._layout.text.replace(PAPERS, papers + _more_in_text(self._left_out))

    def message(self, to: str, message_id: str, date: str, token: str) -> bytes:
        """The whole message for one recipient, encoded."""
        common, own_places, token_places = self._parts
        parts, encoded_token = list(common), token.encode()
        # Not as it is: no server needs to accept a header that is not ASCII.
        to = to if to.isascii() else ascii_address(to)
        own = to.encode(), message_id.encode(), date.encode()
        parts[own_places[0]], parts[own_places[1]], parts[own_places[2]] = own
        for place in token_places:
            parts[place] = encoded_token
        return b"".join(parts)

    @cached_property
    def _parts(self) -> tuple[tuple[bytes, ...], tuple[int, ...], tuple[int, ...]]:
        """The parts of the message; the places in it of the _OWN values; those of the token."""
        head = b"%b\r\nMIME-Version: 1.0\r\n" % _encoded_subject(self.subject)
        site, sender = settings.SITE_URL, settings.MAIL_FROM
        parts = list(_common_headers(sender, settings.MAIL_REPLY_TO, settings.LIST_ID, site))
        parts += [head, _CONTENT_TYPE, _part_head(b"plain")]
        parts += self._text_parts()
        parts += [b"\r\n", _part_head(b"html")]
        parts += self._html_parts()
        parts.append(b"\r\n--%b--\r\n" % _BOUNDARY)
        # Tuples of bytes and of numbers: Python's garbage collector does not traverse them.
        own = tuple(next(n for n, part in enumerate(parts) if part is it) for it in _OWN)
        tokens = tuple(n for n, part in enumerate(parts) if part is TOKEN_PLACEHOLDER)
        return tuple(parts), own, tokens

    def _text_parts(self) -> list[bytes]:
        before, after = self._layout.text_parts
        parts = list(before)
        for fragment, rank, why in self._papers:
            head, middle, tail = fragment.text_parts
            encoded_rank = _rank_as_indent(rank).encode()
            parts += [*head, encoded_rank, *middle, _encoded_why(why), *tail, _GAP]
        more = quoted_printable(_more_in_text(self._left_out)) if self._left_out else b""
        return [*parts[:-1], more, *after]  # no gap after the last paper

    def _html_parts(self) -> list[bytes]:
        start, before, after = self._layout.html_parts
        parts = [*start, _encoded_html(self._preheader), *before]
        for fragment, rank, why in self._papers:
            head, middle, tail = fragment.html_parts
            parts += [*head, b"%d" % rank, *middle, _encoded_html(why), *tail]
        more = quoted_printable(_more_in_html(self._left_out)) if self._left_out else b""
        return [*parts, more, *after]


def fitting_papers(
    papers: Sequence[tuple[PaperFragment, str]], room: int
) -> list[tuple[PaperFragment, str]]:
    """The papers whose HTML, encoded for transport, takes at most `room` bytes; at least one.

    The last ones lose their abstracts first; then papers that still do not fit are left out. Pure,
    so that the same delivery gives the same message.
    """
    # Nearly every digest: a letter of a reason takes at most twelve bytes.
    if sum([len(it.encoded_html) + 12 * len(why) + _TOKENS for it, why in papers]) <= room:
        return list(papers)
    sizes = [_size(*paper) for paper in papers]
    if sum(sizes) <= room:
        return list(papers)
    shown = list(papers)
    for place in reversed(range(len(shown))):
        shown[place] = shown[place][0].brief, shown[place][1]
        sizes[place] = _size(*shown[place])
        if sum(sizes) <= room:
            return shown
    kept, left = [], room
    for paper, size in zip(shown, sizes, strict=True):
        if size <= left:
            kept.append(paper)
            left -= size
    return kept or shown[:1]


def _size(fragment: PaperFragment, why: str) -> int:
    return len(fragment.encoded_html) + len(_encoded_html(why)) + _TOKENS


def _more_in_html(count: int) -> str:
    return f'<p style="{_MORE_STYLE}">{_more(count)}</p>\n' if count else ""


def _more_in_text(count: int) -> str:
    return f"\n\n{INDENT}{_more(count)}" if count else ""


def _more(count: int) -> str:
    """What stands after the last paper of a mail that would be too large with all of them."""
    papers = "One more paper is" if count == 1 else f"{count} more papers are"
    return f"{papers} in the browser, where this digest is whole."


# Thousands of recipients share a reason, even where they do not share all papers.
@lru_cache(maxsize=10_000)
def _encoded_why(why: str) -> bytes:
    # The layout has the first line's indent before it, which counts in that line's length.
    return quoted_printable(INDENT + _why_lines(why))[len(INDENT) :]


@lru_cache(maxsize=10_000)
def _encoded_html(text: str) -> bytes:
    return quoted_printable(escape(text))


def _why_lines(why: str) -> str:
    return wrap_after_indent(f"Why: {why}")


def _rank_as_indent(rank: int) -> str:
    return f"{rank}.".ljust(len(INDENT))


def _part_head(kind: bytes) -> bytes:
    return (
        b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" % (_BOUNDARY, kind)
    )


@lru_cache(maxsize=1_000)  # a burst has one date
def _date(moment: datetime) -> str:
    return format_datetime(moment)


@lru_cache(maxsize=10_000)
def _encoded_subject(text: str) -> bytes:
    return text_header("Subject", text).encode("ascii")


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest to exactly one recipient, ready for any transport."""

    delivery_id: int
    to: str
    token: str
    dated_at: datetime
    body: DigestBody
    attempts: int = 1  # which attempt this is, counted from 1; no part of the message

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
    def whole_html(self) -> str:
        """The HTML for a browser: see `DigestBody.whole_html`."""
        return self.body.whole_html.replace(TOKEN, self.token)

    @property
    def text(self) -> str:
        return self.body.text.replace(TOKEN, self.token)

    @property
    def headers(self) -> Mapping[str, str]:
        """Every header but From, To and Subject (RFC 2369, 2919, 5322, 8058)."""
        own = message_id(self.delivery_id, self.token), _date(self.dated_at), self.token
        return _headers(*own, settings.LIST_ID, settings.SITE_URL)

    def as_bytes(self) -> bytes:
        """The whole message, encoded: CRLF, seven bits, short lines, no dots to stuff."""
        own = message_id(self.delivery_id, self.token), _date(self.dated_at), self.token
        return self.body.message(self.to, *own)


def _headers(message_id: str, date: str, token: str, list_id: str, site: str) -> Mapping[str, str]:
    return {
        "Message-ID": message_id,
        "Date": date,
        "List-Id": list_id,
        "List-Unsubscribe": f"<{site}/u/{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": f"<{site}/>",
        "List-Archive": f"<{site}/>",
    }


@lru_cache(maxsize=1)
def _common_headers(sender: str, reply_to: str, list_id: str, site: str) -> tuple[bytes, ...]:
    """The headers before the subject, split so that each placeholder is one item."""
    to, message_id, date = (placeholder.decode() for placeholder in _OWN)
    lines = [address_header("From", sender), f"To: {to}"]
    if reply_to:
        lines.append(address_header("Reply-To", reply_to))
    headers = _headers(message_id, date, TOKEN, list_id, site)
    lines += [
        token_header(header, value, TOKEN_LENGTH * value.count(TOKEN))
        for header, value in headers.items()
    ]
    # Each placeholder is one object, to be found by identity; a split makes copies.
    placeholders = {it: it for it in (*_OWN, TOKEN_PLACEHOLDER)}
    parts = re.split(b"(%b)" % b"|".join(placeholders), _CRLF.join([*lines, ""]).encode())
    return tuple(placeholders.get(part, part) for part in parts)


def build_digest(
    *,
    delivery_id: int,
    key_id: str,
    to: str,
    dated_at: datetime,
    body: DigestBody,
    attempts: int = 1,
) -> Digest:
    """The digest of a delivery. A pure function of what the delivery and the edition store.

    Raises:
        LookupError: the key of the delivery's token is no longer in the settings.
    """
    return Digest(delivery_id, to, make_token(delivery_id, key_id), dated_at, body, attempts)


def subject_of(titles: Sequence[str]) -> str:
    """The first title, shortened when it is long, and how many papers follow."""
    return _subject(titles[0], len(titles) - 1)


@lru_cache(maxsize=10_000)
def _subject(title: str, others: int) -> str:
    # Three dots and not "…": most subjects then need no encoding.
    first = shortened(title, 60, "...")
    if not others:
        return first
    return f"{first}, and {others} more trending paper{'s' if others > 1 else ''}"
