"""The forms of the pages: an address to sign up, and the choices of a subscriber."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from papers.models import Topic
from papers.text.author_match import parse_authors, readings
from subscribers.addresses import BadAddress, normalised
from subscribers.models import Subscriber
from subscribers.pages.terms_field import TermsField
from subscribers.pages.zones import zone_choices
from subscribers.preferences import Preferences
from subscribers.schedule import check_timezone
from web.time_zones import same_zone, usable_zone

_SIZES: Final = (5, 10, 15, 20, 30)
_CADENCES: Final = [
    (Subscriber.Cadence.DAILY.value, gettext_lazy("Every day")),
    (Subscriber.Cadence.WEEKLY.value, gettext_lazy("Every week")),
    (Subscriber.Cadence.MONTHLY.value, gettext_lazy("Every month")),
]
_PLEASE_CHOOSE: Final = gettext_lazy("Please choose one of the options.")
_CHOICE_ERRORS: Final = {
    "required": _PLEASE_CHOOSE,
    "invalid_choice": _PLEASE_CHOOSE,
    "invalid": _PLEASE_CHOOSE,
}


class SignUpForm(forms.Form):
    """An address. The hidden fields beside it are in pages/honeypot.py."""

    email = forms.CharField(
        label=gettext_lazy("Your email address"),
        max_length=254,
        error_messages={"required": gettext_lazy("Please type your email address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "you@example.org"}),
    )

    def clean_email(self) -> str:
        try:
            return normalised(self.cleaned_data["email"])
        except BadAddress as error:
            raise forms.ValidationError(str(error), code="bad_address") from error

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")


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
        choices=_CADENCES,
        widget=Buttons,
        error_messages=_CHOICE_ERRORS,
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("On"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        help_text=gettext_lazy("Every month: the first such day."),
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

    def __init__(self, data: QueryDict | None = None, *, start: Preferences) -> None:
        """`start` holds the values of an unbound form."""
        # A list: a widget treats a set as one value, and would check no box.
        initial = {name: getattr(start, name) for name in _NAMES} | {"topics": [*start.topics]}
        initial["timezone"] = usable_zone(start.timezone)
        super().__init__(data, initial=initial, label_suffix="")
        if not same_zone(start.timezone):
            self.fields["timezone"].help_text = _unknown_zone(start.timezone)
        topics = Topic.objects.filter(is_active=True).values_list("slug", "name")
        # A size that an operator set by hand stays an option, or saving would change it.
        sizes = sorted({*_SIZES, start.digest_size})
        self._set_options("topics", list(topics))
        self._set_options("digest_size", [(size, str(size)) for size in sizes])
        zones = zone_choices(str(self["timezone"].value() or "UTC"))
        cast("forms.Select", self.fields["timezone"].widget).choices = zones

    def _set_options(self, name: str, choices: list[tuple[Any, str]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    @property
    def preferences(self) -> Preferences:
        """The choices of a valid form."""
        typed = self.cleaned_data
        return Preferences(
            **{name: typed[name] for name in _NAMES if name != "topics"},
            topics=frozenset(typed["topics"]),
        )


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


def let_browser_set_timezone(form: ChoicesForm) -> None:
    """Allow static/timezone.js to fill the zone in: nobody has chosen one yet."""
    form.fields["timezone"].widget.attrs["data-guess-timezone"] = ""


def has_choices(data: QueryDict) -> bool:
    """Whether a posted form held the choices, and not only an address or a button."""
    return "cadence" in data
