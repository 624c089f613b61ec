"""A curator's note: Markdown in, HTML for mails and pages, and lines for the text part. Pure.

Curators are trusted with words, not with markup: a mail that brings an image or a form of another
site would tell that site who reads it. So a note holds paragraphs, emphasis, lists, quotations and
links, and what else is written in it is shown as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from papers.text.plain_text import COLUMNS, wrapped

_TAGS: Final = {"p", "strong", "em", "a", "ul", "ol", "li", "br", "blockquote", "code"}
_ATTRIBUTES: Final = {"*": set[str](), "a": {"href"}, "ol": {"start"}}
_SCHEMES: Final = {"http", "https", "mailto"}
_ADDRESS: Final = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_NOT_KNOWN: Final = (
    *("code", "fence", "heading", "lheading", "hr", "html_block", "reference"),
    *("html_inline", "image"),
)
_NARROWEST: Final = 24  # columns of the innermost quotation


def _is_address(link: str) -> bool:
    return bool(_ADDRESS.match(link))


def _parser() -> MarkdownIt:
    # A line end stays one, as in notes that were written before they were Markdown.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 12})
    parser.validateLink = _is_address  # type: ignore[method-assign, assignment]
    return parser.disable(list(_NOT_KNOWN))


_PARSER: Final = _parser()


def note_html(note: str) -> SafeString:
    """The note as HTML that holds the tags above and no other; empty for an empty note."""
    html = nh3.clean(
        _PARSER.render(note),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    return mark_safe(html.strip())  # noqa: S308 (cleaned in the line above)


def note_line(note: str) -> str:
    """The note's words on one line, without its addresses: for lists and descriptions."""
    return " ".join(
        " ".join(_Words(numbered=False).of_blocks(_PARSER.parse(note), COLUMNS)).split()
    )


def note_text(note: str, indent: str = "") -> str:
    """The note at 72 columns, each line with `indent`; the addresses of its links at its end.

    "See [the paper](https://…)" becomes "See the paper [1]", and "[1] https://…" on its own line.
    """
    words = _Words()
    lines = words.of_blocks(_PARSER.parse(note), COLUMNS - len(indent))
    if words.addresses:
        lines += ["", *(f"[{number}] {it}" for number, it in enumerate(words.addresses, 1))]
    return "\n".join(f"{indent}{line}" if line else "" for line in lines)


@dataclass
class _Words:
    """Reads blocks of a note as lines, and collects the addresses of its links in their order."""

    numbered: bool = True
    addresses: list[str] = field(default_factory=list)

    def of_blocks(self, tokens: Sequence[Token], width: int, *, tight: bool = False) -> list[str]:
        """The lines of some blocks, with a blank one between two of them unless they are tight."""
        found: list[str] = []
        for token, inside in _blocks(tokens):
            lines = self._of_block(token, inside, max(width, _NARROWEST))
            found += ["", *lines] if found and not tight else lines
        return found

    def _of_block(self, token: Token, inside: Sequence[Token], width: int) -> list[str]:
        if token.type == "inline":
            return self._paragraph(token, width)
        if token.type == "blockquote_open":
            return [f"> {line}".rstrip() for line in self.of_blocks(inside, width - 2)]
        if token.type == "list_item_open":
            mark = f"{token.info}. " if token.info else "- "
            lines = self.of_blocks(inside, width - len(mark), tight=_is_tight(inside))
            indented = [f"{' ' * len(mark)}{line}".rstrip() for line in lines[1:]]
            return [mark + (lines[0] if lines else ""), *indented]
        return self.of_blocks(inside, width, tight=_is_tight(inside))

    def _paragraph(self, token: Token, width: int) -> list[str]:
        outside = " " * (COLUMNS - width)
        lines = self._inline(token.children or ()).split("\n")
        rows = [row for line in lines for row in wrapped(line, outside).split("\n")]
        return [row.removeprefix(outside) for row in rows]

    def _inline(self, tokens: Sequence[Token]) -> str:
        parts: list[str] = []
        opened: list[tuple[int, str]] = []
        for token in tokens:
            if token.type in ("softbreak", "hardbreak"):
                parts.append("\n")
            elif token.type == "link_open":
                opened.append((len(parts), str(token.attrs["href"])))
            elif token.type == "link_close":
                start, address = opened.pop()
                parts.append(self._mark(address.removeprefix("mailto:"), "".join(parts[start:])))
            else:
                parts.append(token.content)
        return "".join(parts)

    def _mark(self, address: str, words: str) -> str:
        """ " [1]" behind the words of a link, unless they are its address."""
        if not self.numbered or words == address:
            return ""
        if address not in self.addresses:
            self.addresses.append(address)
        return f" [{self.addresses.index(address) + 1}]"


def _is_tight(inside: Sequence[Token]) -> bool:
    """Whether these are items, or the blocks of one, without blank lines between them."""
    return any(token.hidden for token in inside)


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[Token, Sequence[Token]]]:
    """Each block of this level with the tokens in it."""
    place = 0
    while place < len(tokens):
        token, start = tokens[place], place + 1
        place, depth = start, int(token.nesting)
        while depth > 0 and place < len(tokens):
            depth += tokens[place].nesting
            place += 1
        yield token, tokens[start : place - 1]
