"""Set an edition's pieces once: each paper, and the mail around the papers.

Marks stand where a mail becomes personal: its token, its papers, their ranks and reasons.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import css_inline
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from newsletter.editions import links
from newsletter.editions.quoted_printable import quoted_printable
from newsletter.editions.tokens import TOKEN_LENGTH
from papers.wording import author_line, lead, short_figure

# Characters of Unicode's private use area, which no text holds.
TOKEN: Final = "\ue000"  # noqa: S105 (a mark, not a secret)
PAPERS: Final = "\ue001"
PREHEADER: Final = "\ue002"
RANK: Final = "\ue003"
WHY: Final = "\ue004"
TOKEN_PLACEHOLDER: Final = TOKEN.encode()
PLACEHOLDERS: Final = (TOKEN, PAPERS, PREHEADER, RANK, WHY)
_NO_PLACEHOLDERS: Final = dict.fromkeys(map(ord, PLACEHOLDERS))

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_COLUMNS: Final = 72
INDENT: Final = "    "  # the text part hangs its ranks: "10. Title"


# The room that each mark needs on its line; those of no width stand on lines of their own.
_WIDTHS: Final = {TOKEN: TOKEN_LENGTH, RANK: len(INDENT), WHY: 0, PAPERS: 0, PREHEADER: 0}


Parts = tuple[bytes, ...]  # a text for the wire, cut so that the token's marks stand alone


@dataclass(frozen=True)
class Layout:
    """The mail around the papers, with marks: as text, and encoded for the wire."""

    html: str
    text: str

    @cached_property
    def wire_html(self) -> bytes:
        return quoted_printable(self.html, _WIDTHS)

    @cached_property
    def wire_text(self) -> bytes:
        return quoted_printable(self.text, _WIDTHS)

    @cached_property
    def html_parts(self) -> Sequence[Parts]:
        """What stands before the preheader, up to the papers, and after them."""
        return _cut(self.wire_html, PREHEADER, PAPERS)

    @cached_property
    def text_parts(self) -> Sequence[Parts]:
        """What stands before the papers, and after them."""
        return _cut(self.wire_text, PAPERS)


@dataclass(frozen=True)
class PaperFragment(Layout):
    """One paper's part of the mail, the same way; `title` is plain text without marks."""

    title: str

    @cached_property
    def html_parts(self) -> Sequence[Parts]:
        """What stands before its rank, up to its reason, and after that."""
        return _cut(self.wire_html, RANK, WHY)

    @cached_property
    def text_parts(self) -> Sequence[Parts]:
        return _cut(self.wire_text, RANK, WHY)


def _cut(wire: bytes, *marks: str) -> Sequence[Parts]:
    """The parts between these marks, which stand once each in this order."""
    found = []
    for mark in marks:
        part, wire = wire.split(mark.encode())
        found.append(_around_tokens(part))
    return [*found, _around_tokens(wire)]


def _around_tokens(wire: bytes) -> Parts:
    """Cut around each token's mark. All marks are one object, to be found by identity."""
    between = [
        part for plain in wire.split(TOKEN_PLACEHOLDER) for part in (TOKEN_PLACEHOLDER, plain)
    ]
    return tuple(between[1:])


def render_layout(context: dict[str, Any]) -> Layout:
    """The mail around the papers. `context`: see templates/emails/digest.html."""
    links = context | _site_links()
    return Layout(
        html=_inline(render_to_string("emails/digest.html", links | _html_marks())),
        text=render_to_string("emails/digest.txt", links | _text_marks()).rstrip("\n") + "\n",
    )


def render_fragment(position: int, facts: Mapping[str, Any]) -> PaperFragment:
    """One paper, as it stands in every digest of the edition.

    Args:
        position: its place in the common list, which numbers its links.
        facts: a `Candidate.facts`.
    """
    words = _words_of(facts) | {"links": links.addresses(position, facts, TOKEN)}
    html = _inline_fragment(render_to_string("emails/digest_paper.html", words | _html_marks()))
    text = render_to_string("emails/digest_paper.txt", words | _text_marks())
    return PaperFragment(title=words["title"], html=html.strip() + "\n", text=text.strip("\n"))


def _words_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as a mail words them."""
    clean = {name: _without_marks(value) for name, value in facts.items()}
    byline, summary = author_line(clean["authors"]), lead(clean["summary"])
    return clean | {
        "byline": byline,
        "summary": summary,
        "figures": _figures(clean),
        # The rank takes the first line's indent; it is filled in when the rank is known.
        "title_lines": hung(clean["title"]),
        "byline_lines": _wrapped(byline),
        "summary_lines": _wrapped(summary),
        "figures_lines": _wrapped(" · ".join(_figures(clean))),
    }


def _figures(facts: Mapping[str, Any]) -> list[str]:
    figures = list(facts["topics"])
    if facts["upvotes"] is not None:
        gain = facts["upvotes_gain"]
        figures.append(
            f"▲ {short_figure(facts['upvotes'])}"
            + (f" (+{short_figure(gain)} in a day)" if gain else "")
        )
    if facts["is_sample"]:
        figures.append("sample data")
    return figures


def _text_marks() -> dict[str, Any]:
    return {"marks": {"papers": PAPERS, "rank": RANK, "why": WHY}}


def _html_marks() -> dict[str, Any]:
    alone = {"papers": PAPERS, "preheader": PREHEADER, "why": WHY}
    return {"marks": {"rank": RANK, **{name: f"\n{mark}\n" for name, mark in alone.items()}}}


def _site_links() -> dict[str, str]:
    site = settings.SITE_URL
    return {
        "unsubscribe_url": f"{site}/u/{TOKEN}",
        "preferences_url": f"{site}/p/{TOKEN}",
        "browser_url": f"{site}/d/{TOKEN}",
        "site_url": site,
    }


def _without_marks(value: Any) -> Any:
    return value.translate(_NO_PLACEHOLDERS) if isinstance(value, str) else value


def _wrapped(text: str) -> str:
    lines = textwrap.wrap(
        text,
        _COLUMNS,
        initial_indent=INDENT,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def hung(text: str) -> str:
    """Wrapped, but the first line follows something that stands in its indent."""
    return _wrapped(text).strip()


def _style() -> str:
    path = finders.find("mail.css")
    if path is None:
        raise FileNotFoundError("static/mail.css")
    return _COMMENT.sub("", Path(str(path)).read_text())


def _inline(html: str) -> str:
    """Rules become style attributes; the sheet stays for dark mode and narrow screens."""
    inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, extra_css=_style())
    return inliner.inline(html)


def _inline_fragment(html: str) -> str:
    return css_inline.inline_fragment(html, css=_style())
