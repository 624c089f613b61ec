"""Render an edition once: a fragment for each paper, and the layout around the papers.

Slots stand where a digest becomes personal: its tokens, its papers, their ranks and reasons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Final, TypeVar

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape

from mail.styles import inlined, inlined_fragment
from newsletter.editions import links
from newsletter.editions.rendering.notes import note_html, note_text
from newsletter.editions.rendering.paper_context import (
    INDENT,
    cut_note,
    indented,
    note_context,
    paper_context,
    without_placeholders,
)
from newsletter.editions.rendering.quoted_printable import quoted_printable
from newsletter.editions.rendering.slots import (
    BytePieces,
    Marks,
    Slot,
    TextPieces,
    encoded_pieces,
    pieces,
    without_private_use,
)
from newsletter.editions.tokens import TOKEN_LENGTH
from papers.text.plain_text import page
from papers.text.shorten import shortened

_TOKENS: Final = (Slot.READ, Slot.UNSUBSCRIBE, Slot.PREFERENCES, Slot.FEEDBACK)

# Gmail cuts a mail at 102 KB of HTML. What comes in is not bounded, so what is shown is: letters.
_LONGEST_NOTE: Final = 2_000
_LONGEST_ABSTRACT: Final = 1_800  # of the first paper
_LONGEST_LINE: Final = 300  # the curators, the postal address
# Editions that were frozen earlier have a paragraph of them.
_FEEDBACK: Final = re.compile(
    r'\s*<p class="feedback"[^<>]*>.*?</p>|<span class="feedback"[^<>]*>.*?</span>', re.DOTALL
)
_FEWER: Final = ("weekly", "monthly", "pause")  # see newsletter/fewer_mails.py
_INDENTS: Final = re.compile(r"\s*\n\s*")
_SUMMARY: Final = re.compile(r'\s*<p class="summary"[^<>]*>[^<>]*</p>')
_SUMMARY_INSIDE: Final = re.compile(r'(<p class="summary"[^<>]*>)[^<>]*(?=</p>)')
_TEXT_SUMMARY: Final = re.compile(
    f"{Slot.SUMMARY_START.value}(.*?){Slot.SUMMARY_END.value}", re.DOTALL
)
_REASON: Final = re.compile(
    rf'\s*<p class="why"[^<>]*>[^<>{Slot.WHY.value}]*{Slot.WHY.value}\s*</p>'
)
_TEXT_REASON: Final = re.compile(rf"\n+ *{Slot.WHY.value}")
_TITLE: Final = re.compile(r'<h3 class="title"([^<>]*?font: 600 )20px/1\.3 ')
_FIRST_TITLE: Final = r'<h3 class="title first"\g<1>26px/1.2 '

P = TypeVar("P")


@dataclass(frozen=True)
class Layout:
    """The mail around the papers, with slots: as stored text, and encoded for transport.

    `token_length` is that of the tokens to be filled in: lines are folded as if they stood there.
    """

    html: str
    text: str
    token_length: int = field(default=TOKEN_LENGTH, kw_only=True)

    # Where a fragment or the layout is divided: each of these slots stands once, in this order.
    html_slots: ClassVar[tuple[Slot, ...]] = (Slot.PREHEADER, Slot.PAPERS)
    text_slots: ClassVar[tuple[Slot, ...]] = (Slot.PAPERS,)

    @cached_property
    def html_parts(self) -> Sequence[BytePieces]:
        """The encoded HTML before, between and after its `html_slots`."""
        encoded = quoted_printable(self.html, _widths(self.token_length))
        return _divided(encoded_pieces(encoded), self.html_slots)

    @cached_property
    def html_size(self) -> int:
        """The bytes of the encoded HTML with its tokens, without what fills the other slots."""
        found = [piece for part in self.html_parts for piece in part]
        return sum(self.token_length if isinstance(it, Slot) else len(it) for it in found)

    @property
    def shown_text(self) -> str:
        """The text without the slots that nothing fills."""
        return self.text

    @cached_property
    def text_parts(self) -> Sequence[BytePieces]:
        """The encoded text before, between and after its `text_slots`."""
        encoded = quoted_printable(self.shown_text, _widths(self.token_length))
        return _divided(encoded_pieces(encoded), self.text_slots)

    @cached_property
    def plain_html_parts(self) -> Sequence[TextPieces]:
        """The same, not encoded."""
        return _divided(pieces(self.html), self.html_slots)

    @cached_property
    def plain_text_parts(self) -> Sequence[TextPieces]:
        """The same, not encoded."""
        return _divided(pieces(self.shown_text), self.text_slots)


@dataclass(frozen=True)
class PaperFragment(Layout):
    """One paper's part of the mail, in the same form; `title` is plain text, without slots.

    `heading` is what a subject says of it; empty in editions that were composed without any.
    `abstract` is what a digest that begins with it says of it, in plain text.
    """

    title: str
    heading: str = field(default="", kw_only=True)
    abstract: str = field(default="", kw_only=True)

    html_slots: ClassVar[tuple[Slot, ...]] = (Slot.RANK, Slot.WHY)
    text_slots: ClassVar[tuple[Slot, ...]] = (Slot.RANK, Slot.WHY)

    @property
    def is_intact(self) -> bool:
        """Whether digests can be built of it: not if a slot is missing or stands twice."""
        try:
            _ = self.plain_html_parts, self.plain_text_parts
        except ValueError:
            return False
        return True

    def html_around(self, rank: bytes) -> tuple[BytePieces, BytePieces]:
        """The encoded HTML with this rank, before its reason and after it.

        Made once for each rank. A message is a join of such pieces, so the fewer the better: what
        stands around the rank is one piece.
        """
        found = self._html_by_rank.get(rank)
        if found is None:
            head, middle, tail = self.html_parts
            found = self._html_by_rank[rank] = _merged([*head, rank, *middle]), _merged(tail)
        return found

    def text_around(self, rank: bytes, gap: bytes) -> tuple[BytePieces, BytePieces]:
        """The same of the text, with the gap before the next paper; empty after the last one."""
        found = self._text_by_rank.get((rank, gap))
        if found is None:
            head, middle, tail = self.text_parts
            found = _merged([*head, rank, *middle]), _merged([*tail, gap])
            self._text_by_rank[rank, gap] = found
        return found

    @cached_property
    def _html_by_rank(self) -> dict[bytes, tuple[BytePieces, BytePieces]]:
        return {}

    @cached_property
    def _text_by_rank(self) -> dict[tuple[bytes, bytes], tuple[BytePieces, BytePieces]]:
        return {}

    @property
    def shown_text(self) -> str:
        return _TEXT_SUMMARY.sub(r"\1", self.text)

    @cached_property
    def as_first(self) -> PaperFragment:
        """The same as a digest begins with it: a larger title, and the whole abstract.

        What an earlier version froze stays as it is: its text does not say where its summary is.
        """
        if not _TEXT_SUMMARY.search(self.text):
            return self
        html = _TITLE.sub(_FIRST_TITLE, self.html, count=1)
        whole = shortened(without_private_use(self.abstract), _LONGEST_ABSTRACT)
        if not whole:
            return replace(self, html=html)
        return replace(
            self,
            html=_SUMMARY_INSIDE.sub(lambda tag: tag[1] + escape(whole), html, count=1),
            text=_TEXT_SUMMARY.sub(lambda _: indented(whole), self.text, count=1),
        )

    @cached_property
    def without_reason(self) -> PaperFragment:
        """The same without the line that says why; its slot stays, and takes no text."""
        return replace(
            self,
            html=_REASON.sub(Slot.WHY.value, self.html, count=1),
            text=_TEXT_REASON.sub(Slot.WHY.value, self.text, count=1),
        )

    @cached_property
    def brief(self) -> PaperFragment:
        """The same without its abstract in the HTML."""
        return replace(self, html=_SUMMARY.sub("", self.html, count=1))

    @cached_property
    def without_feedback(self) -> PaperFragment:
        """The same without its links to feedback in the HTML: they are its reader's own."""
        return replace(self, html=_FEEDBACK.sub("", self.html, count=1))


def _divided(found: Sequence[P | Slot], at: Sequence[Slot]) -> Sequence[Sequence[P | Slot]]:
    """The pieces before, between and after these slots.

    Raises:
        ValueError: one of them is missing, or another slot than a token's is left.
    """
    parts: list[Sequence[P | Slot]] = []
    rest = tuple(found)
    for slot in at:
        place = rest.index(slot)
        parts.append(rest[:place])
        rest = rest[place + 1 :]
    left = [piece for part in (*parts, rest) for piece in part if isinstance(piece, Slot)]
    if not set(left) <= set(_TOKENS):
        raise ValueError("a slot stands twice")
    return (*parts, rest)


def _merged(found: BytePieces) -> BytePieces:
    """The same with texts that follow each other as one, and without empty ones."""
    parts: list[bytes | Slot] = []
    for piece in found:
        if isinstance(piece, Slot) or not parts or isinstance(parts[-1], Slot):
            parts.append(piece)
        else:
            parts[-1] += piece
    return tuple(piece for piece in parts if piece)


@lru_cache(maxsize=8)
def _widths(token_length: int) -> dict[str, int]:
    """The most characters that each value takes on its line.

    A slot of width 0 stands on a line of its own, and its value is wrapped by itself.
    """
    alone = (Slot.WHY, Slot.PAPERS, Slot.PREHEADER)
    return {
        **{slot.value: token_length for slot in _TOKENS},
        **{slot.value: 0 for slot in alone},
        Slot.RANK.value: len(INDENT),
    }


def render_layout(context: dict[str, Any]) -> Layout:
    """The mail around the papers. `context`: see templates/emails/digest.html."""
    marks = Marks()
    values = _bounded(without_placeholders(context)) | _site_links(marks)
    html = render_to_string("emails/digest.html", values | _html_placeholders(marks))
    text = page(render_to_string("emails/digest.txt", values | _text_placeholders(marks)))
    text = text.replace(marks[Slot.NOTE], note_text(values["note"]))  # it has lines of its own
    return Layout(html=marks.stored(inlined(html).lstrip()), text=marks.stored(text))


def _bounded(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a layout, with bounds."""
    byline = shortened(context["byline"], _LONGEST_LINE)
    note = cut_note(context["note"], _LONGEST_NOTE)
    address = shortened(context["postal_address"], _LONGEST_LINE)
    return {
        **context,
        "note": note,
        "note_html": note_html(note),
        "byline": byline,
        "postal_address": address,
    }


def render_fragment(position: int, facts: Mapping[str, Any], note: str = "") -> PaperFragment:
    """One paper, the same in every digest of the edition.

    Args:
        position: the paper's place in the edition's list; its links are numbered by it.
        facts: a `Candidate.facts`.
        note: of a curator on this paper, in Markdown.

    Raises:
        Exception: any, when the facts are not those of a paper; or no digest could be built of it.
    """
    marks = Marks()
    own_links = links.addresses(position, facts, marks[Slot.READ])
    feedback = links.feedback_addresses(position, marks[Slot.FEEDBACK])
    values = paper_context(facts) | {"links": own_links, "feedback": feedback}
    values |= note_context(note)
    html = render_to_string("emails/digest_paper.html", values | _html_placeholders(marks))
    text = render_to_string("emails/digest_paper.txt", values | _text_placeholders(marks))
    fragment = PaperFragment(
        title=values["title"],
        abstract=values["abstract"],
        html=marks.stored(_without_indents(inlined_fragment(html)) + "\n"),
        text=marks.stored(text.strip("\n")),
    )
    _ = fragment.html_parts, fragment.text_parts  # what each digest does with it
    return fragment


def _text_placeholders(marks: Marks) -> dict[str, Any]:
    names = {
        "papers": Slot.PAPERS,
        "rank": Slot.RANK,
        "why": Slot.WHY,
        "note": Slot.NOTE,
        "summary_start": Slot.SUMMARY_START,
        "summary_end": Slot.SUMMARY_END,
    }
    return {"placeholders": {name: marks[slot] for name, slot in names.items()}}


def _html_placeholders(marks: Marks) -> dict[str, Any]:
    alone = {"papers": Slot.PAPERS, "preheader": Slot.PREHEADER, "why": Slot.WHY}
    lines = {name: f"\n{marks[slot]}\n" for name, slot in alone.items()}
    return {"placeholders": {"rank": marks[Slot.RANK], **lines}}


def _site_links(marks: Marks) -> dict[str, str]:
    site = settings.SITE_URL
    return {
        "unsubscribe_url": f"{site}/u/{marks[Slot.UNSUBSCRIBE]}",
        "preferences_url": f"{site}/p/{marks[Slot.PREFERENCES]}",
        "browser_url": f"{site}/d/{marks[Slot.READ]}",
        "feedback_url": f"{site}/w/{marks[Slot.FEEDBACK]}",
        "site_url": site,
        "forward_url": f"{site}/forwarded/",
        **{f"{one}_url": f"{site}/u/{marks[Slot.UNSUBSCRIBE]}?fewer={one}" for one in _FEWER},
    }


def _without_indents(html: str) -> str:
    """The same without the indents of its template: a mail holds dozens of papers."""
    return _INDENTS.sub("\n", html.strip())
