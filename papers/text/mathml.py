r"""Titles and abstracts as HTML with MathML: `$x_i$` → `<math>…</math>`.

The TeX comes from outside, and latex2mathml copies `\text{<script>}`, `\href{javascript:…}` and
`\style{…}` into its result. So nothing of that result is used as it is: it is parsed, and built
again out of an allow-list of elements and attributes. Where that fails, or a letter would be lost,
the formula is shown as Unicode.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from latex2mathml.converter import convert

from papers.text.tex import parts
from web.isolation import is_about_one_row

_LONGEST: Final = 400  # characters of one formula; the time of latex2mathml grows with them
_DEEPEST: Final = 12  # braces within braces
_MOST_ELEMENTS: Final = 400
_WIDE: Final = 30  # characters: Chromium breaks no line inside a formula, so this one can scroll
_ELEMENTS: Final = frozenset(
    ("mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup",
     "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle")
)  # fmt: skip
_ATTRIBUTES: Final = frozenset(
    ("accent", "columnalign", "displaystyle", "fence", "form", "linethickness", "lspace", "maxsize",
     "minsize", "movablelimits", "rspace", "separator", "stretchy", "width")
)  # fmt: skip
_VALUE: Final = re.compile(r"[a-z0-9.]{1,12}")
# These define commands, read files, or make links and styles; none belongs into a formula here.
_REFUSED: Final = re.compile(
    r"\\(?:def|[egx]def|let|(?:re)?newcommand|newenvironment|require|input|include\w*|href|url"
    r"|style|class|cssId|id|unicode|html\w*|footnote|cite\w*|label|ref|rule)(?![a-zA-Z])"
)
_NEEDS_NO_MATHML: Final = re.compile(r"[\d.,\s%+\-\\]*")
# Words of several letters are no products: upright, and with a space where TeX has one.
_WORD: Final = re.compile(
    r"\\(?:mathrm|mathsf|mathtt|mathit|textsc|texttt|textsf|textrm|textit|textbf|operatorname\*?"
    r"|mathop|mbox|text)\s*\{((?:[^{}\\$]|\\[,;: _%&#]|\\ )*)\}"
)
# Chromium may break a line beside a formula: 25° | C, k | -NN. A joiner forbids it.
_TOUCHING: Final = re.compile(r"[\w%(\[)\]-]")
_JOINER: Final = "\u2060"
# Words that authors set in italics with dollars: a formula could neither break nor be bold.
_WORDS_ONLY: Final = re.compile(r"\s*\\(?:text\w*|emph|mbox)\s*\{[^{}$^\\]*\s[^{}$^\\]*\}\s*")
_PERCENT: Final = re.compile(r"(?<!\\)%")  # the sign, which TeX reads as a comment
_THIN_SPACE: Final = '<mspace width="0.167em"></mspace>'
_SPACE: Final = re.compile(r"\\[,;: ]")
_ESCAPED: Final = re.compile(r"\\([%&#_$])")


def math_html(text: str) -> SafeString:
    """`text` as HTML: formulas as MathML, the rest as escaped Unicode. Never raises."""
    return format_html_join("", "{}", ((part,) for part in _parts(list(parts(text)))))


def _parts(found: list[tuple[str, str]]) -> Iterator[SafeString]:
    is_formula = False
    for place, (shown, tex) in enumerate(found):
        before = "".join(found[place - 1][0][-1:]) if place else ""
        formula = _formula(tex, shown) if tex else None
        if (formula and _TOUCHING.fullmatch(before)) or (is_formula and _TOUCHING.match(shown)):
            yield mark_safe(_JOINER)  # noqa: S308 (one character)
        yield escape(shown) if formula is None else formula
        is_formula = formula is not None or (is_formula and not shown)


@lru_cache(maxsize=4096)
def _formula(tex: str, shown: str) -> SafeString | None:
    """The `<math>` of a formula; None when Unicode shows it as well or better."""
    if _NEEDS_NO_MATHML.fullmatch(tex) or _WORDS_ONLY.fullmatch(tex):
        return None
    if not _is_small(tex) or _REFUSED.search(tex):
        return None
    try:
        root = fromstring(convert(_prepared(tex)), forbid_dtd=True)
        body = mark_safe("".join(_built(root, [_MOST_ELEMENTS])))  # noqa: S308 (built by _built)
    except Exception as error:  # any, on broken TeX; Unicode is always right
        if not is_about_one_row(error):
            raise
        return None
    if _letters("".join(root.itertext()), tex) != _letters(shown):
        return None
    math = format_html('<math alttext="{}">{}</math>', shown, body)
    return format_html('<span class="formula">{}</span>', math) if len(shown) > _WIDE else math


def _is_small(tex: str) -> bool:
    depth = deepest = 0
    for sign in tex:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        deepest = max(deepest, depth)
    return len(tex) <= _LONGEST and deepest <= _DEEPEST


def _prepared(tex: str) -> str:
    tex = _PERCENT.sub(r"\\%", tex)
    return _WORD.sub(lambda found: rf"\text{{{_SPACE.sub(' ', found[1])}}}", tex)


# ── building it again ────────────────────────────────────────────────────────


def _built(element: Element, left: list[int]) -> Iterator[str]:
    """The HTML of an element's content. `left` holds how many elements there may be still.

    Raises:
        ValueError: an element that is not allowed, a command that is unknown, or too many.
    """
    yield escape(_plain(element.text))
    for child in element:
        name = child.tag.rpartition("}")[2]
        left[0] -= 1
        if name not in _ELEMENTS or left[0] < 0:
            raise ValueError(f"<{name}> is not allowed here")
        # latex2mathml sets no space around log and max; only a row may have more children.
        is_function = name == "mi" and len(child.text or "") > 1 and element.tag.endswith("mrow")
        space = _THIN_SPACE if is_function and len(element) > 1 else ""
        yield f"{space}<{name}{''.join(_attributes(child))}>"
        yield from _built(child, left)
        yield f"</{name}>{escape(_plain(child.tail))}{space}"


def _attributes(element: Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name in _ATTRIBUTES and _VALUE.fullmatch(value):
            yield f' {name}="{value}"'


def _plain(text: str | None) -> str:
    plain = _ESCAPED.sub(r"\1", text or "")
    if "\\" in plain:
        raise ValueError(f"an unknown command: {plain[:40]}")
    return plain


def _letters(text: str, tex: str = "") -> Counter[str]:
    """How often each letter and digit is there, in whatever alphabet and size."""
    plain = unicodedata.normalize("NFKD", text.replace("∛", "3").replace("∜", "4"))
    letters = Counter(sign for sign in plain if sign.isalnum())
    # On a line a binomial is C(n, k), and a transposed matrix has a small T.
    letters["C"] += len(re.findall(r"\\[dt]?binom", tex))
    letters["T"] += len(re.findall(r"\^\s*\{?\\top\b", tex))
    return +letters
