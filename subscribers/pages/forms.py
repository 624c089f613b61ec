"""The forms of the pages: an address to sign up, and the choices of a subscriber."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from papers.models import Topic
from papers.text.author_match import parse_authors, readings
from papers.wording import topic_text
from subscribers.addresses import BadAddress, normalised
from subscribers.models import Subscriber
from subscribers.pages.terms_field import TermsField
from subscribers.pages.typos import meant
from subscribers.pages.wording.address_words import what_is_wrong
from subscribers.pages.zones import zone_choices
from subscribers.preferences import Preferences
from subscribers.schedule import check_timezone
from web.languages import language_choices, usable_language
from web.time_zones import same_zone, usable_zone

_SIZES: Final = (5, 10, 15, 20, 30)
_PLEASE_CHOOSE: Final = gettext_lazy("Please choose one of the options.")
_CHOICE_ERRORS: Final = {
    "required": _PLEASE_CHOOSE,
    "invalid_choice": _PLEASE_CHOOSE,
    "invalid": _PLEASE_CHOOSE,
}


class SignUpForm(forms.Form):
    """An address. The hidden fields beside it are in pages/honeypot.py.

    An address that looks mistyped is asked about: `suggestion` is the one that was probably meant.
    The form that asks holds `asked`, what was typed, and a button `instead`. Sent again unchanged,
    the address is taken as it is, and with that button the suggestion is. Its template is
    pages/subscribers/_email.html; forms of other templates ask nothing (`asks=False`).
    """

    email = forms.CharField(
        label=gettext_lazy("Your email address"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Please type your email address."),
            "max_length": gettext_lazy("This is too long for an address. Please look at it again."),
            "null_characters_not_allowed": gettext_lazy(
                "No mail can reach this address. Please look at it again: it has the form "
                "you@example.org."
            ),
        },
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "placeholder": gettext_lazy("you@example.org")}
        ),
    )

    suggestion = ""

    def __init__(self, data: QueryDict | None = None, *, asks: bool = False) -> None:
        super().__init__(data, label_suffix="")
        self._asks = asks

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        better = meant(typed)
        if better and self._was_asked and "instead" in self.data:
            self._type(better)
            return better
        try:
            address = normalised(typed)
        except BadAddress as error:
            self.suggestion = better
            raise forms.ValidationError(what_is_wrong(typed), code="bad_address") from error
        if better and self._asks and not self._was_asked:
            self.suggestion = better
            raise forms.ValidationError(
                _("Did you mean %(address)s?"), code="mistyped", params={"address": better}
            )
        return address

    @property
    def asked(self) -> str:
        """The address that the reader was asked about, for the next form."""
        is_asked = self.suggestion or (self._was_asked and "email" not in self.errors)
        return str(self["email"].value() or "") if is_asked else ""

    @property
    def is_question(self) -> bool:
        """Whether the address could be right as it is."""
        return self.has_error("email", "mistyped")

    def forget_errors(self) -> None:
        """Show what was typed, without a word about it."""
        self.errors.clear()
        self.suggestion = ""

    @property
    def _was_asked(self) -> bool:
        asked = self.data.get("asked", "").strip()
        return bool(asked) and asked == self.data.get("email", "").strip()

    def _type(self, address: str) -> None:
        """As if the reader had typed it, for a form that is shown again."""
        typed = QueryDict(mutable=True)
        for name, values in cast("QueryDict", self.data).lists():
            typed.setlist(name, values)
        typed["email"] = address
        self.data = typed


class _FirstFocused:
    """Of a group of boxes or buttons only the first may have `autofocus`."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(*args, **kwargs)  # type: ignore[misc]
        if option["index"] != "0":
            option["attrs"].pop("autofocus", None)
        return option


class Boxes(_FirstFocused, forms.CheckboxSelectMultiple):
    """A box for each option."""


class Buttons(_FirstFocused, forms.RadioSelect):
    """A radio button for each option."""


class ChoicesForm(forms.Form):
    """Everything a subscriber can choose. A valid form gives `preferences`."""

    topics = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Topics"),
        help_text=gettext_lazy("None chosen means all of them."),
        widget=Boxes,
        error_messages={
            "invalid_choice": gettext_lazy(
                "“%(value)s” is no longer a topic here. Please look at your topics again."
            ),
            "invalid_list": _PLEASE_CHOOSE,
        },
    )
    cadence = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=[(value, capfirst(label)) for value, label in Subscriber.Cadence.choices],
        widget=Buttons,
        error_messages=_CHOICE_ERRORS,
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("On"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        help_text=gettext_lazy(
            "For every month: the first such day of it. For every day it does not matter."
        ),
        error_messages=_CHOICE_ERRORS,
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("At"),
        coerce=int,
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)],
        error_messages=_CHOICE_ERRORS,
    )
    timezone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        validators=[check_timezone],
        widget=forms.Select,
        error_messages={
            "required": gettext_lazy("Please choose the time zone that you live in."),
            "max_length": gettext_lazy("Please choose the time zone that you live in."),
            "null_characters_not_allowed": gettext_lazy(
                "Please choose the time zone that you live in."
            ),
        },
    )
    digest_size = forms.TypedChoiceField(
        label=gettext_lazy("Papers in a digest"), coerce=int, error_messages=_CHOICE_ERRORS
    )
    language = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Language of the mails"),
        choices=language_choices,
        error_messages=_CHOICE_ERRORS,
    )
    keywords = TermsField(
        label=gettext_lazy("Words you follow"),
        help_text=gettext_lazy(
            "Papers that use them come first. Put commas or lines between them. "
            "“fine-tuning” also finds fine tuning and finetuning, “policy” also policies. "
            "Several words count where they stand side by side."
        ),
    )
    authors = TermsField(
        label=gettext_lazy("Authors you follow"),
        help_text=gettext_lazy(
            "Full names: Yann LeCun, or LeCun, Yann. One a line, or with semicolons between. "
            "Accents and middle names may be left out."
        ),
        parse=parse_authors,
        has_words=readings,
    )
    muted = TermsField(
        label=gettext_lazy("Words you mute"),
        help_text=gettext_lazy(
            "Papers that use them stay out. They are found like the words that you follow."
        ),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        start: Preferences,
        asks_zone: bool = False,
        now: datetime | None = None,
    ) -> None:
        """`start` holds the values of an unbound form.

        Args:
            asks_zone: nobody has chosen a time zone yet: static/timezone.js may guess it, and
                without a choice it is UTC.
            now: for the hint that says which time it is in UTC; None on a page that may be kept.
        """
        # A list: a widget treats a set as one value, and would check no box.
        initial = {name: getattr(start, name) for name in _NAMES} | {"topics": [*start.topics]}
        initial["timezone"] = "" if asks_zone else usable_zone(start.timezone)
        initial["language"] = usable_language(start.language)
        super().__init__(data, initial=initial, label_suffix="")
        if not same_zone(start.timezone):
            self.fields["timezone"].help_text = _unknown_zone(start.timezone)
        if asks_zone:  # before a field is shown: it keeps the hint that it has then
            self._ask_zone(now)
        topics = list(Topic.objects.filter(is_active=True))
        self.family_of = {topic.slug: topic.family for topic in topics}
        # A size that an operator set by hand stays an option, or saving would change it.
        sizes = sorted({*_SIZES, start.digest_size})
        self._set_options("topics", [(topic.slug, topic_text(topic.name)) for topic in topics])
        self._set_options("digest_size", [(size, str(size)) for size in sizes])
        zones = zone_choices(str(self["timezone"].value() or "UTC"))
        if asks_zone:
            zones = [("", _("Not chosen yet")), *zones]
        cast("forms.Select", self.fields["timezone"].widget).choices = zones

    def _ask_zone(self, now: datetime | None) -> None:
        field = self.fields["timezone"]
        field.required = False
        field.widget.attrs["data-guess-timezone"] = ""
        if field.help_text or self.data.get("timezone"):  # one was chosen; is it not known here?
            return
        if now is None:
            field.help_text = _("Until you choose, we use UTC.")
        else:
            time = time_format(now.astimezone(UTC).time(), "TIME_FORMAT")
            field.help_text = _(
                "Please choose the one you live in. Until then we use UTC, where it is %(time)s "
                "now."
            ) % {"time": time}

    def _set_options(self, name: str, choices: list[tuple[Any, str]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def clean_language(self) -> str:
        """A form that does not show the field leaves the language as it is."""
        return self.cleaned_data["language"] or str(self.initial["language"])

    @property
    def follows_something(self) -> bool:
        """Whether an unbound form begins with topics, words or authors."""
        return any(self.initial[name] for name in ("topics", "keywords", "authors", "muted"))

    @property
    def named(self) -> str:
        """The topics and authors that an unbound form begins with, in one line; else ""."""
        if self.is_bound:
            return ""
        boxes = self["topics"].subwidgets
        topics = [str(box.choice_label) for box in boxes if box.data["selected"]]
        return ", ".join([*topics, *self.initial["authors"]])

    @property
    def preferences(self) -> Preferences:
        """The choices of a valid form."""
        typed = self.cleaned_data
        other = {"topics": frozenset(typed["topics"]), "timezone": typed["timezone"] or "UTC"}
        return Preferences(**{**{name: typed[name] for name in _NAMES}, **other})

    @property
    def draft(self) -> dict[str, Any]:
        """The same for the row of a mail, without a time zone that was not chosen."""
        draft = self.preferences.as_json()
        if not self.cleaned_data["timezone"]:
            del draft["timezone"]
        return draft


_NAMES: Final = tuple(Preferences.__dataclass_fields__)


def _unknown_zone(name: str) -> str:
    if not name.strip():
        return _(
            "Your time zone is not known here, so UTC is used. Please choose the one you live in."
        )
    return _(
        "Your time zone “%(zone)s” is not known here, so UTC is used. Please choose the one "
        "you live in."
    ) % {"zone": name}


def has_choices(data: QueryDict) -> bool:
    """Whether a posted form held the choices, and not only an address or a button."""
    return "cadence" in data
