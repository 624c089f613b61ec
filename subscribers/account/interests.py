"""Add and remove one followed or muted term; the other choices stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from papers.text.author_match import author_key, parse_authors
from papers.text.terms import fold_term, parse_terms
from subscribers.consent import RequestOrigin
from subscribers.models import Subscriber
from subscribers.preferences import Preferences, change, preferences_of

Parse = Callable[[str], tuple[str, ...]]
FIELDS: Final[dict[str, Parse]] = {
    "keywords": parse_terms,
    "authors": parse_authors,
    "muted": parse_terms,
}


def terms_of(chosen: Preferences, field: str) -> tuple[str, ...]:
    """The terms of a field, each for itself: a line that was stored years ago may hold several."""
    lines: tuple[str, ...] = getattr(chosen, field)
    return tuple(dict.fromkeys(term for line in lines for term in FIELDS[field](line)))


def with_terms(chosen: Preferences, field: str, added: tuple[str, ...]) -> Preferences:
    """The choices with more terms; one that is there in another spelling gets the new spelling."""
    key = author_key if field == "authors" else fold_term
    terms = {key(term) or term: term for term in (*terms_of(chosen, field), *added)}
    return _with(chosen, field, terms.values())


def without_term(chosen: Preferences, field: str, removed: str) -> Preferences:
    """The choices without a term; they are equal where it is not there."""
    terms = terms_of(chosen, field)
    if removed not in terms:
        return chosen
    return _with(chosen, field, (term for term in terms if term != removed))


def _with(chosen: Preferences, field: str, terms: Iterable[str]) -> Preferences:
    changed: dict[str, Any] = {field: tuple(terms)}
    return replace(chosen, **changed)


def add_terms(
    subscriber: Subscriber,
    field: str,
    added: tuple[str, ...],
    origin: RequestOrigin,
    now: datetime,
) -> bool:
    """Follow or mute these terms too; False when nothing changed.

    `field` is one of FIELDS; `added` is checked by the form.
    """
    return change(subscriber, with_terms(preferences_of(subscriber), field, added), origin, now)


def remove_term(
    subscriber: Subscriber, field: str, removed: str, origin: RequestOrigin, now: datetime
) -> bool:
    """Follow or mute this term no longer; False when it was not there."""
    return change(subscriber, without_term(preferences_of(subscriber), field, removed), origin, now)
