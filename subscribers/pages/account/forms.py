"""The small forms of a reader's own pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from papers.text.author_match import parse_authors, readings
from papers.text.terms import fold_term, parse_terms
from subscribers.account.interests import FIELDS, terms_of, with_terms
from subscribers.account.pause import first_and_last_day
from subscribers.models import Subscriber
from subscribers.pages.forms import ChoicesForm, SignUpForm
from subscribers.pages.terms_field import MAX_TERMS, TermsField
from subscribers.preferences import Preferences

_LENGTHS: Final = {
    "14": gettext_lazy("two weeks"),
    "30": gettext_lazy("a month"),
    "91": gettext_lazy("three months"),
    "day": gettext_lazy("until the day below"),
}
_PLEASE_CHOOSE: Final = gettext_lazy("Please choose for how long.")
_LABELS: Final = {
    "keywords": gettext_lazy("Follow words"),
    "authors": gettext_lazy("Follow an author"),
    "muted": gettext_lazy("Mute words"),
}
_HINTS: Final = {
    "keywords": gettext_lazy("Papers that use them come first: fine-tuning, state space models"),
    "authors": gettext_lazy("The full name: Yann LeCun"),
    "muted": gettext_lazy("Papers that use them stay out of your digest."),
}


class DigestForm(ChoicesForm):
    """What a digest holds and when it comes; words and names have forms of their own (TermForm).

    They stay as they are stored, also where today's rules would refuse them.
    """

    def __init__(self, data: QueryDict | None = None, *, start: Preferences) -> None:
        super().__init__(data, start=start)
        self._terms = {field: getattr(start, field) for field in FIELDS}
        for field in FIELDS:
            del self.fields[field]

    def clean(self) -> None:
        self.cleaned_data |= self._terms


class TermForm(forms.Form):
    """One field in which more words or names are typed; `added` holds them once it is valid."""

    def __init__(self, field: str, data: QueryDict | None = None, *, start: Preferences) -> None:
        """`field` is a field of the choices: keywords, authors or muted."""
        super().__init__(data, label_suffix="")
        self.kind, self.name, self._start = field, f"add_{field}", start
        is_author = field == "authors"
        terms = TermsField(
            label=_LABELS[field],
            help_text=_HINTS[field],
            parse=parse_authors if is_author else parse_terms,
            has_words=readings if is_author else fold_term,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )
        self.fields[self.name] = terms

    @property
    def typed(self) -> forms.BoundField:
        """The field itself, for the template."""
        return self[self.name]

    @property
    def added(self) -> tuple[str, ...]:
        """The terms of a valid form."""
        return tuple(self.cleaned_data[self.name])

    def clean(self) -> None:
        added = self.cleaned_data.get(self.name)
        if added is None:
            return
        if not added:
            self.add_error(self.name, _("Please type something to add."))
        elif len(terms_of(with_terms(self._start, self.kind, added), self.kind)) > MAX_TERMS:
            self.add_error(
                self.name,
                _("You can have %(most)d of these. Please remove one first.") % {"most": MAX_TERMS},
            )


class PauseForm(forms.Form):
    """For how long digests are paused; `until` is the day on which they may come again."""

    length = forms.ChoiceField(
        label=gettext_lazy("For how long"),
        choices=list(_LENGTHS.items()),
        initial="14",
        error_messages={"required": _PLEASE_CHOOSE, "invalid_choice": _PLEASE_CHOOSE},
    )
    day = forms.DateField(
        label=gettext_lazy("Digests come again from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"],
        error_messages={"invalid": gettext_lazy("Please write the day like 2027-01-31.")},
    )

    def __init__(
        self, data: QueryDict | None = None, *, subscriber: Subscriber, now: datetime
    ) -> None:
        super().__init__(data, label_suffix="")
        self.first, self.last = first_and_last_day(subscriber, now)
        self._today = now.astimezone(ZoneInfo(subscriber.zone)).date()
        limits = {"min": self.first.isoformat(), "max": self.last.isoformat()}
        self.fields["day"].widget.attrs.update(limits)

    @property
    def until(self) -> date:
        """The day of a valid form."""
        day: date = self.cleaned_data["day"]
        return day

    def clean(self) -> None:
        length = self.cleaned_data.get("length")
        if length and length != "day":
            self.cleaned_data["day"] = self._today + timedelta(days=int(length))
            self.errors.pop("day", None)  # of a field that does not count
        elif length and "day" not in self.errors:
            self._check_day(self.cleaned_data.get("day"))

    def _check_day(self, day: date | None) -> None:
        if day is None:
            self.add_error("day", _("Please choose the day on which digests come again."))
        elif day < self.first:
            self.add_error("day", _("This day is over. Please choose one that is still to come."))
        elif day > self.last:
            self.add_error("day", _("A pause lasts a year at most. Please choose an earlier day."))


class NewAddressForm(SignUpForm):
    """Another address for a subscription."""

    def __init__(self, data: QueryDict | None = None, *, subscriber: Subscriber) -> None:
        super().__init__(data)
        self._current = subscriber.email
        self.fields["email"].label = _("Your new address")

    def clean_email(self) -> str:
        email = super().clean_email()
        if email == self._current:
            raise forms.ValidationError(_("Your digests go to this address already."))
        return email
