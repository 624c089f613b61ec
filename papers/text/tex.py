r"""Convert the TeX of titles and abstracts to Unicode: `$\alpha$-divergence` → `α-divergence`.

Outside mathematics a text is mostly prose that only looks like TeX: `50% of`, `costs $5 and
$6`, `snake_case`. A TeX parser would read the percent sign as a comment and drop the dollars,
so the text is first cut into mathematics, addresses and prose.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from papers.text.addresses import linked, plain_address
from papers.text.latex.commands import commands_undone
from papers.text.latex.formulas import math_text
from papers.text.latex.prose import prose_text
from papers.text.latex.scan import DEEPEST
from papers.text.latex.spans import LONGEST_MATH, Span, spans
from web.isolation import is_about_one_row, log_once

_FIRST: Final = 0xF0000  # for private use: one character stands for each span
_MOST: Final = 0xFFFD
_PROTECTED: Final = re.compile(f"([{chr(_FIRST)}-{chr(_FIRST + _MOST)}])")

log = logging.getLogger(__name__)
Shown = tuple[str, str]  # a span as Unicode, and its TeX when it is a formula


def unicode_math(text: str) -> str:
    """The text with its TeX as Unicode. Broken TeX stays unchanged; never raises.

    So does a text of which nothing would be left: a title links to its page by its letters.
    """
    if not may_have_tex(text):
        return text
    try:
        converted = _converted(text, 0)
        return text if converted.isspace() or not converted else converted
    except Exception as error:  # noqa: BLE001 (any: a text must not cost its page)
        return _left_as_it_is(text, error)


def _left_as_it_is(text: str, error: Exception) -> str:
    """`text`, when its conversion raised `error`: a text from outside, or a full stack of calls."""
    if not is_about_one_row(error):
        raise error
    # Not the text itself: it may be what a reader follows. On a full stack, not even this.
    with suppress(RecursionError):
        log_once(log, "its page", f"the TeX in a text of {len(text)} characters", error)
    return text


def parts(text: str) -> Iterator[tuple[str, str]]:
    """The text in parts: each as Unicode, and the TeX of those that are a formula, else nothing.

    Joined, the first values are `unicode_math(text)`. A formula inside a link has no part of its
    own. Never raises.
    """
    try:
        found = list(_parts(text)) if may_have_tex(text) else []
        yield from found if any(shown.strip() for shown, _ in found) else [(text, "")]
    except Exception as error:  # noqa: BLE001 (as above)
        yield _left_as_it_is(text, error), ""


def _parts(text: str) -> Iterator[Shown]:
    prose, kept = _protected(text, 0)
    for part in _PROTECTED.split(prose):
        place = ord(part) - _FIRST if _PROTECTED.fullmatch(part) else len(kept)
        yield kept[place] if place < len(kept) else (part, "")


def may_have_tex(text: str) -> bool:
    """Whether `text` has a character that TeX begins with; most titles have none."""
    return any(mark in text for mark in ("\\", "$", "--", "`", "~", "{"))


def formula_text(tex: str, before: str = "", after: str = "", depth: int = 0) -> str:
    """One formula, without its dollars, as Unicode; `before` and `after` stand beside it."""
    if len(tex) > LONGEST_MATH:
        return tex
    return math_text(tex, _converted, depth, before, after)


def _converted(text: str, depth: int, is_code: bool = False) -> str:
    if depth > DEEPEST:
        return text
    prose, kept = _protected(text, depth, is_code)
    return _PROTECTED.sub(lambda found: _kept(kept, found[0]), prose)


def _protected(text: str, depth: int, is_code: bool = False) -> tuple[str, list[Shown]]:
    """The prose of `text` as Unicode, with one character for each span, and the spans.

    They are taken out before the prose is converted, so that quotes may stand around them.
    """
    kept: list[Shown] = []
    pieces, at = [], 0
    for span in spans(text):
        if len(kept) > _MOST:
            break
        pieces += [text[at : span.start], chr(_FIRST + len(kept))]
        kept.append((_shown(span, text, depth), span.tex if span.kind == "math" else ""))
        at = span.end
    rest = "".join([*pieces, text[at:]])
    return commands_undone(rest, depth) if is_code else prose_text(rest, depth), kept


def _kept(kept: list[Shown], sign: str) -> str:
    place = ord(sign) - _FIRST
    return kept[place][0] if place < len(kept) else sign


def _shown(span: Span, text: str, depth: int) -> str:
    if span.kind == "math":
        before, after = text[max(0, span.start - 1) : span.start], text[span.end : span.end + 1]
        return formula_text(span.tex, before, after, depth + 1)
    if span.kind == "link":
        return linked(_converted(span.label, depth + 1).strip(), _address(span.tex))
    if span.kind in {"url", "address"}:
        return _address(span.tex)
    return _converted(span.tex, depth + 1, is_code=True) if span.kind == "code" else span.tex


def _address(tex: str) -> str:
    return "".join(plain_address(tex).split())
