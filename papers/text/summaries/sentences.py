"""Where the sentences of an abstract begin and end.

The text may have TeX: a formula, a command with its argument and an address are hidden first, so
that nothing in them ends a sentence and no cut goes through them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from papers.text.latex.spans import spans

LONGEST_READ: Final = 10_000  # characters; the longest real abstract has 2,000
HIDDEN: Final = "\ue000"  # for private use: cleaned texts have none
_MAY_HAVE_SPANS: Final = re.compile(r"[$\\]")
_COMMAND: Final = re.compile(r"\\[a-zA-Z]{1,30}\*?(?:\[[^\[\]{}]{0,80}\])?\{[^{}]{0,300}\}")
_BEGINS: Final = (
    r"(?:We|In|Our|The|This|These|Those|It|Its|They|However|Here|To|By|Through|While|Although"
    r"|Despite|Moreover|Furthermore|Additionally|Finally|Yet|But|Thus|Therefore|Hence|As|At|On"
    r"|For"
    r"|From|With|Without|Using|Given|Since|Because|When|Unlike|Extensive|Experiments?"
    r"|Experimental"
    r"|Results|Code|Such|Both|Each|An|A|First|Second|Instead|Specifically|If|Many|Most|Recent"
    r"|Recently|Existing|Current|Prior|Previous|Compared|Based|Across|There|I|Under|Among|What"
    r"|How"
    r"|Can|Motivated|Inspired|Notably|Importantly|Empirically|Building|Leveraging)(?=[\s,]|'s)"
)
_END: Final = re.compile(
    r"(?P<mark>[.!?]+)[\"”’')\]»}]*(?P<gap>\s+)(?=\S)"
    rf"|(?P<joined>\.)(?<=[a-z]{{2}}\.)(?={_BEGINS})"  # "a mistake.We show"
    r"|[。！？．؟۔।॥]+[\"”’」』）)]*\s*"
    r"|(?P<paragraph>\n\s*\n)"
)
# These end no sentence, whatever follows.
_NEVER: Final = re.compile(
    r"(?:^|[\s(\[~/—–-])(?:e\.?\s?g|i\.\s?e|cf|viz|dr|prof|mrs?|ms|st|w\.r\.t|s\.t|ca|incl"
    r"|esp)\.$",
    re.IGNORECASE,
)
# These do where a word follows that often begins a sentence: "etc. We show".
_SELDOM: Final = re.compile(
    r"(?:^|[\s(\[~/.—–-])(?:et\.? al|etc|vs|figs?|eqs?|eqn|secs?|tabs?|refs?|alg|thm|lem|def"
    r"|prop|app"
    r"|appx|approx|resp|a\.?k\.?a|inc|ltd|co|corp|dept|univ|jr|sr|ph\.?d|a\.m|p\.m|u\.s|u\.k"
    r"|vol|pp"
    r"|no|nos|ch|ver|v|art|max|min|avg|std|tbl|[^\W\d_])\.$",
    re.IGNORECASE,
)
_WORD_NO: Final = re.compile(r"(?:^|\s)(?:no|app|max|min|co|art|ch|def)\.$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:^|[:;,.)]\s?|\band )\(?\d{1,2}\.$")  # of a list: "1. We show"
_WHOLE: Final = re.compile(r"(?:^|\s)[+-]?\d{1,3}\.$")  # "by 3. 85%", a decimal set apart
_DECIMALS: Final = re.compile(r"\d{1,3}(?:%|\s+[a-z(%,]|[xX×]\b)")
_BEGINNING: Final = re.compile(_BEGINS)
_NAME_IN_LOWER_CASE: Final = re.compile(r"[a-z]+-?[A-Z0-9]")  # mT5, nnU-Net, vLLM


class Sentence(NamedTuple):
    """A sentence of a text: `text[start:end]`, with the white space around it left out."""

    start: int
    end: int


def hidden(text: str) -> str:
    """`text` with each formula, command and address as signs of private use; every place"
    " stays the same."""
    if not _MAY_HAVE_SPANS.search(text):
        return text
    pieces, at = list[str](), 0
    for span in spans(text):
        pieces += [text[at : span.start], HIDDEN * (span.end - span.start)]
        at = span.end
    pieces.append(text[at:])
    return _COMMAND.sub(lambda found: HIDDEN * len(found[0]), "".join(pieces))


def sentences(plain: str) -> list[Sentence]:
    """The sentences of a text that `hidden` returned, in linear time.

    Of more than 10,000 characters only the whole sentences among the first 10,000 are returned, or
    those as one when none is whole.
    """
    found, start = list[Sentence](), 0
    read = plain[:LONGEST_READ]
    for end, following in _ends(read):
        found += _stripped(read, start, end)
        start = following
    if len(plain) <= LONGEST_READ or not found:
        found += _stripped(read, start, len(read))
    return found


def _ends(text: str) -> Iterator[tuple[int, int]]:
    """Where sentences end, and where the next ones begin."""
    start = 0
    closed_at = _Parentheses(text)
    for found in _END.finditer(text):
        if found["mark"] and not _is_end(text, start, found):
            continue
        if found["mark"] and closed_at.is_inside(start, found.start()):
            continue
        start = found.end()
        yield found.start("paragraph") if found["paragraph"] else found.end(), start


def _is_end(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether a mark that white space follows ends the sentence that began at `start`."""
    if "\n" in found["gap"] and found["gap"].count("\n") > 1:
        return True
    if text[found.end()].islower() and not _NAME_IN_LOWER_CASE.match(text, found.end()):
        return False
    before = text[max(start, found.start() - 12) : found.end("mark")]
    return found["mark"] != "." or not _is_inner(before, text, found.end())


def _is_inner(before: str, text: str, at: int) -> bool:
    """Whether a full stop after `before` ends an abbreviation or a number; at `at` text goes on."""
    if _NEVER.search(before) or _NUMBER.search(before):
        return True
    if _WHOLE.search(before) and _DECIMALS.match(text, at):
        return True
    if not _SELDOM.search(before) or _BEGINNING.match(text, at):
        return False
    return not (_WORD_NO.search(before) and text[at].isalpha())


class _Parentheses:
    """Which places of a text are between parentheses that are closed soon."""

    _FAR: Final = 240  # characters: a parenthesis that is not closed by then was forgotten

    def __init__(self, text: str) -> None:
        self._pairs = list[tuple[int, int]]()
        opened = -1
        for found in re.finditer(r"[()]", text):
            if found[0] == "(":
                opened = found.start() if opened < 0 else opened
            elif opened >= 0:
                if found.start() - opened <= self._FAR:
                    self._pairs.append((opened, found.start()))
                opened = -1
        self._next = 0

    def is_inside(self, start: int, place: int) -> bool:
        """Whether `place` is inside a pair that began after `start`; places only grow."""
        while self._next < len(self._pairs) and self._pairs[self._next][1] < place:
            self._next += 1
        if self._next == len(self._pairs):
            return False
        opened, _ = self._pairs[self._next]
        # "(One sentence. Another.)": a parenthesis that is a sentence by itself holds several.
        return start < opened < place


def _stripped(text: str, start: int, end: int) -> list[Sentence]:
    """The sentence without the white space around it; none when nothing is left."""
    part = text[start:end]
    if not any(map(str.isalnum, part)):
        return []
    return [Sentence(start + len(part) - len(part.lstrip()), start + len(part.rstrip()))]
