"""Followed and muted words: the terms of a typed line, and which texts mention them.

A term is one or more words next to each other. A text mentions it if it holds these words as whole
words: in any case, with or without accents, in the singular or the plural, and joined by a hyphen,
by a space or by nothing. So texts are kept without separators ("supervisedfinetuning"), and
beside each text its edges: for each place, what stood before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from papers.text.plurals import number_forms, singular
from papers.text.tex import unicode_math

# The edges: inside of a word; after a hyphen and the like; after a space; after punctuation.
_INSIDE, _JOINED, _SPACE, _BREAK = range(4)
_LONGEST: Final = 64  # longer words get their edges by hand
_EDGES: Final = [[bytes([kind]) + bytes(size) for size in range(_LONGEST)] for kind in range(4)]

_BORDER: Final = "\x1f"  # a word may begin here although nothing stands before it: GPT|4
_POINT: Final = "ª"  # of 3.5; NFKC leaves no ª and no º in a text, and both belong to words
_BETWEEN_NUMBERS: Final = "º"  # 20 24 and 20-24 are not 2024


# ── folding ──────────────────────────────────────────────────────────────────

_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
_NO_LETTERS: Final = re.compile(
    "[™℠®©]"
)  # compatibility forms: "Transformer™" is no "TransformerTM"
_POSSESSIVE: Final = re.compile("(?<=\\w)['’‘ʼ＇`´′][sS]\\b")
_APOSTROPHE: Final = re.compile("(?<=[^\\W\\d_])['’‘ʼ＇`´′](?=[^\\W\\d_])")
_ACRONYM_PLURAL: Final = re.compile(r"\b([A-Za-z][A-Za-z0-9-]{0,40}[A-Z])s\b")  # LLMs, MoEs
_VERSION: Final = re.compile(r"(?<=[A-Z])(?=v\d)|(?<=[a-z])(?=V\d)")  # DINOv2, but not conv2d
# In capitals these are acronyms: with borders "US" is "U.S.", and no longer the "us" of "let us".
_CAPITALS: Final = re.compile(
    r"\b(?:ALL|AM|AN|AND|ANY|ARE|AS|AT|BE|BUT|BY|CAN|DO|FOR|HAS|HE|HER|HIS|HOW|IF|IN|IS|IT|ITS"
    r"|MAY|ME|MY|NO|NOT|OF|ON|OR|OUR|OUT|SO|THE|TO|UP|US|WAS|WE|WHO)\b"
)
_OPTIONAL_PLURAL: Final = re.compile(r"\((e?s)\)")  # model(s)
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# "C++", "C#" and "A*" are other words than "C" and "A", while "LLaVA++" is a "LLaVA" too.
_SIGNED_LETTER: Final = re.compile(r"\b([a-z])(\+\+|#|\*)(?![^\W\d])")  # also of C++17
_PLUSES: Final = re.compile(r"(?<=[a-z0-9])\+\+(?!\w)")
_SIGNS: Final = {"++": "plusplus", "#": "sharp", "*": "star"}
_DOT_NAME: Final = re.compile(r"(?<![\w.)\]])\.(?=[a-z])")  # .NET
_NUMBERED: Final = re.compile(r"\b([a-z]{2,})(?=\d+(?:\.\d+)*[a-z]{0,2}\b)")  # GPT4, Qwen2.5, GPT4o
_DECIMAL: Final = re.compile(r"(?<=\d)\.(?=\d)")
_NUMBERS: Final = re.compile(r"(?<=\d)(\W+)(?=\d)")

_ACCENTS: Final = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670]"
)
_STROKES: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_GREEK_LETTER: Final = re.compile("(?<![α-ω])[α-ω](?![α-ω])")  # of β-VAE, not of a Greek word
# Thai to Khmer, kana and Han write no spaces, Korean none before particles: any sign may begin a
# word. Marks do not.
_UNSPACED: Final = re.compile(
    "([\u0e01-\u0e30\u0e32-\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0ebd-\u0ec6\u1000-\u102a\u1780-\u17b3"
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff])"
)
_PICTURE: Final = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
# The vowel signs of Indian and South-East Asian scripts are no \w, but belong to their words.
_SEPARATOR: Final = re.compile(
    "((?:[^\\w\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u0eb1-\u0ece\u0f00-\u109f\u1780-\u17d3])+)"
)
_DASH: Final = re.compile("[-\u2010-\u2015\u2212\u058a\u05be\u30a0\ufe58\ufe63\uff0d]")
_LONG_DASH: Final = re.compile("[\u2013-\u2015]|--")
_PUNCTUATION: Final = re.compile(r"[,;:!?()\[\]{}|…•<>=。、，；：！？]|\.\s|\.\.|\n\s*\n")


class FoldedText(NamedTuple):
    """A text without its separators, and its edges: one for each place, and one for the end."""

    letters: str
    edges: bytes


def folded(text: str) -> FoldedText:
    """`text` as terms are looked for in it. Any text is accepted; one without words is empty."""
    parts = _SEPARATOR.split(_with_borders(text))
    words, edges = [], []
    kind = _BREAK
    for place in range(0, len(parts), 2):
        word = parts[place]
        if word:
            size = len(word)
            is_short = size <= _LONGEST
            words.append(word)
            edges.append(_EDGES[kind][size - 1] if is_short else bytes([kind]) + bytes(size - 1))
        if place + 1 < len(parts):
            kind = _edge(parts[place + 1]) if word else _BREAK
    return FoldedText("".join(words), b"".join(edges) + bytes([_BREAK]))


def _with_borders(text: str) -> str:
    """The text in lower case, without accents, apostrophes and invisible characters.

    Its signs that matter are letters, and places where a word may begin have a border.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _without_apostrophes(_visible(text)))
    text = _ACRONYM_PLURAL.sub(r"\1", _without_apostrophes(text).replace("_", "-"))
    text = _CAPITALS.sub(
        lambda match: _BORDER.join(match[0]), _VERSION.sub(_BORDER, text)
    ).casefold()
    if not text.isascii():
        text = _plain_letters(text)
    text = _THOUSANDS.sub("", _OPTIONAL_PLURAL.sub(r"\1", text))
    text = _DOT_NAME.sub(f" dot{_BORDER}", _signs_as_letters(text))
    text = _NUMBERED.sub(rf"\1{_BORDER}", text)
    return _NUMBERS.sub(rf"\1{_BETWEEN_NUMBERS}{_BORDER}", _DECIMAL.sub(_POINT, text))


def _visible(text: str) -> str:
    return _NO_LETTERS.sub("", _INVISIBLE.sub("", text))


def _without_apostrophes(text: str) -> str:
    """The policy's, d'Alembert → the policy, dAlembert."""
    return _APOSTROPHE.sub("", _POSSESSIVE.sub("", text))


def _signs_as_letters(text: str) -> str:
    text = _SIGNED_LETTER.sub(lambda match: match[1] + _SIGNS[match[2]], text)
    return _PLUSES.sub(f"{_BORDER}plusplus", text)


def _plain_letters(text: str) -> str:
    """Letters without accents and strokes, Greek ones by their names, pictures by their numbers."""
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).translate(_STROKES)
    text = _GREEK_LETTER.sub(_greek_name, unicodedata.normalize("NFC", text))
    text = _PICTURE.sub(lambda match: f"{_BORDER}x{ord(match[0]):x}{_BORDER}", text)
    return _UNSPACED.sub(rf"{_BORDER}\1{_BORDER}", text)


def _greek_name(match: re.Match[str]) -> str:
    """α → alpha; ς, the sigma at the end of a word, → sigma; λ, LAMDA in Unicode, → lambda."""
    return unicodedata.name(match[0]).split()[-1].lower().replace("lamda", "lambda")


@lru_cache(maxsize=4096)
def _edge(separator: str) -> int:
    """What a run of separators means for a word after it: the same word, the next, or a break."""
    is_spaced = any(mark.isspace() and mark != _BORDER for mark in separator)
    if _DASH.search(separator) and not (is_spaced and _LONG_DASH.search(separator)):
        return _BREAK if is_spaced and _PUNCTUATION.search(separator) else _JOINED
    if _PUNCTUATION.search(separator) or _LONG_DASH.search(separator):
        return _BREAK
    return _SPACE if is_spaced else _JOINED


# ── the terms of a line ──────────────────────────────────────────────────────

_QUOTE: Final = re.compile("[“”„‟«»＂]")
_QUOTED: Final = re.compile(r'(?<!\w)"([^"]*)"(?!\w)')
_ONLY_QUOTED: Final = re.compile(r'(?:\s*"[^"]*"){2,}\s*')
_LINE_ENDS: Final = "\n\r\v\f\x85\u2028\u2029"
# The comma of 1,000 is none; "or" is one in the search too. "text/image" is one term.
_COMMA: Final = (
    rf"(?:,(?!(?<=\d,)\d{{3}}(?!\d))|[;•\t{_LINE_ENDS}，；、،؛]"
    r"|\|(?![^()]*\))|(?<=\s)/(?=\s)|(?i:(?<=\s)or(?=\s)))"
)
_SPLIT: Final = re.compile(rf'(?<!\w)"[^"{_LINE_ENDS}]*"(?!\w)|({_COMMA})')
_BULLET: Final = re.compile(r"^(?:(?:[-*•·–]|\d{1,2}[.)])\s+)+(?=\S)")  # of a pasted list
_ABBREVIATED: Final = re.compile(r"([^()]+\s)\(([^()]+)\)")  # large language models (LLMs)


def parse_terms(line: str) -> tuple[str, ...]:
    """The terms of a line: what its commas, semicolons and line ends separate.

    So do "or", and the brackets around an abbreviation: "language model (LM)" is two terms. Quotes
    keep a comma inside of a term, and stay around such a term only: all words of a term have to
    stand next to each other, quoted or not. Two spellings of one term are given once, as the later
    one is written. What holds no word, like "…", is given as it is.
    """
    items = (" ".join(item.split()) for item in _items(_QUOTE.sub('"', line)))
    terms = (term for item in items for term in _unquoted(_BULLET.sub("", item)))
    return tuple({fold_term(term) or term: term for term in terms if term}.values())


def _items(line: str) -> Iterator[str]:
    start = 0
    for match in _SPLIT.finditer(line):
        if match[1]:
            yield line[start : match.start()]
            start = match.end()
    yield line[start:]


def _unquoted(item: str) -> list[str]:
    if _ONLY_QUOTED.fullmatch(item):  # several phrases, with nothing between them
        return [term for phrase in _QUOTED.findall(item) for term in _unquoted(f'"{phrase}"')]
    if _QUOTED.search(item) and re.search(_COMMA, item):
        return [item]
    is_quoted = _QUOTED.fullmatch(item)
    plain = " ".join(item.replace('"', " ").split())
    found = None if is_quoted else _ABBREVIATED.fullmatch(plain)
    return [part.strip() for part in found.groups()] if found else [plain]


def fold_term(term: str) -> str:
    """What all spellings of a term have in common; empty: the term holds no word."""
    compiled = compile_term(term)
    if compiled is None:
        return ""
    return "".join(singular(forms[0]) for forms in compiled.words) + "." * compiled.is_acronym


def spellings(term: str) -> tuple[str, ...]:
    """Other ways to write a term that it stands for as well: the usual ones, for a page to show."""
    written = _DASH.sub("-", unicodedata.normalize("NFKC", term).strip())
    words = re.split(r"[\s-]+", written)
    if not all(word.isalnum() for word in words):
        return ()
    others = [mark.join(words) for mark in "- "] + ["".join(words)] if len(words) == 2 else []
    others += [f"{written.removesuffix(words[-1])}{form}" for form in _other_number(words[-1])]
    return tuple(dict.fromkeys(other for other in others if other != written))


def _other_number(word: str) -> tuple[str, ...]:
    """The singular or the plural of a noun in lower case; none of a name, an acronym or "-ing"."""
    is_noun = word.islower() and len(word) > 3 and not word.endswith("ing")
    return number_forms(word)[1:] if is_noun else ()


# ── looking for a term ───────────────────────────────────────────────────────

# In "is land" and "in painting" nothing is spelt apart: next to these a space is no hyphen.
_LITTLE_WORDS: Final = frozenset(
    {
        "a", "am", "an", "and", "are", "as", "at", "be", "by", "do", "for", "he", "i", "if",
        "in", "is", "it", "me", "my", "no", "of", "or", "so", "the", "to", "us", "we",
    }
)  # fmt: skip


class CompiledTerm(NamedTuple):
    """A term made ready: the forms of each of its words, and how its first letters may be.

    `is_acronym`: the term is an acronym like "US" that in lower case is an everyday word.
    `spans_break`: it holds punctuation of its own, so it may go across some.
    """

    words: tuple[tuple[str, ...], ...]
    anchors: tuple[str, ...]
    is_acronym: bool
    spans_break: bool


@lru_cache(maxsize=1024)
def compile_term(term: str) -> CompiledTerm | None:
    """A term made ready to be looked for; None if it holds no word."""
    term = unicode_math(term) if "$" in term or "\\" in term else term
    text = folded(term)
    if not text.letters:
        return None
    starts = [place for place, edge in enumerate(text.edges) if edge]
    words = [text.letters[start:end] for start, end in pairwise(starts)]
    is_acronym = bool(_CAPITALS.fullmatch(re.sub(r"[.\s]", "", term)))
    forms = [number_forms(word) for word in (["".join(words)] if is_acronym else words)]
    return CompiledTerm(tuple(forms), _anchors(forms), is_acronym, _BREAK in text.edges[1:-1])


def _anchors(forms: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """How the spellings of a term begin: few and long, for a text is searched once for each."""
    after = _common_start(forms[1]) if len(forms) > 1 else ""
    starts = {first + after for first in forms[0]}
    return tuple(
        sorted(one for one in starts if not any(one.startswith(other) for other in starts - {one}))
    )


def _common_start(words: Sequence[str]) -> str:
    first, last = min(words), max(words)
    size = next((place for place, letter in enumerate(first) if letter != last[place]), len(first))
    return first[:size]


def mentions(text: FoldedText, term: CompiledTerm) -> bool:
    """Whether the text holds the term as whole words."""
    for anchor in term.anchors:
        at = text.letters.find(anchor)
        while at >= 0:
            if text.edges[at] and any(
                _is_whole(text, term, at, end) for end in _ends(text.letters, term.words, at)
            ):
                return True
            at = text.letters.find(anchor, at + 1)
    return False


def _ends(letters: str, words: Sequence[tuple[str, ...]], at: int) -> set[int]:
    """Where the words end that begin at `at`, for each way to write them."""
    ends = {at}
    for forms in words:
        ends = {end + len(form) for end in ends for form in forms if letters.startswith(form, end)}
    return ends


def _is_whole(text: FoldedText, term: CompiledTerm, at: int, end: int) -> bool:
    inner = text.edges[at + 1 : end]
    if not text.edges[end] or (_BREAK in inner and not term.spans_break):
        return False
    if len(term.words) > 1:
        return True
    if not any(inner):
        return not term.is_acronym
    return not _is_by_chance(text.letters[at:end], inner)


def _is_by_chance(letters: str, inner: bytes) -> bool:
    """Whether two words only happen to spell a term that is written as one: "is land"."""
    starts = [place + 1 for place, edge in enumerate(inner) if edge]
    if len(starts) != 1 or inner[starts[0] - 1] != _SPACE:
        return False
    return not _LITTLE_WORDS.isdisjoint((letters[: starts[0]], letters[starts[0] :]))


class FoldedTexts:
    """Texts made ready to be searched for many terms; about two bytes a letter."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [folded(text) for text in texts]

    def mentioning(self, line: str) -> list[bool]:
        """For each text, whether it mentions a term of the line. A line without words: none.

        A stored term is read like a typed line, because old ones may hold commas.
        """
        terms = list(filter(None, map(compile_term, parse_terms(line))))
        return [any(mentions(text, term) for term in terms) for text in self._texts]
