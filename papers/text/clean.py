"""The characters of a text from outside: clean, and its white space folded.

A text is cleaned in two steps. HTML entities become characters, where they end in a semicolon:
`R&D`, TeX's `\\&` and `?a=1&copy=2` are no entities. Then the characters go that no reader sees and
that change what others see or do: controls, private use, marks of text direction, zero-width and
other ignorable characters, halves of surrogate pairs, noncharacters.

Four kinds of ignorable characters are needed, and stay where they are: the joiners between letters
of scripts that join (Persian, Hindi, Khmer …), the joiner within an emoji, and one selector of a
variant after a sign that can have variants.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import Final

# White space among the controls is folded later: \t, \n, \v, \f, \r, the four separators, NEL.
_CONTROLS: Final = "\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f"
_PRIVATE: Final = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_BROKEN: Final = "\\ud800-\\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(15)
)
# Unicode's Default_Ignorable_Code_Point and the interlinear marks, without the joiners and the
# selectors of variants.
_IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_REMOVED: Final = re.compile(f"[{_CONTROLS}{_PRIVATE}{_BROKEN}{_IGNORABLE}]+")
# Scripts whose letters take another form beside a joiner: Arabic to Adlam, by their blocks.
_JOINING: Final = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17d3\u1820-\u18aa\u1900-\u1cff\ua840-\ua8ff"
    "\ua900-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
_VIRAMAS: Final = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
_EMOJI: Final = "\u2194-\u21aa\u2600-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff"
_SELECTORS: Final = "\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0100-\U000e01ef"
_WITHOUT_VARIANTS: Final = f"\\sA-Za-z\u00c0-\u06ff\u200c\u200d{_SELECTORS}"
_MISPLACED: Final = re.compile(
    f"(?<![^{_WITHOUT_VARIANTS}])[{_SELECTORS}]"
    f"|\u200c(?![{_JOINING}])|(?<![{_JOINING}])\u200c"
    # A joiner may also end a word after the mark that drops a vowel (Malayalam's chillu).
    f"|(?<![{_VIRAMAS}])(?<![{_JOINING}](?=\u200d[{_JOINING}]))"
    f"(?<![{_EMOJI}\ufe0f](?=\u200d[{_EMOJI}]))\u200d"
)
_HAS_CONTEXT: Final = re.compile(f"[\u200c\u200d{_SELECTORS}]")

# "&amp;amp;lt;": an ampersand that was escaped any number of times is one ampersand.
_AMPERSANDS: Final = re.compile(r"&(?:(?:amp|AMP|#0{0,5}38|#[xX]0{0,5}26);)+")
_ENTITY: Final = re.compile(
    r"(?<!\\)&(?:#(?P<decimal>[0-9]{1,8})|#[xX](?P<hex>[0-9a-fA-F]{1,7})"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}));"
)
_ROUNDS: Final = 4  # of entities that spell other entities; no honest text needs a second
_PARAGRAPH_END: Final = re.compile(r"\n[^\S\n]*\n")


def clean(text: str) -> str:
    """`text` without entities and without characters that no reader sees; white space stays."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return text  # most texts; all that follows takes thirty times as long
    for _ in range(_ROUNDS):
        plain = _visible(_without_entities(text))
        if plain == text:
            break
        text = plain
    return text


def fold(text: str) -> str:
    """`text` cleaned and on one line: a run of white space becomes one space."""
    return " ".join(clean(text).split())


def fold_paragraphs(text: str) -> str:
    """`text` cleaned, each paragraph folded to one line, and one empty line between two."""
    paragraphs = _PARAGRAPH_END.split(clean(text.replace("\r\n", "\n")))
    return "\n\n".join(filter(None, (" ".join(it.split()) for it in paragraphs)))


def _visible(text: str) -> str:
    text = _REMOVED.sub("", text)
    return _MISPLACED.sub("", text) if _HAS_CONTEXT.search(text) else text


def _without_entities(text: str) -> str:
    if "&" not in text or ";" not in text:
        return text
    return _ENTITY.sub(_character, _AMPERSANDS.sub("&", text))


def _character(entity: re.Match[str]) -> str:
    if entity["name"]:
        return html5.get(f"{entity['name']};", entity[0])
    number = int(entity["decimal"] or entity["hex"], 10 if entity["decimal"] else 16)
    if 0x80 <= number <= 0x9F:  # browsers read these as Windows-1252, which is what is meant
        return bytes([number]).decode("cp1252", "ignore")
    return chr(number) if number <= 0x10FFFF else ""
