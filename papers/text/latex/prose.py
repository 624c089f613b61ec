r"""The punctuation of TeX in prose: quotes, dashes, ties, and scripts that lost their dollars."""

from __future__ import annotations

import re
from typing import Final

from papers.text.latex.commands import commands_undone
from papers.text.latex.layout import scripted
from papers.text.latex.symbols import symbols

# A protected span stands in the text as one character for private use, which counts as a word.
_WORDLIKE: Final = "[\\w\U000f0000-\U000ffffd]"
_DASH: Final = re.compile(
    f"(?<={_WORDLIKE})--(?={_WORDLIKE})|(?<= )--(?= )"
    f'|(?<=[)%}}\'"])--(?={_WORDLIKE})|(?<={_WORDLIKE})--(?=[({{\\\\"$])'
)
_LONG_DASH: Final = re.compile("(?<!-)---(?!-)")
_DOUBLY: Final = re.compile(r"``([^`]+?)(?:''|\")")
_QUOTED: Final = re.compile(r"(?<![\w`])`([^`'\n]{1,60})'(?!\w)")
# A tie is a blank; "~5%" and "3~5" mean "about" and "to".
_TIE: Final = re.compile(
    r"(?<=[^\W\d_]|[.)\]}}’'\U000f0000-\U000ffffd])(?<!\b[^\W\d_])"
    r"(?<!\d[A-Za-z])(?<!\d[A-Za-z]{2})~(?=[\w(\[$\\\U000f0000-\U000ffffd])"
    r"|(?<=\d[A-Za-z])~(?=[^\W\d_])"
    r"|(?<=\d)~(?=[^\W\d_\U000f0000-\U000ffffd]|\\[%a-zA-Z])|(?<=[:;,])~(?=[(\\])"
    "|(?<=[^\\W_])~(?=[\U000f0000-\U000ffffd])"
)
_SPARE_TIE: Final = re.compile(r"(?<=[^\W\d_])~(?=\s)")
# Some sources drop dollars and backslashes: m s^{-1}, v_{ref}, 8{,}660, {sim}19%.
_SCRIPT: Final = re.compile(r"(?<=[\w)|\U000f0000-\U000ffffd])([_^])\{([\w+\-=,. ]{1,20})\}")
_THOUSANDS: Final = re.compile(r"(?<=\d)\{,\}(?=\d)")
_NAMED_SIGN: Final = re.compile(
    r"\{(sim|approx|times|pm|deg|geq|leq|rightarrow|alpha|beta|gamma|delta|epsilon|lambda|tau)\}"
)


def prose_text(text: str, depth: int = 0) -> str:
    r"""`text` with its TeX as Unicode. Mathematics must have been taken out before."""
    if "~" in text:
        text = _TIE.sub(" ", _SPARE_TIE.sub("", text))
    text = _DASH.sub("–", _LONG_DASH.sub("—", text))
    if "{" in text:
        text = _SCRIPT.sub(_script, _THOUSANDS.sub(",", text))
        text = _NAMED_SIGN.sub(_named_sign, text)
    text = _DOUBLY.sub(r"“\1”", _QUOTED.sub(r"‘\1’", text))  # the inner quotes first
    return commands_undone(text, depth) if "\\" in text else text


def _script(found: re.Match[str]) -> str:
    if found[2] in {"circ", "prime", "star", "ast", "dagger", "top"}:
        return scripted(found[1], symbols()[found[2]])
    return scripted(found[1], found[2])


def _named_sign(found: re.Match[str]) -> str:
    return symbols()[found[1]]
