"""The field for words and names: what is typed as lines or a list becomes a tuple of terms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from papers.text.terms import fold_term, parse_terms

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MAX_TERMS: Final = 20
MAX_TERM_LENGTH: Final = 80
_SHOWN: Final = 30  # characters of a term in an error
# "quantiz*" and "cat:cs.CV"; but "A*" and "RRT*" are names.
_OF_THE_SEARCH: Final = re.compile(
    r"[a-z]{3}\*(?!\w)|^(?:au|author|ti|title|abs|abstract|cat|category):"
)


class TermsField(forms.CharField):
    """Terms that line ends, commas and semicolons separate, as a tuple without duplicates."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def __init__(
        self,
        *,
        label: str | _StrPromise,
        help_text: str | _StrPromise,
        parse: Callable[[str], tuple[str, ...]] = parse_terms,
        has_words: Callable[[str], object] = fold_term,
        widget: forms.Widget | None = None,
    ) -> None:
        """`parse` gives the terms of a text; `has_words` is false of one that finds nothing."""
        super().__init__(
            required=False,
            max_length=4000,
            label=label,
            help_text=help_text,
            widget=widget,
            error_messages={
                "max_length": gettext_lazy("This is too long: please keep the most important."),
                "null_characters_not_allowed": gettext_lazy(
                    "There is a character in it that cannot be shown. Please type it again."
                ),
            },
        )
        self._parse = parse
        self._has_words = has_words

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, tuple) else value

    def clean(self, value: str | None) -> tuple[str, ...]:
        terms = self._parse(str(super().clean(value)))
        for term in terms:
            self._check(term)
        if len(terms) > MAX_TERMS:
            raise forms.ValidationError(
                _("At most %(most)d, please: these are %(number)d, from “%(term)s” on too many.")
                % {"most": MAX_TERMS, "number": len(terms), "term": _short(terms[MAX_TERMS])}
            )
        return terms

    def _check(self, term: str) -> None:
        values = {"term": _short(term), "most": MAX_TERM_LENGTH}
        if len(term) > MAX_TERM_LENGTH:
            raise forms.ValidationError(
                _("“%(term)s” is longer than %(most)d characters.") % values
            )
        if not self._has_words(term):
            raise forms.ValidationError(
                _("“%(term)s” has no letter or number, so it would find nothing.") % values
            )
        if _OF_THE_SEARCH.search(term):
            raise forms.ValidationError(
                _(
                    "“%(term)s” would find nothing. Please write it in full, without a star and "
                    "without au:, ti: or cat:."
                )
                % values
            )


def _short(term: str) -> str:
    return term if len(term) <= _SHOWN else f"{term[:_SHOWN]}…"
