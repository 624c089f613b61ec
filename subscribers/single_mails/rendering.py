"""Render a single mail: its texts are filled into HTML whose style was inlined once.

Inlining takes a millisecond or two, and the HTML of one kind of mail differs by a few texts only.
So a template is rendered with a random word for each text, styled, and cut at these words; that is
kept. A mail is then a join. A text is escaped as it is filled in, and can bring no place with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from secrets import token_hex
from typing import Final, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language

from mail.styles import inlined
from papers.text.plain_text import page

# What a template gets: a text is filled in, and everything else decides what the HTML looks like.
Value = str | int | bool | None
_INDENTS: Final = re.compile(r"\s*\n\s*")
_EMPTY_LINES: Final = re.compile(r"\n\s*\n")
_KEPT: Final = 200  # kinds × languages × what they say


class Filled(NamedTuple):
    """A name whose text stands here."""

    name: str


def render(kind: str, context: Mapping[str, Value]) -> tuple[str, str, str]:
    """Subject, text and HTML, out of emails/KIND.subject.txt, .txt and .html, in the language now.

    A line of the text's template is a paragraph; several empty lines are one.
    """
    subject, text = (
        render_to_string(f"emails/{kind}.{part}", dict(context)) for part in ("subject.txt", "txt")
    )
    lines = _EMPTY_LINES.sub("\n\n", page(text))
    return " ".join(subject.split()), lines, render_html(kind, context)


def render_html(kind: str, context: Mapping[str, Value]) -> str:
    """The HTML part alone."""
    shape = frozenset(
        (name, Filled(name) if isinstance(value, str) and value else value)
        for name, value in context.items()
    )
    # An edited template shows at once while pages are developed.
    make = _skeleton.__wrapped__ if settings.DEBUG else _skeleton
    parts = make(kind, get_language() or "", shape)
    return "".join(
        escape(context[part.name]) if isinstance(part, Filled) else part for part in parts
    )


@lru_cache(maxsize=_KEPT)
def _skeleton(
    kind: str, language: str, shape: frozenset[tuple[str, Value | Filled]]
) -> Sequence[str | Filled]:
    """The styled HTML as pieces, with the name of each text where it stands.

    `language` is the active one: the templates are translated into it.
    """
    words = {f"slot{token_hex(16)}": value for _, value in shape if isinstance(value, Filled)}
    by_name = {value.name: word for word, value in words.items()}
    context = {name: by_name[name] if isinstance(value, Filled) else value for name, value in shape}
    html = _INDENTS.sub("\n", inlined(render_to_string(f"emails/{kind}.html", context))).strip()
    return tuple(words.get(piece, piece) for piece in _pieces(html, words))


def _pieces(html: str, words: Mapping[str, Filled]) -> Sequence[str]:
    return re.split(f"({'|'.join(words)})", html) if words else [html]
