"""Read a query: from its text to the conditions that papers must fulfil."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from papers.search.conditions import All, Condition, Either, Key, Stem, Without, Words
from papers.search.endings import SHORTEST, SHORTEST_OF_SEVERAL, is_beginning, stems_of_beginning
from papers.search.names import are_initials, author, is_name
from papers.search.runs import run_of_words, word
from papers.search.syntax import Term, read_terms
from papers.text.searchable import words

_WEIGHTS: Final = {"": "", "ti": "A", "abs": "B", "au": "C"}
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)*[a-zA-Z]{0,2}")  # 4, 3.5, 4o
Alternative = list[Condition]  # all of them must match


def read_query(query: str) -> list[Alternative]:
    """The conditions of a query: in each alternative, all must match."""
    return [_conditions(terms) for terms in read_terms(query)]


def read_more_widely(query: str) -> list[Alternative]:
    """The conditions of the query with what its last word may become, and "S. aureus" as words.

    The last word counts as unfinished unless a space or a quotation mark follows it.
    """
    alternatives = read_terms(query)
    if not alternatives:
        return []
    *others, last = alternatives
    end = _unfinished(last, query)
    wide = _conditions(last[:-1] if end else last, names_in_texts=True)
    return [
        *(_conditions(terms, names_in_texts=True) for terms in others),
        [*wide, end] if end else wide,
    ]


def together(query: str) -> list[str]:
    """What counts more side by side: the words of each run, and each name with its number.

    "GPT 4 report" gives itself and "GPT 4".
    """
    found = []
    for run in _runs(query):
        if len(run) > 1:
            found.append(" ".join(run))
        found += [
            f"{name} {number}"
            for name, number in pairwise(run)
            if name.isalpha() and _NUMBER.fullmatch(number)
        ]
    return list(dict.fromkeys(found))


def possible_name(query: str) -> tuple[str, str] | None:
    """The two words of a query that is no more than these: perhaps "Yan He" or "An Yang"."""
    runs = _runs(query)
    if len(runs) != 1 or len(runs[0]) != 2 or not all(map(is_name, runs[0])):
        return None
    first, last = (word.strip(",.").lower() for word in runs[0])
    return first, last


def _runs(query: str) -> list[list[str]]:
    return [
        [term.text for term in side_by_side]
        for terms in read_terms(query)
        for is_run, side_by_side in groupby(terms, key=_is_plain)
        if is_run
    ]


def _conditions(terms: Sequence[Term], *, names_in_texts: bool = False) -> Alternative:
    return [
        condition
        for is_run, side_by_side in groupby(terms, key=_is_plain)
        for condition in (
            [run_of_words([it.text for it in side_by_side], names_in_texts=names_in_texts)]
            if is_run
            else map(_of_term, side_by_side)
        )
    ]


def _is_plain(term: Term) -> bool:
    return not (term.field or term.is_phrase or term.is_excluded)


def _of_term(term: Term) -> Condition:
    condition = _included(term)
    return Without(condition) if term.is_excluded else condition


def _included(term: Term) -> Condition:
    if term.field == "au":
        return author(term.text)
    if term.field == "cat":
        return _category(term.text)
    if term.is_phrase:
        texts = term.text.split()
        is_named = not term.field and any(map(are_initials, texts))
        return run_of_words(texts) if is_named else Words(term.text, _WEIGHTS[term.field])
    return word(term.text, _WEIGHTS[term.field])


def _category(value: str) -> Condition:
    """`cs.LG`; of `cs`, and of `cs.*`, all classes; several with commas between."""
    names = (name.strip().rstrip("*").rstrip(".") for name in value.lower().split(","))
    return Either(tuple(Key(f"cat:{name}") for name in names if name))


def _unfinished(terms: Sequence[Term], query: str) -> Condition | None:
    """The last term with what it may become; None if it is finished."""
    term = terms[-1]
    is_name = len(terms) > 1 and are_initials(terms[-2].text)
    if term.end != len(query) or term.is_phrase or term.is_excluded or is_name:
        return None
    if term.field == "cat":
        name = term.text.lower()
        return Either((_category(name), Key(f"cat:{name}", is_unfinished=True)))
    parts = words(term.text)
    if not _may_be_unfinished(parts, is_alone=len(terms) == 1):
        return None
    if term.field == "au":
        return author(term.text, is_unfinished=True)
    return Either(tuple(_completions(term, parts)))


def _may_be_unfinished(parts: Sequence[str], *, is_alone: bool) -> bool:
    """Whether the last part may be a beginning. That of "GSM8" or "vision-l" may be very short."""
    if len(parts) > 1:
        return sum(map(len, parts)) > SHORTEST
    least = SHORTEST if is_alone else SHORTEST_OF_SEVERAL
    return bool(parts) and is_beginning(parts[0], least)


def _completions(term: Term, parts: Sequence[str]) -> Iterator[Condition]:
    weight = _WEIGHTS[term.field]
    yield word(term.text, weight)
    yield Words(term.text, weight, is_unfinished=True)
    if len(parts) == 1:
        for stem in stems_of_beginning(parts[0]):
            yield Stem(stem, weight)


def whole(alternatives: Sequence[Alternative]) -> Condition:
    """One condition of all alternatives."""
    return Either(tuple(All(tuple(conditions)) for conditions in alternatives))
