"""The followed and muted terms as a page shows them: each with what it stands for and found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from subscribers.account.interests import FIELDS, terms_of
from subscribers.account.matches import Found, found_last_week
from subscribers.pages.account.forms import TermForm
from subscribers.pages.wording.understood import of_author, of_word
from subscribers.preferences import Preferences

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_TITLES: Final[dict[str, _StrPromise]] = {
    "keywords": _("Words you follow"),
    "authors": _("Authors you follow"),
    "muted": _("Words you mute"),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """One term, with what it stands for, and what it found last week."""

    term: str  # as it is stored
    shown: str
    note: str
    found: Found


@dataclass(frozen=True, slots=True)
class TagGroup:
    """The terms of one field of the choices, and the form that adds one."""

    field: str
    title: _StrPromise
    tags: Sequence[Tag]
    form: TermForm

    @property
    def lines(self) -> str:
        """The terms, one a line, as a form with all choices takes them."""
        return "\n".join(tag.term for tag in self.tags)

    @property
    def is_muted(self) -> bool:
        """Whether what they find stays out of the digests."""
        return self.field == "muted"


def tag_groups(chosen: Preferences, now: datetime, wrong: TermForm | None = None) -> list[TagGroup]:
    """The three groups; `wrong` is the form that was just sent and has to be put right."""
    return [
        TagGroup(
            field,
            _TITLES[field],
            [_tag(field, term, now) for term in terms_of(chosen, field)],
            wrong if wrong and wrong.kind == field else TermForm(field, start=chosen),
        )
        for field in FIELDS
    ]


def _tag(field: str, term: str, now: datetime) -> Tag:
    explained = of_author(term) if field == "authors" else of_word(term)
    return Tag(term, explained.term, explained.note, found_last_week(field, term, now))
