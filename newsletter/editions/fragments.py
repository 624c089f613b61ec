"""Render an edition once: a fragment for each paper, and the layout around the papers.

Placeholders stand where a digest becomes personal: its token, its papers, their ranks and reasons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import css_inline
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from newsletter.editions import links
from newsletter.editions.plain_text import paragraphs, wrapped
from newsletter.editions.quoted_printable import quoted_printable
from newsletter.editions.tokens import TOKEN_LENGTH
from papers.text.shorten import place_to_cut, shortened
from papers.wording import author_line, lead, short_figure

# Characters of Unicode's private use area. Every value is rid of them before it is rendered, or a
# name that holds one would make the digest of each of its readers fail.
TOKEN: Final = "\ue000"  # noqa: S105 (a placeholder, not a secret)
PAPERS: Final = "\ue001"
PREHEADER: Final = "\ue002"
RANK: Final = "\ue003"
WHY: Final = "\ue004"
TOKEN_PLACEHOLDER: Final = TOKEN.encode()
PLACEHOLDERS: Final = (TOKEN, PAPERS, PREHEADER, RANK, WHY)
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
INDENT: Final = "    "  # of the text part; a paper's rank stands in it: "10. Title"

# The most characters that each value takes on its line. A placeholder of width 0 stands on a line
# of its own, and its value is wrapped by itself.
_WIDTHS: Final = {TOKEN: TOKEN_LENGTH, RANK: len(INDENT), WHY: 0, PAPERS: 0, PREHEADER: 0}


# Gmail cuts a mail at 102 KB of HTML. What comes in is not bounded, so what is shown is: letters.
_LONGEST_TITLE: Final = 300
_LONGEST_TOPIC: Final = 60
_MOST_TOPICS: Final = 8
_LONGEST_NOTE: Final = 2_000
_LONGEST_LINE: Final = 300  # the curators, the postal address
_SUMMARY: Final = re.compile(r'\s*<p class="summary"[^<>]*>[^<>]*</p>')


Parts = tuple[bytes, ...]  # encoded text, split so that each token placeholder is one item


@dataclass(frozen=True)
class Layout:
    """The mail around the papers, with placeholders: as text, and encoded for transport."""

    html: str
    text: str

    @cached_property
    def encoded_html(self) -> bytes:
        return quoted_printable(self.html, _WIDTHS)

    @cached_property
    def encoded_text(self) -> bytes:
        return quoted_printable(self.text, _WIDTHS)

    @cached_property
    def html_parts(self) -> Sequence[Parts]:
        """The HTML before the preheader, from there to the papers, and after the papers."""
        return _split_at(self.encoded_html, PREHEADER, PAPERS)

    @cached_property
    def text_parts(self) -> Sequence[Parts]:
        """The text before the papers, and after them."""
        return _split_at(self.encoded_text, PAPERS)


@dataclass(frozen=True)
class PaperFragment(Layout):
    """One paper's part of the mail, in the same form; `title` is plain, without placeholders."""

    title: str

    @property
    def is_intact(self) -> bool:
        """Whether no placeholder stands twice: such a fragment makes each of its digests fail."""
        return not any(part.count(it) > 1 for part in (self.html, self.text) for it in (RANK, WHY))

    @cached_property
    def brief(self) -> PaperFragment:
        """The same without its abstract in the HTML."""
        return replace(self, html=_SUMMARY.sub("", self.html, count=1))

    @cached_property
    def html_parts(self) -> Sequence[Parts]:
        """The HTML before the rank, from there to the reason, and after the reason."""
        return _split_at(self.encoded_html, RANK, WHY)

    @cached_property
    def text_parts(self) -> Sequence[Parts]:
        """The text before the rank, from there to the reason, and after the reason."""
        return _split_at(self.encoded_text, RANK, WHY)


def _split_at(encoded: bytes, *placeholders: str) -> Sequence[Parts]:
    """The parts between these placeholders, each of which stands once, in this order."""
    found = []
    for placeholder in placeholders:
        part, encoded = encoded.split(placeholder.encode())
        found.append(_split_at_tokens(part))
    return [*found, _split_at_tokens(encoded)]


def _split_at_tokens(encoded: bytes) -> Parts:
    """Split around each token placeholder: all are the same object, found later by identity."""
    between = [
        part for plain in encoded.split(TOKEN_PLACEHOLDER) for part in (TOKEN_PLACEHOLDER, plain)
    ]
    return tuple(between[1:])


def render_layout(context: dict[str, Any]) -> Layout:
    """The mail around the papers. `context`: see templates/emails/digest.html."""
    values = _bounded(without_placeholders(context)) | _site_links()
    html = render_to_string("emails/digest.html", values | _html_placeholders())
    text = render_to_string("emails/digest.txt", values | _text_placeholders())
    return Layout(html=_inline(html), text=text.rstrip("\n") + "\n")


def _bounded(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a layout, with bounds, and with lines for the text part."""
    note, byline = context["note"], shortened(context["byline"], _LONGEST_LINE)
    if len(note) > _LONGEST_NOTE:
        note = note[: place_to_cut(note, _LONGEST_NOTE)].rstrip() + "…"
    address = shortened(context["postal_address"], _LONGEST_LINE)
    return {
        **context,
        "note": note,
        "byline": byline,
        "postal_address": address,
        "note_lines": paragraphs(note),
        "byline_lines": wrapped(byline),
        "postal_lines": wrapped(address),
    }


def render_fragment(position: int, facts: Mapping[str, Any]) -> PaperFragment:
    """One paper, the same in every digest of the edition.

    Args:
        position: the paper's place in the edition's list; its links are numbered by it.
        facts: a `Candidate.facts`.

    Raises:
        Exception: any, when the facts are not those of a paper; or no digest could be built of it.
    """
    values = _fragment_context(facts) | {"links": links.addresses(position, facts, TOKEN)}
    html = render_to_string("emails/digest_paper.html", values | _html_placeholders())
    text = render_to_string("emails/digest_paper.txt", values | _text_placeholders())
    fragment = PaperFragment(
        title=values["title"], html=_inline_fragment(html).strip() + "\n", text=text.strip("\n")
    )
    _ = fragment.html_parts, fragment.text_parts  # what each digest does with it
    return fragment


def _fragment_context(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as the templates of a paper use them."""
    clean: dict[str, Any] = without_placeholders(dict(facts))
    byline, summary, figures = (
        author_line(clean["authors"]),
        lead(clean["summary"]),
        _figures(clean),
    )
    title = shortened(clean["title"], _LONGEST_TITLE)
    return clean | {
        "title": title,
        "byline": byline,
        "summary": summary,
        "figures": figures,
        # The rank stands in the first line's indent; it is filled in when it is known.
        "title_lines": wrap_after_indent(title),
        "byline_lines": _wrapped(byline),
        "summary_lines": _wrapped(summary),
        "figures_lines": _wrapped(" · ".join(figures)),
    }


def _figures(facts: Mapping[str, Any]) -> list[str]:
    figures = [shortened(name, _LONGEST_TOPIC) for name in facts["topics"][:_MOST_TOPICS]]
    if facts["upvotes"] is not None:
        gain = facts["upvotes_gain"]
        figures.append(
            f"▲ {short_figure(facts['upvotes'])}"
            + (f" (+{short_figure(gain)} in a day)" if gain else "")
        )
    if facts["is_sample"]:
        figures.append("sample data")
    return figures


def _text_placeholders() -> dict[str, Any]:
    return {"placeholders": {"papers": PAPERS, "rank": RANK, "why": WHY}}


def _html_placeholders() -> dict[str, Any]:
    alone = {"papers": PAPERS, "preheader": PREHEADER, "why": WHY}
    lines = {name: f"\n{placeholder}\n" for name, placeholder in alone.items()}
    return {"placeholders": {"rank": RANK, **lines}}


def without_placeholders(value: Any) -> Any:
    """A JSON value without placeholders, and all other characters of private use, in any text."""
    if isinstance(value, str):
        return value if value.isprintable() else _PRIVATE.sub("", value)
    if isinstance(value, list | tuple):
        return [without_placeholders(one) for one in value]
    if isinstance(value, dict):
        return {without_placeholders(key): without_placeholders(it) for key, it in value.items()}
    return value


def _site_links() -> dict[str, str]:
    site = settings.SITE_URL
    return {
        "unsubscribe_url": f"{site}/u/{TOKEN}",
        "preferences_url": f"{site}/p/{TOKEN}",
        "browser_url": f"{site}/d/{TOKEN}",
        "site_url": site,
    }


def _wrapped(text: str) -> str:
    return wrapped(text, INDENT)


def wrap_after_indent(text: str) -> str:
    """Wrapped and indented; the first line has no indent, since a rank or a word stands there."""
    return _wrapped(text).strip()


def _style() -> str:
    path = finders.find("mail.css")
    if path is None:
        raise FileNotFoundError("static/mail.css")
    return _COMMENT.sub("", Path(str(path)).read_text())


def _inline(html: str) -> str:
    """Turn CSS rules into style attributes; @media rules stay, for dark mode and narrow screens."""
    inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, extra_css=_style())
    return inliner.inline(html)


def _inline_fragment(html: str) -> str:
    return css_inline.inline_fragment(html, css=_style())
