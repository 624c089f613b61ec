"""What the followed and muted terms stand for, in words, so that a reader can check them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from papers.text.author_match import in_reading_order, parse_authors, readings
from papers.text.names import initials, is_group
from papers.text.terms import parse_terms, spellings
from subscribers.preferences import Preferences

_MOST_SPELLINGS: Final = 3


class Understood(NamedTuple):
    """A term or a name as it is looked for, and what else it stands for; the note may be empty."""

    term: str
    note: str


class UnderstoodGroup(NamedTuple):
    """The terms of one field of the form."""

    label: str
    terms: list[Understood]


def understood(chosen: Preferences) -> list[UnderstoodGroup]:
    """The fields of `chosen` that hold terms. A stored line with commas is several terms."""
    groups = [
        UnderstoodGroup(_("Words you follow"), list(_each(chosen.keywords, parse_terms, of_word))),
        UnderstoodGroup(
            _("Authors you follow"), list(_each(chosen.authors, parse_authors, of_author))
        ),
        UnderstoodGroup(_("Words you mute"), list(_each(chosen.muted, parse_terms, of_word))),
    ]
    return [group for group in groups if group.terms]


def _each(
    lines: Iterable[str],
    parse: Callable[[str], tuple[str, ...]],
    explain: Callable[[str], Understood],
) -> Iterator[Understood]:
    return (explain(term) for line in lines for term in parse(line))


def of_word(term: str) -> Understood:
    plain = term.replace('"', "")
    notes = []
    if len(plain.split()) > 1:
        notes.append(_("side by side"))
    if others := spellings(plain)[:_MOST_SPELLINGS]:
        notes.append(_("also %(words)s") % {"words": ", ".join(others)})
    return Understood(plain, "; ".join(notes))


def of_author(typed: str) -> Understood:
    name = in_reading_order(typed)
    found = readings(name)
    if is_group(name) or not any(reading.given for reading in found):
        return Understood(name, _("only where a paper prints exactly this name"))
    first = found[0].given[0] if found[0].given else ()
    if first and all(len(part) == 1 for part in first):
        words = _("any given name that begins with %(letter)s")
        return Understood(name, words % {"letter": first[0].upper()})
    return Understood(name, _("also %(name)s, and with middle names") % {"name": initials(name)})
