r"""Convert the TeX of titles and abstracts to Unicode: `$\alpha$-divergence` → `α-divergence`.

Outside mathematics a text is mostly prose that only looks like TeX: `50% of`, `costs $5 and
$6`, `snake_case`. A TeX parser would read the percent sign as a comment and drop the dollars,
so it gets only clear mathematics and known commands, piece by piece.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalkerParseError

# A dollar opens mathematics only before a non-blank and closes it only after one; before a
# digit it closes it only if there is TeX inside. So `$5 to $6` stays money, `$\sim$5` does not.
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
# In prose only unmistakable TeX is converted: accents, and a few commands around words.
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
# TeX drops the blank after a command; in Unicode this blank separates `n log n`. Commands
# with an argument must stay next to it.
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
    """The text with its TeX as Unicode. Broken TeX stays unchanged; never raises."""
    parts, at = [], 0
    for match in _MATH.finditer(text):
        parts += [_prose(text[at : match.start()]), _math(match)]
        at = match.end()
    return "".join([*parts, _prose(text[at:])])


def _prose(text: str) -> str:
    text = _DASH.sub("–", text.replace("---", "—"))
    text = _DOUBLY.sub(r"“\1”", text)
    text = _QUOTED.sub(r"‘\1’", text)
    if "\\" not in text:
        return text
    text = _SPACE.sub(" ", _AROUND.sub(r"\1", _CITATION.sub("", text)))
    return _ESCAPED.sub(r"\1", _ACCENTED.sub(lambda match: _tex(match[0]), text))


def _math(match: re.Match[str]) -> str:
    tex = next(group for group in match.groups() if group is not None)
    if _is_money(tex):
        return match[0]
    tex = _SCRIPT.sub(_script, tex.replace("\\|", "‖"))
    return _tex(_SPACED.sub(r"\1{}\2", _FUNCTION.sub(r"\1 \2", tex))) or match[0]


def _is_money(tex: str) -> bool:
    """`5 for it or ` between two dollar signs is a price; `5`, `3k` and `2 m` are not."""
    return re.match(r"\d[\d.,]*\s*[a-zA-Z]*\s+[a-z]{2,}", tex) is not None


def _script(match: re.Match[str]) -> str:
    """x^2 → x²; signs without a small form in Unicode go into brackets: e^(iπ)."""
    kind, body = match[1], match[2] if match[2] is not None else match[3]
    small = body.translate(_SCRIPTS[kind])
    if not body or set(small) & set(body):
        small = f"{kind}{body}" if _ONE_SIGN.fullmatch(body) else f"{kind}({body})"
    # The braces end a command before them: after \theta a small t would be part of its name.
    return f"{{}}{small}"


def _tex(tex: str) -> str:
    """One piece of TeX as Unicode; unchanged if the parser cannot read it."""
    # A percent sign without a backslash would make the rest of the piece a comment.
    safe = re.sub(r"(?<!\\)%", r"\\%", tex)
    try:
        return " ".join(str(_parser().latex_to_text(safe)).split()) or tex
    except (LatexWalkerParseError, ValueError, IndexError, KeyError, TypeError, AttributeError):
        return tex


@cache
def _parser() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="text", keep_comments=True, strict_latex_spaces="macros")
