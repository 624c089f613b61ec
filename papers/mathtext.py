r"""Set the TeX of titles and abstracts in Unicode: `$\alpha$-divergence` → `α-divergence`.

Outside mathematics a text is mostly prose that only looks like TeX: `50% of`, `costs $5 and
$6`, `snake_case`. A TeX parser would take the percent sign for a comment and eat the dollars,
so only what is clearly mathematics or a known command reaches it, piece by piece.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalkerParseError

# A dollar opens mathematics only before a non-blank and closes it only after one; before a
# digit it closes only what has TeX in it. So `$5 to $6` stays money and `$\sim$5` does not.
_MATH: Final = re.compile(
    r"""
    \$\$(?P<display>[^$]+?)\$\$
    | (?<![\\$])\$(?P<tex>(?=\S)(?:[^$\\]|\\.)*?[\\^_](?:[^$\\]|\\.)*?(?<=\S))\$
    | (?<![\\$])\$(?P<plain>(?=\S)[^$\\]+?(?<=\S))\$(?!\d)
    | \\\((?P<round>.+?)\\\)
    | \\\[(?P<square>.+?)\\\]
    """,
    re.VERBOSE | re.DOTALL,
)
# In prose only what cannot be anything else: accents, and a few commands around words.
_ACCENTED: Final = re.compile(
    r"""\\(?:['"`^~=.][a-zA-Z]
    | ['"`^~=.cvuHkr]\{\\?[a-zA-Z]\}
    | (?:ss|ae|oe|AE|OE|o|O|l|L|aa|AA|i|j)(?:\{\}|(?![a-zA-Z{])) )""",
    re.VERBOSE,
)
_AROUND: Final = re.compile(
    r"\\(?:emph|text(?:bf|it|tt|sc|sf|rm|sl|normal)?|url|underline|mbox|ensuremath)\{([^{}]*)\}"
)
_CITATION: Final = re.compile(r"\s*~?\\(?:cite[a-z]*|footnote|label)\*?(?:\[[^\]]*\])*\{[^{}]*\}")
_ESCAPED: Final = re.compile(r"\\([%$&#_{}])")
_SCRIPT: Final = re.compile(r"([\^_])(?:\{([^{}]*)\}|([^\s\\{}]))")
_DASH: Final = re.compile(r"(?<=\w)--(?=\w)|(?<= )--(?= )")
_DOUBLY: Final = re.compile(r"``([^`]+?)''")
_QUOTED: Final = re.compile(r"(?<![\w`])`([^`'\n]{1,60})'(?!\w)")
_SPACE: Final = re.compile(r"\\[ ,;:]")
# TeX drops the blank after a command; in a line of Unicode it keeps `n log n` apart. Commands
# that take what follows as their argument must stay next to it.
_SPACED: Final = re.compile(
    r"(\\(?!(?:hat|bar|tilde|vec|d?dot|wide\w+|over\w+|under\w+|math\w+|text\w*|operatorname|"
    r"bm|boldsymbol|[dt]?frac|sqrt|binom|left|right|[bB]igg?[lr]?)\b)[a-zA-Z]+)(\s+)(?!\{)"
)
_FUNCTION: Final = re.compile(r"([\w)])(\\(?:log|ln|exp|max|min|sin|cos|tan|det|Pr)\b)")
_ONE_SIGN: Final = re.compile(r".?|\\[a-zA-Z]+")
_SCRIPTS: Final = {
    "^": str.maketrans("0123456789+-=()niTdkm", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵈᵏᵐ"),
    "_": str.maketrans("0123456789+-=()aeijkmnopt", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₖₘₙₒₚₜ"),
}


def unicode_math(text: str) -> str:
    """The text with its TeX set in Unicode. Broken TeX stays as it was written; never raises."""
    out, at = [], 0
    for found in _MATH.finditer(text):
        out += [_prose(text[at : found.start()]), _math(found)]
        at = found.end()
    return "".join([*out, _prose(text[at:])])


def _prose(text: str) -> str:
    text = _DASH.sub("–", text.replace("---", "—"))
    text = _DOUBLY.sub(r"“\1”", text)
    text = _QUOTED.sub(r"‘\1’", text)
    if "\\" not in text:
        return text
    text = _SPACE.sub(" ", _AROUND.sub(r"\1", _CITATION.sub("", text)))
    return _ESCAPED.sub(r"\1", _ACCENTED.sub(lambda found: _tex(found[0]), text))


def _math(found: re.Match[str]) -> str:
    tex = next(group for group in found.groups() if group is not None)
    if _is_money(tex):
        return found[0]
    tex = _SCRIPT.sub(_script, tex.replace("\\|", "‖"))
    return _tex(_SPACED.sub(r"\1{}\2", _FUNCTION.sub(r"\1 \2", tex))) or found[0]


def _is_money(tex: str) -> bool:
    """`5 for it or ` between two dollar signs is a price; `5`, `3k` and `2 m` are not."""
    return re.match(r"\d[\d.,]*\s*[a-zA-Z]*\s+[a-z]{2,}", tex) is not None


def _script(found: re.Match[str]) -> str:
    """x^2 → x², and what has no small sign in Unicode goes into brackets: e^(iπ)."""
    kind, body = found[1], found[2] if found[2] is not None else found[3]
    small = body.translate(_SCRIPTS[kind])
    if not body or set(small) & set(body):
        small = f"{kind}{body}" if _ONE_SIGN.fullmatch(body) else f"{kind}({body})"
    # The braces end a command before it: after \theta a small t would belong to its name.
    return f"{{}}{small}"


def _tex(tex: str) -> str:
    """One piece of TeX in Unicode; as written where the parser cannot read it."""
    # A bare percent sign would make the rest of the piece a comment.
    safe = re.sub(r"(?<!\\)%", r"\\%", tex)
    try:
        return " ".join(str(_reader().latex_to_text(safe)).split()) or tex
    except (LatexWalkerParseError, ValueError, IndexError, KeyError, TypeError, AttributeError):
        return tex


@cache
def _reader() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="text", keep_comments=True, strict_latex_spaces="macros")
