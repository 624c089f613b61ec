"""Names of authors: a list of a feed split into names, one name cleaned, one abbreviated.

A group (Qwen Team, The ATLAS Collaboration) and a name in a script without initials stay whole.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from papers.text.clean import clean, fold
from papers.text.tex import unicode_math


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LONGEST: Final = 1_000  # characters that are read of one name, with all that stands beside it
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_AND: Final = r"(?:and|AND|&|und|et(?!\.?\s+al\b)|и)"
_SEPARATOR: Final = re.compile(
    rf"\s*,\s*{_AND}\s+|\s*[,;、،؛]\s*|\s+(?:{_AND}|[·•|/])\s+|\A{_AND}\s+|\s+and\Z"
)
# Brackets and commas of Chinese and Japanese texts.
_WIDE: Final = str.maketrans({"（": " (", "）": ") ", "【": " [", "】": "] ", "，": ",", "；": ";"})
_ACUTE_S: Final = re.compile(r"\\'s\b")  # Ole\'s; in prose it would be an apostrophe
_LABEL: Final = re.compile(r"\A\s*(?:[Aa]uthors?(?:\(s\))?\s*:|[Bb]y\s)\s*")
# What stands beside a name: an address, an ORCID, a link.
_CONTACT: Final = re.compile(
    r"<[^<>]*>|\S*@\S+|https?://\S+|\b(?:ORCID:?\s*)?\d{4}-\d{4}-\d{4}-\d{3}[\dXx]\b",
    re.IGNORECASE,
)
_SUFFIX: Final = re.compile(r"(?:Jr|Sr|Jun|Sen|I{2,3}|IV)\.?")
_DEGREE: Final = re.compile(r"(?:Ph\.?\s?D|M\.?D|M\.?Sc|B\.?Sc|M\.?A|MBA|Dr|Prof|IEEE|FIEEE)\.?")
_INITIALS: Final = re.compile(r"(?:[^\W\d_]\.[\s-]?)+")
_NO_NAME: Final = re.compile(
    r"[\W\d_]*|et\.?\s+al\.?|(?:\+?\d+\s+)?(?:more|others?)(?:\s+authors)?", re.DOTALL
)
# Footnote marks, and letters or digits that stand high. A dagger is no part of any name.
_MARKS: Final = re.compile(
    r"\s*(?:\^\(?[\w,*†‡ ]{1,9}\)?|[*†‡§¶#∗⋆★✉⁺]+|[⁰¹²³⁴⁵⁶⁷⁸⁹ᵃ-ᶻ][⁰¹²³⁴⁵⁶⁷⁸⁹ᵃ-ᶻ,·]*)"
    r"(?=\s|,|\Z|[*†‡§¶#∗⋆])"
)
_NUMBER_OF_A_NOTE: Final = re.compile(r"(?<=[^\W\d_]{2})\s?\d{1,2}\Z")
_BEFORE: Final = re.compile(r"\A(?:[\W_]+|(?:and|edited by|dr\.|prof\.)\s+)+", re.IGNORECASE)
_AFTER: Final = re.compile(r"(?:\s+et\.?\s+al\.?|\s+and)\Z")
_FULL_STOP: Final = re.compile(r"(?<=[^\W\d_]{3})\.\Z")
_GROUP_NAME: Final = re.compile(r"(?P<group>[^:]{2,80}?)\s*:\s+(?P<rest>\S.*)", re.DOTALL)
_BEHALF: Final = re.compile(
    r"\s*(?:,\s*|\s)(?:on behalf of\s+(?:the\s+)?(?=\w)"
    r"|for\s+(?:the\s+)?(?=[^,;()]{0,80}\b[Cc]ollaborations?\b)"
    r"|for the\s+(?=[^,;()]{0,80}\b[Tt]eam\b))"
)
_FAMILY_FIRST: Final = re.compile(r"\s*([^,;()\[\]]+?)\s*,\s*([^,;()\[\]]+?)\s*")

# An affiliation, and no name in another script: a university, an institute, a company.
_PLACE: Final = re.compile("大学|大學|学院|研究|公司|实验|대학|연구|[Уу]ниверситет|[Ии]нститут|,")
_NO_BRACES: Final = str.maketrans("", "", "{}")

_GROUP_WORDS: Final = _words("""
    academy agency alliance association authors center centre co collaboration collaborations
    college committee community company consortium contributors corp corporation council
    department division faculty foundation gmbh group groups inc initiative institut institute
    institutes lab labs laboratories laboratory llc llm ltd ministry network organisation
    organization program programme project research researchers school societies society team
    teams university agi electronics robotics systems technologies workshop
""")
_COMPANIES: Final = _words("""
    alibaba anthropic baidu bytedance deepmind deepseek google ibm microsoft nvidia openai qwen
    tencent xiaomi amazon eleutherai hugging kwai samsung unitree
""")
_AI: Final = re.compile(r"(?:.*[a-z\d-])?AI")  # OpenAI and DeepSeek-AI; Lei Ai is a person
_PARTICLES: Final = _words("""
    al bin da das de degli del della den der di do dos du el ibn la le los ten ter van von zu
""")
_WITH_INITIALS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")


def names_of(names: Iterable[str]) -> tuple[str, ...]:
    """The names of a source that lists them one by one, cleaned; some hold two, or none."""
    return tuple(name for entry in names for name in _one_or_more(entry))


def _one_or_more(entry: str) -> list[str]:
    """The names of an entry; `Roe, Jane` is one, because no other entry stands beside it."""
    found = _FAMILY_FIRST.fullmatch(entry) if len(entry) <= _LONGEST else None
    if found and _is_family(found[1]) and not (is_group(found[1]) or _SUFFIX.fullmatch(found[2])):
        return split_names(f"{found[2]} {found[1]}")
    return split_names(entry)


def split_names(text: str) -> list[str]:
    r"""The names of an author list, cleaned: `Ada Roe (MIT, USA), Jo Doe` gives two.

    Only commas, semicolons and "and" outside of brackets separate names. `Roe, J., Doe, A.` and
    `Roe, J.; Doe, A.` give J. Roe and A. Doe.
    """
    plain = _LABEL.sub("", _characters(text))
    parts = _family_first(plain) or [part for it in _BEHALF.split(plain) for part in _parts(it)]
    names = map(clean_name, _joined(parts))
    return [name for name in names if name]


def clean_name(text: str) -> str:
    r"""One name without TeX, footnote marks and affiliation; empty when it is no name."""
    text = _characters(text[:_LONGEST])
    name = _CONTACT.sub(" ", _without_affiliation(text).translate(_NO_BRACES))
    name = _MARKS.sub("", name).strip()
    name = _BEFORE.sub("", fold(_without_note(name)))
    name = _FULL_STOP.sub("", _AFTER.sub("", name).rstrip(" ,;:*"))
    return "" if _NO_NAME.fullmatch(name) else name


def initials(name: str) -> str:
    """`Abhishek Das` → `A. Das`, `Jean-Baptiste Alayrac` → `J.-B. Alayrac`.

    One word, a group, a name with initials, and a name in a script without them stay unchanged.
    """
    name = unicodedata.normalize("NFC", name.strip())
    first, _, rest = name.partition(" ")
    if 1 < len(first) <= 3 and first.isupper() and not rest.isupper():  # JK Rowling, LI Wei
        return name
    if first.endswith(".") or not _has_initial(first) or _are_initials(rest) or is_group(name):
        return name
    if first.partition("-")[0] in _PARTICLES:
        return name
    short = "-".join(f"{part[0].upper()}." for part in first.split("-") if part[:1].isalpha())
    return f"{short} {rest.strip()}"


def is_group(name: str) -> bool:
    """Whether this is a team, a laboratory or a company and not a person."""
    words = re.findall(r"[\w.'’-]+", name)
    plain = [word.strip(".").lower() for word in words]
    if ":" in name or any(sign.isdigit() for sign in name):
        return True
    if name.startswith("the ") or any(word.endswith(("-team", "-lab", "-labs")) for word in plain):
        return True
    is_named = any(_is_group_word(word) for word in words)
    return is_named or bool(_COMPANIES.intersection(plain))


def _is_group_word(word: str) -> bool:
    if _AI.fullmatch(word):
        return True
    plain = word.strip(".").lower()
    # "Co" is a given name, and "LLM" in lower case is none of these words.
    return plain in _GROUP_WORDS and (plain != "co" or word == "Co.")


# ── splitting ────────────────────────────────────────────────────────────────


def _family_first(text: str) -> list[str]:
    """The names of `Roe, Jane; Doe, John` and of `Roe, Jane and Doe, John`; else none."""
    for separator in (";", " and "):
        entries = [entry for entry in text.split(separator) if entry.strip()]
        found = [_FAMILY_FIRST.fullmatch(entry) for entry in entries]
        if len(found) > 1 and all(it and _is_family(it[1]) for it in found):
            return [f"{it[2]} {it[1]}" for it in found if it]
    return []


def _parts(text: str) -> Iterator[str]:
    """The parts between separators outside of brackets; a group before a colon is one part."""
    while (found := _GROUP_NAME.match(text)) and is_group(found["group"]):
        yield from _separated(found["group"])
        text = found["rest"]
    yield from _separated(text)


def _separated(text: str) -> Iterator[str]:
    inside, at = _bracketed(text), 0
    opened = [start for start, _ in inside]
    for found in _SEPARATOR.finditer(text):
        before = bisect_left(opened, found.start())
        if before and found.start() < inside[before - 1][1]:
            continue
        start, end = max(at, found.start() - _LONGEST), found.end()
        if found[0].strip()[-1:].isalpha() and _names_one_group(
            text[start : found.start()], text[end : end + _LONGEST]
        ):
            continue
        yield text[at : found.start()]
        at = found.end()
    yield text[at:]


def _bracketed(text: str) -> list[tuple[int, int]]:
    """The ranges of the outer brackets.

    One that never closes opens none, or all names after it would be lost.
    """
    ranges, opened = [], []
    for place, sign in enumerate(text):
        if sign in _CLOSING:
            opened.append((sign, place))
        elif opened and sign == _CLOSING[opened[-1][0]]:
            ranges.append((opened.pop()[1], place))
    outermost: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if not outermost or start > outermost[-1][1]:
            outermost.append((start, end))
    return outermost


def _names_one_group(before: str, after: str) -> bool:
    """`Institute for Science and Technology`, `ATLAS and CMS Collaborations`: one name."""
    following = re.split(r"[,;]", after, maxsplit=1)[0].split()
    if is_group(before) and len(following) == 1:
        return True
    return bool(following) and following[-1].lower() in {"collaborations", "teams", "groups"}


def _joined(parts: Iterable[str]) -> list[str]:
    """The parts with what belongs to the part before: `Doe, Jr.`, `Roe, J.`"""
    given = [part for part in map(str.strip, parts) if part and not _DEGREE.fullmatch(part)]
    is_family_first = len(given) % 2 == 0 and all(map(_INITIALS.fullmatch, given[1::2]))
    names: list[str] = []
    for part in given:
        if names and _SUFFIX.fullmatch(part):
            names[-1] = f"{names[-1]} {part}"
        elif names and _INITIALS.fullmatch(part) and (is_family_first or _is_family(names[-1])):
            names[-1] = f"{part} {names[-1]}"
        else:
            names.append(part)
    return names


def _is_family(name: str) -> bool:
    """Whether this is a family name alone: `Roe`, `van der Roe`."""
    first, *others = name.split()
    return not others or first in _PARTICLES


# ── cleaning ─────────────────────────────────────────────────────────────────


def _characters(text: str) -> str:
    text = _ACUTE_S.sub("ś", clean(text))
    return fold(unicode_math(text).translate(_WIDE))


def _without_note(name: str) -> str:
    """`Ada Roe 1` → `Ada Roe`; the number of a group, such as Project 7, stays."""
    shorter = _NUMBER_OF_A_NOTE.sub("", name)
    return name if " " not in shorter or is_group(shorter) else shorter


def _without_affiliation(name: str) -> str:
    """`Ada Roe (MIT)` → `Ada Roe`; a nickname, and the name in another script, stay."""
    for start, end in sorted(_bracketed(name), reverse=True):
        inside, after = name[start + 1 : end], name[end + 1 :]
        is_nickname = inside.isalpha() and after.strip()[:1].isalpha()
        is_other_script = not any(map(_is_latin, inside)) and not _PLACE.search(inside)
        if name[start] != "{" and not (
            is_nickname or (is_other_script and any(map(str.isalpha, inside)))
        ):
            name = name[:start] + " " + after
    return name.partition("(")[0] if name.count("(") > name.count(")") else name


def _is_latin(sign: str) -> bool:
    return sign.isalpha() and unicodedata.name(sign, "").startswith("LATIN")


def _has_initial(word: str) -> bool:
    return word[:1].isalpha() and unicodedata.name(word[0], "").startswith(_WITH_INITIALS)


def _are_initials(names: str) -> bool:
    return all(len(name) == 1 for name in names.replace(".", " ").split())
