"""Words of a query that stand side by side: all count, and some pairs have another form.

"fine tuning" is also "finetuning", "GPT 4" is "GPT-4", and "Y. LeCun" is Yann LeCun.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from papers.search.conditions import TEXTS, All, Condition, Either, Forms, Guess, Near, Same, Words
from papers.search.names import are_initials, author, is_letter, is_name, with_initial
from papers.search.word_forms import other_forms, parts_of_compound
from papers.text.searchable import joined_form, pair_as_one, plain

_MOST_WORDS = 8  # in a longer query, other forms of its pairs would cost more than they find


class _Part(NamedTuple):
    """A condition for the words from `start` up to `end`, which is not included."""

    start: int
    end: int
    condition: Condition


def word(text: str, weight: str = "") -> Condition:
    """One word, or a compound, in its forms."""
    bare = plain(text).strip(".,")
    typed: Condition = Words(text, weight)
    if same := other_forms(bare):
        typed = Same((typed, *(Words(form, weight) for form in same)))
    joined = joined_form(bare)
    forms = [Words(joined, weight)] if joined else []
    forms += [Guess(" ".join(parts), weight) for parts in parts_of_compound(bare)]
    return Forms((typed, *forms)) if forms else typed


def run_of_words(texts: Sequence[str], *, names_in_texts: bool = False) -> Condition:
    """All of the words, each pair in its other form where it has one.

    Args:
        names_in_texts: the name after "Y." may also be a word of a title or an abstract.
    """
    parts = list(_parts(texts, names_in_texts))
    typed = All(tuple(part.condition for part in parts))
    others = list(_other_forms(texts)) if len(texts) <= _MOST_WORDS else []
    forms = [form for other in others if (form := _with(other, parts))]
    return Forms((typed, *forms)) if forms else typed


def _parts(texts: Sequence[str], names_in_texts: bool) -> Iterator[_Part]:
    """Each word, or initials together with the name that they belong to."""
    at = 0
    while at < len(texts):
        name = _name_at(texts, at, names_in_texts)
        yield name or _Part(at, at + 1, word(texts[at]))
        at = name.end if name else at + 1


def _name_at(texts: Sequence[str], at: int, in_texts: bool) -> _Part | None:
    """`Y. LeCun`, `LeCun, Y.`, `Hinton, Geoffrey E.` or a last `LeCun Y.`, if it begins here."""
    if name := _full_name_at(texts, at):
        return name
    end = at
    while end < len(texts) and are_initials(texts[end]):
        end += 1
    if end > at:
        is_before = end < len(texts) and is_name(texts[end])
        if not is_before:
            return None
        return _Part(at, end + 1, _named(texts[at : end + 1], texts[at], texts[end], in_texts))
    end = at + 1
    while end < len(texts) and are_initials(texts[end]):
        end += 1
    is_after = end == len(texts) or texts[at].endswith(",") or texts[end - 1].endswith(",")
    if end == at + 1 or not is_after or not is_name(texts[at]):
        return None
    return _Part(at, end, _named(texts[at:end], texts[at + 1], texts[at], in_texts))


def _full_name_at(texts: Sequence[str], at: int) -> _Part | None:
    """`Hinton, Geoffrey E.`: the same words in another order are no author to the words alone."""
    end = at + 2
    while end < len(texts) and are_initials(texts[end]):
        end += 1
    is_full = end > at + 2 and texts[at].endswith(",")
    if not (is_full and is_name(texts[at]) and is_name(texts[at + 1])):
        return None
    return _Part(at, end, author(f"{texts[at]} {texts[at + 1]}"))


def _named(texts: Sequence[str], initial: str, name: str, in_texts: bool) -> Condition:
    """The author, or the same words in a text: "E. coli". PostgreSQL has no word "a" or "s"."""
    spelled = Words(" ".join(texts), least=2)
    elsewhere = (Words(name, TEXTS),) if in_texts else ()
    return Either((with_initial(initial, name), spelled, *elsewhere))


def _with(other: _Part, parts: Sequence[_Part]) -> Condition | None:
    """All parts, with `other` in place of those that it covers; None where it covers a half."""
    outside = [part for part in parts if part.end <= other.start or part.start >= other.end]
    covered = sum(part.end - part.start for part in parts if part not in outside)
    if covered != other.end - other.start:
        return None
    before = tuple(part.condition for part in outside if part.end <= other.start)
    after = tuple(part.condition for part in outside if part.start >= other.end)
    return All((*before, other.condition, *after))


# ── other forms ──────────────────────────────────────────────────────────────────────


def _other_forms(texts: Sequence[str]) -> Iterator[_Part]:
    for at in range(len(texts) - 1):
        first, second = (plain(text).strip(".,") for text in texts[at : at + 2])
        is_pair = not texts[at].endswith((",", "."))
        if is_pair and (both := pair_as_one(first, second)):
            yield _Part(at, at + 2, Words(both))
    yield from _names_with_letters(texts)


def _names_with_letters(texts: Sequence[str]) -> Iterator[_Part]:
    """Single letters beside a name: "Y LeCun", "LeCun Y", and the middle of "Geoffrey E Hinton"."""
    at = 0
    while at < len(texts):
        end = at
        while end < len(texts) and (is_letter(texts[end]) or are_initials(texts[end])):
            end += 1
        if end > at:
            yield from _names_beside(texts, at, end)
        at = end + 1


def _names_beside(texts: Sequence[str], start: int, end: int) -> Iterator[_Part]:
    has_before = start > 0 and is_name(texts[start - 1])
    has_after = end < len(texts) and is_name(texts[end])
    initial = texts[start]
    if has_after:
        yield _Part(start, end + 1, with_initial(initial, texts[end]))
    if has_before:
        yield _Part(start - 1, end, with_initial(initial, texts[start - 1]))
    if has_before and has_after:
        near = Near(_bare(texts[start - 1]), _bare(texts[end]))
        yield _Part(start - 1, end + 1, near)


def _bare(text: str) -> str:
    return text.strip(",.")
