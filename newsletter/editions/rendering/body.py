"""Build a digest's message: a join of fragments that the edition has rendered already.

What many recipients share is built once and kept: the fragments, encoded and split where tokens
go, and the `DigestBody`, one selection of papers, which only lists them. A message is then its
headers and one join, ten microseconds, and the same delivery always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple, TypeVar

from django.conf import settings
from django.utils.html import escape

from mail.addresses import ascii_address
from mail.headers import text_header
from mail.inbound.addresses import reply_to
from newsletter.editions import old_tokens
from newsletter.editions.rendering.fitting import encoded_html, fitting_papers
from newsletter.editions.rendering.fragments import Layout, PaperFragment
from newsletter.editions.rendering.inbox_line import (
    LONG_SUBJECT,
    preheader,
    room_for_title,
    subject,
    subject_pattern,
)
from newsletter.editions.rendering.inbox_line import heading as heading_of
from newsletter.editions.rendering.list_headers import ListFacts, common_headers, list_facts
from newsletter.editions.rendering.paper_context import INDENT, wrap_after_indent
from newsletter.editions.rendering.quoted_printable import quoted_printable
from newsletter.editions.rendering.sections import NO_HEADING, Heading, headings, size_of_headings
from newsletter.editions.rendering.slots import BytePieces, Slot
from newsletter.editions.rendering.wording import more_papers, subject_of, why_label
from newsletter.editions.tokens import Tokens
from papers.text.plain_text import wrapped
from papers.text.shorten import shortened
from web.languages import DEFAULT_LANGUAGE

# Raise it when the same rows would give another message. Version 1 had one token for all links;
# version 2 had no Content-Language, since all mails were English; until version 3 the last paper of
# the text part had no blank line after it; until version 4 a subject was as long as
# its title, all papers looked alike, and there were fewer headers. Links to feedback stand in what
# an edition stores.
RENDERER: Final = "5"
_WITHOUT_LANGUAGE: Final = (old_tokens.RENDERER, "2")
_WITHOUT_LAST_GAP: Final = (old_tokens.RENDERER, "2", "3")

# Bytes of the HTML part as it is encoded for transport. Gmail cuts a mail at 102 KB; encoded, a
# Chinese letter takes nine bytes and not three, so this is the stricter measure.
MOST_HTML: Final = 76_000  # with the preheader and the line about more papers, below 80,000
_LONGEST_PREHEADER: Final = 200
_QUIET: Final = "font: 13px/1.6 system-ui, Arial, sans-serif;color: #6a665f;"
_MORE: Final = f'<p class="left-out" style="margin: 16px 0 20px;{_QUIET}">'
_OLD_MORE: Final = (  # until version 4
    '<p style="margin: 0;padding-top: 20px;font: 13px/1.6 sans-serif;color: #6a665f;">'
)
_OPENING: Final = (
    '<p class="opening" style="margin: 0 0 20px;font: 15px/1.5 system-ui, Arial, sans-serif;">'
)
_CRLF: Final = "\r\n"
# No part can contain it: "=_" is not quoted-printable.
_BOUNDARY: Final = b"=_trending-papers"
_CONTENT_TYPE: Final = b'Content-Type: multipart/alternative; boundary="%b"\r\n\r\n' % _BOUNDARY
# What differs between two messages of one body.
_OWN: Final = (Slot.TO, Slot.MESSAGE_ID, Slot.DATE)
_TOKENS: Final = (Slot.READ, Slot.UNSUBSCRIBE, Slot.PREFERENCES, Slot.FEEDBACK)
_GAP: Final = b"\r\n\r\n"  # between two papers of the text part
P = TypeVar("P", str, bytes)
_Template = tuple[tuple[P, ...], tuple[tuple[int, ...], ...]]


class _Shown(NamedTuple):
    """A paper of a mail, its place there, its reason, and the heading that stands before it."""

    fragment: PaperFragment
    rank: int
    why: str
    heading: Heading


class DigestBody:
    """One selection of papers as a mail body: what all recipients of this selection share."""

    def __init__(
        self,
        layout: Layout,
        papers: Sequence[tuple[PaperFragment, str]],
        language: str = DEFAULT_LANGUAGE,
        *,
        renderer: str = RENDERER,
        days: str = "",
        feedback_id: str = "",
        sections: str = "",
        opening: str = "",
    ) -> None:
        """
        Args:
            papers: in the digest's order, each with its reason in plain text.
            language: of the layout, the fragments and the reasons.
            renderer: the version whose message it is.
            days: of the edition, in words, for the subject.
            feedback_id: of the edition.
            sections: the letter of each paper (sections.py); empty: no headings.
            opening: a sentence above the papers.
        """
        self._renderer, self._feedback_id = renderer, feedback_id
        self._layout, self.language = layout, language
        self.content_language = "" if renderer in _WITHOUT_LANGUAGE else language
        self._last_gap = "" if renderer in _WITHOUT_LAST_GAP else "\n"
        is_old = renderer in LONG_SUBJECT
        self._more = _OLD_MORE if is_old else _MORE
        self._opening = opening
        if not is_old and papers:
            papers = [(it if why else it.without_reason, why) for it, why in papers]
            first, why = papers[0]
            papers = [(first.as_first, why), *papers[1:]]
        self._all, self._sections = papers, sections
        above = size_of_headings(sections, language) if sections else 0
        if opening:
            above += len(quoted_printable(self._opening_html))
        shown = fitting_papers(papers, MOST_HTML - layout.html_size - above)
        self._left_out = len(papers) - len(shown)
        self._papers = self._ranked(shown)
        if is_old:
            titles = [fragment.title for fragment, _ in papers]
            self.subject = subject_of(titles, language)
            self._preheader = shortened(" · ".join(titles[:2]), _LONGEST_PREHEADER)
        else:
            self.subject, self._preheader = _inbox_line(papers, days, language)

    @property
    def list_facts(self) -> ListFacts:
        """What its headers say of the service and of the edition."""
        return list_facts(self._renderer, self._feedback_id)

    def html(self, *tokens: str) -> str:
        """The HTML part with tokens to read, to unsubscribe, for the preferences and for feedback.

        An empty token makes a link to the page that offers links by mail.
        """
        return _joined(self._plain_html, tokens)

    def whole_html(self, *tokens: str) -> str:
        """The same of all papers with their abstracts, for a browser, which cuts nothing.

        Everyone may see that page, so it has no links to feedback, and takes no token for them.
        """
        papers = [(n, it.without_feedback) for n, (it, _) in enumerate(self._all)]
        return _joined(self._html_template(self._ranked(papers), ""), (*tokens, ""))

    def _ranked(self, shown: Sequence[tuple[int, PaperFragment]]) -> list[_Shown]:
        """These papers, each with its place in the selection, as the mail has them."""
        if not self._sections:
            above: Sequence[Heading] = [NO_HEADING] * len(shown)
        else:
            letters = "".join([self._sections[place] for place, _ in shown])
            above = headings(letters, self.language)
        return [
            _Shown(fragment, rank, self._all[place][1], heading)
            for rank, ((place, fragment), heading) in enumerate(zip(shown, above, strict=True), 1)
        ]

    def text(self, *tokens: str) -> str:
        """The text part, in the same way."""
        return _joined(self._plain_text, tokens)

    @cached_property
    def _plain_html(self) -> _Template[str]:
        return self._html_template(self._papers, self._more_html)

    @property
    def _more_html(self) -> str:
        if not self._left_out:
            return ""
        return f"{self._more}{escape(more_papers(self._left_out, self.language))}</p>\n"

    @property
    def _more_text(self) -> str:
        if not self._left_out:
            return ""
        return f"\n\n{wrapped(more_papers(self._left_out, self.language), INDENT)}"

    @property
    def _opening_html(self) -> str:
        return f"{_OPENING}{escape(self._opening)}</p>\n" if self._opening else ""

    @property
    def _opening_text(self) -> str:
        return f"{wrapped(self._opening)}\n\n" if self._opening else ""

    def _html_template(self, papers: Sequence[_Shown], more: str) -> _Template[str]:
        start, before, after = self._layout.plain_html_parts
        found = [*start, escape(self._preheader), *before, self._opening_html]
        for fragment, rank, why, heading in papers:
            head, middle, tail = fragment.plain_html_parts
            found += [heading.html, *head, str(rank), *middle, escape(why), *tail]
        return _template([*found, more, *after], "", _TOKENS)

    @cached_property
    def _plain_text(self) -> _Template[str]:
        before, after = self._layout.plain_text_parts
        found = [*before, self._opening_text]
        for fragment, rank, why, heading in self._papers:
            head, middle, tail = fragment.plain_text_parts
            lines = _why_lines(why, self.language)
            found += [heading.text, *head, _rank_as_indent(rank), *middle, lines, *tail, "\n\n"]
        return _template([*found[:-1], self._more_text, self._last_gap, *after], "", _TOKENS)

    def message(self, to: str, message_id: str, date: str, tokens: Tokens) -> bytes:
        """The whole message for one recipient, encoded."""
        # Not as it is: no server needs to accept a header that is not ASCII.
        to = to if to.isascii() else ascii_address(to)
        values = (to, message_id, date, *tokens[:4])
        common, all_places = self._encoded
        parts = list(common)
        for value, places in zip(values, all_places, strict=True):
            encoded = value.encode()
            for place in places:
                parts[place] = encoded
        return b"".join(parts)

    @cached_property
    def _encoded(self) -> _Template[bytes]:
        """The message without what differs between two recipients of this body."""
        head = b"%b\r\nMIME-Version: 1.0\r\n" % _encoded_subject(self.subject)
        if self.content_language:
            head += b"Content-Language: %b\r\n" % self.content_language.encode("ascii")
        parts = list(common_headers(settings.MAIL_FROM, reply_to(), self.list_facts))
        parts += [head, _CONTENT_TYPE, _part_head(b"plain")]
        parts += self._text_parts()
        parts += [b"\r\n", _part_head(b"html")]
        parts += self._html_parts()
        parts.append(b"\r\n--%b--\r\n" % _BOUNDARY)
        return _template(parts, b"", (*_OWN, *_TOKENS))

    def _text_parts(self) -> BytePieces:
        before, after = self._layout.text_parts
        parts = [*before, quoted_printable(self._opening_text)] if self._opening else [*before]
        for fragment, rank, why, heading in self._papers:
            gap = _GAP if rank < len(self._papers) else b""
            start, end = fragment.text_around(_rank_as_indent(rank).encode(), gap)
            if heading.text_bytes:
                parts.append(heading.text_bytes)
            parts += [*start, _encoded_why(why, self.language), *end]
        more = quoted_printable(self._more_text + self._last_gap)
        return [*parts, more, *after]

    def _html_parts(self) -> BytePieces:
        start, before, after = self._layout.html_parts
        parts = [*start, encoded_html(self._preheader), *before]
        if self._opening:
            parts.append(quoted_printable(self._opening_html))
        for fragment, rank, why, heading in self._papers:
            start_of_paper, end = fragment.html_around(b"%d" % rank)
            if heading.html_bytes:
                parts.append(heading.html_bytes)
            parts += [*start_of_paper, encoded_html(why), *end]
        more = quoted_printable(self._more_html) if self._left_out else b""
        return [*parts, more, *after]


def _inbox_line(
    papers: Sequence[tuple[PaperFragment, str]], days: str, language: str
) -> tuple[str, str]:
    """The subject and the preheader. Editions frozen earlier have no headings."""
    pattern = subject_pattern()
    first, reason = papers[0]
    heading = first.heading or heading_of(first.title, room_for_title(pattern))
    titles = [fragment.title for fragment, _ in papers]
    return (
        subject(heading, len(papers) - 1, days, language, pattern),
        preheader(titles, reason or first.abstract, pattern),
    )


def _template(parts: Sequence[P | Slot], empty: P, slots: Sequence[Slot]) -> _Template[P]:
    """The parts with an empty one at each slot, and the places of each of these slots.

    Once for each selection of papers: 17 µs. By `id`, since the hash of a member is Python code.
    """
    filled: list[Any] = list(parts)
    places: dict[int, list[int]] = {id(slot): [] for slot in slots}
    slot_type = Slot  # a local name: this looks at each of some 350 parts
    for place in [place for place, part in enumerate(filled) if type(part) is slot_type]:
        places[id(filled[place])].append(place)
        filled[place] = empty
    # Tuples of texts and of numbers: Python's garbage collector does not traverse them.
    return tuple(filled), tuple(map(tuple, places.values()))


def _joined(template: _Template[str], tokens: Sequence[str]) -> str:
    common, all_places = template
    parts = list(common)
    for token, places in zip(tokens, all_places, strict=True):
        for place in places:
            parts[place] = token
    return "".join(parts)


# Thousands of recipients share a reason, even where they do not share all papers.
@lru_cache(maxsize=10_000)
def _encoded_why(why: str, language: str) -> bytes:
    if not why:  # blanks at the end of a line would be encoded, too
        return b""
    # The layout has the first line's indent before it, which counts in that line's length.
    return quoted_printable(INDENT + _why_lines(why, language))[len(INDENT) :]


def _why_lines(why: str, language: str) -> str:
    return wrap_after_indent(f"{why_label(language)} {why}") if why else ""


def _rank_as_indent(rank: int) -> str:
    return f"{rank}.".ljust(len(INDENT))


def _part_head(kind: bytes) -> bytes:
    return (
        b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" % (_BOUNDARY, kind)
    )


@lru_cache(maxsize=10_000)
def _encoded_subject(text: str) -> bytes:
    return text_header("Subject", text).encode("ascii")
