r"""The parts of a text that are not prose: mathematics, links, code and web addresses.

They are taken out of a text before its prose is converted: an address must keep its dashes, and
code its quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from papers.text.addresses import ADDRESS, without_punctuation
from papers.text.latex.dollars import is_mathematics
from papers.text.latex.scan import TexScan, is_balanced

Kind = Literal["math", "link", "url", "code", "address", "private"]

LONGEST_MATH: Final = 2000  # characters of one formula
_START: Final = re.compile(
    r"(?P<environment>\\begin\{(?P<name>(?:equation|align|gather|eqnarray|displaymath|math|multline)\*?)\})"
    r"|(?P<structure>\\(?:[dtc]?frac|sqrt|[dt]?binom)(?![a-zA-Z]))"
    r"|(?P<bracket>\\[(\[])"
    r"|(?P<link>\\href(?![a-zA-Z]))"
    r"|(?P<url>\\(?:url|path|nolinkurl)(?![a-zA-Z]))"
    r"|(?P<code>\\(?:texttt|lstinline|mintinline)(?![a-zA-Z]))"
    r"|(?P<verb>\\verb\*?(?P<mark>[|!+/\"@#])(?P<verbatim>[^\n]*?)(?P=mark))"
    r"|(?P<double>\\\$(?P<variable>[A-Za-z])\\\$)"
    r"|(?P<escaped>\\.)"
    r"|(?P<dollars>\$\$?)"
    f"|(?P<address>{ADDRESS.pattern})"
    "|(?P<private>[\U000f0000-\U000ffffd])",
    re.DOTALL | re.IGNORECASE,
)
_CLOSING: Final = {"\\(": "\\)", "\\[": "\\]"}
# \$p\$ is a variable whose dollars were escaped on the way; any other escaped sign opens nothing.
_SIMPLE: Final[dict[str, tuple[Kind | None, str]]] = {
    "double": ("math", "variable"),
    "verb": ("private", "verbatim"),
    "private": ("private", "private"),
    "escaped": (None, "escaped"),
}
_LABEL: Final = re.compile(
    r"https?://|\S+ \S|(?:here|link|code|github|hugging ?face|website|homepage|page|demo)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text from `start` to `end` that is not prose.

    `tex` is what is inside the marks: the formula, the code, or the address; `label` is the
    text of a link.
    """

    kind: Kind
    start: int
    end: int
    tex: str
    label: str = ""


def spans(text: str) -> Iterator[Span]:
    """The spans of `text` in their order; they do not overlap."""
    scan, at = TexScan(text), 0
    while found := _START.search(text, at):
        span = _span(text, scan, found)
        if span:
            yield span
        at = span.end if span else _after(found)


def _after(found: re.Match[str]) -> int:
    r"""Where to go on behind what opened no span: after the mark, not after its whole argument."""
    return found.end() if found.lastgroup in {"escaped", "bracket"} else found.start() + 1


def _span(text: str, scan: TexScan, found: re.Match[str]) -> Span | None:
    start, end = found.span()
    mark = next(name for name, value in found.groupdict().items() if value is not None)
    if mark == "dollars":
        return _between_dollars(text, start)
    if mark == "link":
        return _link(scan, start, end)
    if mark in {"bracket", "environment"}:
        closing = _CLOSING.get(found[mark]) or f"\\end{{{found['name']}}}"
        # Not to the end of the text: one of many marks that never close would take quadratic time.
        closed = text.find(closing, end, end + LONGEST_MATH + len(closing))
        return _formula(text, start, end, closed, len(closing))
    if mark == "structure":
        return _structure(text, scan, start, end)
    return _simple(found, mark) if mark in _SIMPLE else _argument(scan, found, mark)


def _simple(found: re.Match[str], mark: str) -> Span | None:
    """What the expression has found as a whole."""
    kind, part = _SIMPLE[mark]
    return Span(kind, *found.span(), found[part]) if kind else None


def _argument(scan: TexScan, found: re.Match[str], mark: str) -> Span | None:
    """An address, or a command around an address or code."""
    start, end = found.span()
    if mark == "address":
        group = scan.group(end)
        if group and _LABEL.match(group[0]):  # \href{…}{…} that lost its beginning on the way
            return Span("link", start, group[1], found[0], group[0])
        address = without_punctuation(found[0])
        return Span("address", start, start + len(address), address)
    group = scan.argument(scan.option(end)[1])
    kind: Kind = "url" if mark == "url" else "code"
    return Span(kind, start, group[1], group[0]) if group else None


def _structure(text: str, scan: TexScan, start: int, at: int) -> Span | None:
    r"""A fraction or a root without dollars, with all its arguments."""
    at = scan.option(at)[1]
    for _ in range(1 if text.startswith("\\sqrt", start) else 2):
        group = scan.argument(at)
        if group is None:
            return None
        at = group[1]
    return Span("math", start, at, text[start:at]) if at - start <= LONGEST_MATH else None


def _link(scan: TexScan, start: int, at: int) -> Span | None:
    address = scan.argument(at)
    label = scan.argument(address[1]) if address else None
    if address is None or label is None:
        return None
    return Span("link", start, label[1], address[0], label[0])


def _formula(text: str, start: int, opened: int, closed: int, length: int) -> Span | None:
    tex = text[opened:closed]
    if closed < 0 or not tex.strip() or len(tex) > LONGEST_MATH or not is_balanced(tex):
        return None
    return Span("math", start, closed + length, tex)


# ── dollars ──────────────────────────────────────────────────────────────────


def _between_dollars(text: str, start: int) -> Span | None:
    if text.startswith("$$", start):
        closed = text.find("$$", start + 2, start + LONGEST_MATH + 4)
        span = _formula(text, start, start + 2, closed, 2)
        return span if span and "$" not in span.tex else None
    closed = _closing_dollar(text, start + 1)
    span = _formula(text, start, start + 1, closed, 1)
    if span and is_mathematics(
        span.tex, text[max(0, start - 4) : start], text[closed + 1 : closed + 2]
    ):
        return span
    return None


def _closing_dollar(text: str, at: int) -> int:
    """The next dollar outside braces, -1 if there is none near: `$a \\text{ if $b$} c$`."""
    depth = inside = 0
    for found in re.compile(r"\\.|[{}$]", re.DOTALL).finditer(text, at, at + LONGEST_MATH):
        sign = found[0]
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if sign == "$" and depth <= 0:
            return found.start()
        inside += sign == "$"
        if inside > 8:  # braces that never close: a text of `${` would take quadratic time
            break
    return -1
