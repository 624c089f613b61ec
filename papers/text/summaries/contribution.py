"""The sentence of an abstract that says what the paper contributes, and the opening otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from papers.text.shorten import shortened
from papers.text.summaries.clauses import clause_end
from papers.text.summaries.cues import Cues, worth
from papers.text.summaries.openers import capitalised, without_opener
from papers.text.summaries.sentences import Sentence, hidden, sentences
from papers.text.tex import unicode_math
from papers.text.withdrawal import withdraws

LONGEST: Final = 240  # letters as a reader sees them: about three lines
_ENOUGH: Final = 50.0  # of `worth`; a weaker sentence says less than the opening does
_STATED: Final = 85.0  # of `worth`: what is stated after such a sentence is mostly a part of it
_SECOND: Final = 6.0
_LATER: Final = 1.5  # for each sentence before it
_FEW: Final = 110  # letters: a sentence with so few is followed by the next one, if it fits
_MAY_BE_NOTICE: Final = re.compile(r"withdr|retract|removed|deleted|taken down", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_][\w+-]+|\d+\w+")
_NAME: Final = re.compile(r"\s*(?P<name>[^:–—?!]{2,60}?)\s*(?::|\s[–—-]{1,3}\s)\s*\S")
_COMMON: Final = frozenset(
    re.findall(
        r"\w+",
        "a an the of for in on with via from to and or by as at is are be into its using towards"
        " toward through without under over how what why when can do does not we our their",
    )
)
_SHORT_TITLE: Final = 3  # words: "Visual Dialog", "Pointer Networks"
_SIMPLE_NAME: Final = re.compile(r"(?=\S*[A-Z0-9]\S*[A-Z0-9]|\S*[A-Z][a-z]+[A-Z])\S+")
_NEAR: Final = 3  # characters between two sentences of one paragraph


class _Candidate(NamedTuple):
    place: int  # among the sentences, from 0
    start: int  # without its opener
    end: int
    value: float
    is_whole: bool = True  # no opener was taken off


def contribution(title: str, abstract: str) -> str:
    """The part of `abstract` to show first, with its TeX: whole, or cut at a clause with " …".

    An abstract of at most 240 letters; else the sentence that states the contribution best, without
    words that refer to the sentence before it; else the opening. Empty for an abstract without a
    letter. Linear in the length of the abstract.
    """
    if _is_short(abstract):
        return " ".join(abstract.split())
    plain = hidden(abstract)
    found = sentences(plain)
    rated = list(_rated(title, plain, found))
    if (best := _best(rated)) is None:
        return _opening(abstract, plain, found)
    return capitalised(_fitting(abstract, plain, best.start, _end(abstract, best, rated)))


def stated_in(title: str, abstract: str) -> int | None:
    """The number, from 0, of the sentence that states the contribution; None: none does."""
    plain = hidden(abstract)
    best = _best(list(_rated(title, plain, sentences(plain))))
    return None if best is None else best.place


def _is_short(text: str) -> bool:
    return len(text) <= LONGEST or (len(text) <= 2 * LONGEST and len(unicode_math(text)) <= LONGEST)


# ── which sentence ───────────────────────────────────────────────────────────


def _best(rated: list[_Candidate]) -> _Candidate | None:
    best = max(rated, key=lambda one: one.value, default=None)
    return best if best and best.value >= _ENOUGH else None


def _rated(title: str, plain: str, found: list[Sentence]) -> Iterator[_Candidate]:
    """The sentences with their values. Of two that say the same the earlier one is better."""
    shown = hidden(title)
    name, words = _name(shown), _words(shown)
    is_stated = False
    for place, (start, end) in enumerate(found):
        sentence = plain[start:end]
        if _is_notice(sentence):
            continue
        opener = without_opener(sentence)
        rest = sentence[opener:]
        cues = Cues(
            overlap=len(words & _words(rest)) / max(3, len(words)),
            has_name=_has_name(rest.casefold(), name.casefold()),
            begins_with_name=_begins_with(rest, name),
        )
        value = worth(sentence.lower(), rest.lower(), cues) - _LATER * min(place, 12)
        yield _Candidate(place, start + opener, end, value - _SECOND * is_stated, opener == 0)
        is_stated = is_stated or value >= _STATED


def _name(title: str) -> str:
    """The name that a title gives to what it is about: "Newswire: A Structured Database …".

    A short title is a name as a whole.
    """
    if found := _NAME.match(title):
        return found["name"].strip("\"'“”")
    words = title.split()
    if len(words) <= _SHORT_TITLE:
        return " ".join(words)
    return words[0] if _SIMPLE_NAME.fullmatch(words[0]) else ""


def _has_name(sentence: str, name: str) -> bool:
    """Whether the name is there as a word: "AI" is not in "said"."""
    place = sentence.find(name) if name else -1
    while place >= 0:
        beside = sentence[max(0, place - 1) : place] + sentence[place + len(name) :][:1]
        if not any(map(str.isalnum, beside)):
            return True
        place = sentence.find(name, place + len(name))
    return False


def _begins_with(sentence: str, name: str) -> bool:
    if not name:
        return False
    rest, name = (text.removeprefix("The ").removeprefix("Our ") for text in (sentence, name))
    return rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum()


def _words(text: str) -> frozenset[str]:
    words = (word.casefold().rstrip("s") for word in _WORD.findall(text))
    return frozenset(word for word in words if word not in _COMMON)


def _is_notice(sentence: str) -> bool:
    return bool(_MAY_BE_NOTICE.search(sentence)) and withdraws(sentence)


def _end(text: str, best: _Candidate, rated: list[_Candidate]) -> int:
    """Where the lead ends: a short sentence takes the next one with it, if there is room for it.

    The next one must be about the paper: not where the code is, and not a result.
    """
    following = next((one for one in rated if one.place == best.place + 1), None)
    if best.end - best.start > _FEW or following is None or following.value < 0:
        return best.end
    is_near = following.start - best.end <= _NEAR and following.is_whole
    return following.end if is_near and _fits(text[best.start : following.end]) else best.end


# ── how much of it ───────────────────────────────────────────────────────────


def _opening(text: str, plain: str, found: list[Sentence]) -> str:
    """The first sentences that fit together; the first one, cut, if it does not fit alone."""
    told = [one for one in found if not _is_notice(plain[one.start : one.end])] or found
    if not told:
        return _fitting(text, plain, 0, len(plain))
    start, end = told[0]
    for following in told[1:]:
        if following.start - end > _NEAR or not _fits(text[start : following.end]):
            break
        end = following.end
    return _fitting(text, plain, start, end)


def _fitting(text: str, plain: str, start: int, end: int) -> str:
    """The part on one line, cut at a clause if a reader would see more than 240 letters."""
    part = text[start:end]
    if _fits(part):
        return " ".join(part.split())
    cut = clause_end(plain[start:end], LONGEST - 2 + _unseen(part))
    while cut and (excess := len(unicode_math(part[:cut])) - LONGEST + 2) > 0:
        cut = clause_end(plain[start:end], cut - max(1, excess // 2))
    return f"{' '.join(part[:cut].split())} …" if cut else _letters(part)


def _fits(part: str) -> bool:
    return len(part) <= LONGEST or (len(part) <= 8 * LONGEST and len(unicode_math(part)) <= LONGEST)


def _unseen(part: str) -> int:
    """About how many letters of the first lines are TeX commands, which a page does not show."""
    head = part[: 2 * LONGEST]
    return max(0, len(head) - len(unicode_math(head)))


def _letters(part: str) -> str:
    """What begins with a formula that is too long for a lead: as Unicode, and cut anywhere."""
    return shortened(unicode_math(part[: 8 * LONGEST]), LONGEST)
