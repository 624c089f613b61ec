"""The forms of the pages: an address to sign up, and the choices of a subscriber."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from papers.models import Topic
from papers.text.author_match import parse_authors, readings
from papers.text.terms import fold_term, parse_terms
from subscribers.addresses import BadAddress, normalised
from subscribers.models import Subscriber
from subscribers.preferences import Preferences
from subscribers.schedule import check_timezone
from web.languages import language_choices, usable_language
from web.time_zones import known_zones, same_zone, usable_zone

# Regions of the tz database; the rest are old names (US/Eastern) and machine zones (Etc/GMT+3).
_REGIONS: Final = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
_SIZES: Final = (5, 10, 15, 20, 30)
_MAX_TERMS: Final = 20
_MAX_TERM_LENGTH: Final = 80
_SHOWN: Final = 30  # characters of a term in an error
# "quantiz*" and "cat:cs.CV"; but "A*" and "RRT*" are names.
_OF_THE_SEARCH: Final = re.compile(
    r"[a-z]{3}\*(?!\w)|^(?:au|author|ti|title|abs|abstract|cat|category):"
)


class SignUpForm(forms.Form):
    """An address. The hidden fields beside it are in pages/honeypot.py."""

    email = forms.CharField(
        label="Your email address",
        max_length=254,
        error_messages={"required": "Please type your email address."},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "you@example.org"}),
    )

    def clean_email(self) -> str:
        try:
            return normalised(self.cleaned_data["email"])
        except BadAddress as error:
            raise forms.ValidationError(str(error), code="bad_address") from error

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")


class TermsField(forms.CharField):
    """Terms that line ends, commas and semicolons separate, as a tuple without duplicates."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def __init__(
        self,
        *,
        label: str,
        help_text: str,
        parse: Callable[[str], tuple[str, ...]] = parse_terms,
        has_words: Callable[[str], object] = fold_term,
    ) -> None:
        """`parse` gives the terms of a text; `has_words` is false of one that finds nothing."""
        super().__init__(required=False, max_length=4000, label=label, help_text=help_text)
        self._parse = parse
        self._has_words = has_words

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, tuple) else value

    def clean(self, value: str | None) -> tuple[str, ...]:
        terms = self._parse(str(super().clean(value)))
        for term in terms:
            self._check(term)
        if len(terms) > _MAX_TERMS:
            raise forms.ValidationError(
                f"At most {_MAX_TERMS}, please: these are {len(terms)}, "
                f"from “{_short(terms[_MAX_TERMS])}” on too many."
            )
        return terms

    def _check(self, term: str) -> None:
        if len(term) > _MAX_TERM_LENGTH:
            raise forms.ValidationError(
                f"“{_short(term)}” is longer than {_MAX_TERM_LENGTH} characters."
            )
        if not self._has_words(term):
            raise forms.ValidationError(
                f"“{_short(term)}” has no letter or number, so it would find nothing."
            )
        if _OF_THE_SEARCH.search(term):
            raise forms.ValidationError(
                f"“{_short(term)}” would find nothing. Please write it in full, without a star and "
                "without au:, ti: or cat:."
            )


def _short(term: str) -> str:
    return term if len(term) <= _SHOWN else f"{term[:_SHOWN]}…"


class ChoicesForm(forms.Form):
    """Everything a subscriber can choose. A valid form gives `preferences`."""

    topics = forms.MultipleChoiceField(
        required=False,
        label="Topics",
        help_text="None chosen means all of them.",
        widget=forms.CheckboxSelectMultiple,
    )
    cadence = forms.ChoiceField(
        label="How often",
        choices=[(value, capfirst(label)) for value, label in Subscriber.Cadence.choices],
        widget=forms.RadioSelect,
    )
    weekday = forms.TypedChoiceField(
        label="On",
        coerce=int,
        choices=Subscriber.Weekday.choices,
        help_text="Every month: the first such day.",
    )
    hour = forms.TypedChoiceField(
        label="At", coerce=int, choices=[(hour, f"{hour:02d}:00") for hour in range(24)]
    )
    timezone = forms.CharField(
        label="Time zone", max_length=64, validators=[check_timezone], widget=forms.Select
    )
    digest_size = forms.TypedChoiceField(label="Papers in a digest", coerce=int)
    language = forms.ChoiceField(
        required=False, label=_("Language of the mails"), choices=language_choices
    )
    keywords = TermsField(
        label="Words you follow",
        help_text="Papers that use them come first. Put commas or lines between them. "
        "“fine-tuning” also finds fine tuning and finetuning, “policy” also policies. "
        "Several words count where they stand side by side.",
    )
    authors = TermsField(
        label="Authors you follow",
        help_text="Full names: Yann LeCun, or LeCun, Yann. One a line, or with semicolons between. "
        "Accents and middle names may be left out.",
        parse=parse_authors,
        has_words=readings,
    )
    muted = TermsField(
        label="Words you mute",
        help_text="Papers that use them stay out. They are found like the words that you follow.",
    )

    def __init__(self, data: QueryDict | None = None, *, start: Preferences) -> None:
        """`start` holds the values of an unbound form."""
        # A list: a widget treats a set as one value, and would check no box.
        initial = {name: getattr(start, name) for name in _NAMES} | {"topics": [*start.topics]}
        initial["timezone"] = usable_zone(start.timezone)
        initial["language"] = usable_language(start.language)
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

    def clean_language(self) -> str:
        """A form that does not show the field leaves the language as it is."""
        return self.cleaned_data["language"] or str(self.initial["language"])

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
    named = f"Your time zone “{name}”" if name.strip() else "Your time zone"
    return f"{named} is not known here, so UTC is used. Please choose the one you live in."


def has_choices(data: QueryDict) -> bool:
    """Whether a posted form held the choices, and not only an address or a button."""
    return "cadence" in data


def zone_choices(chosen: str) -> list[tuple[str, Any]]:
    """Options for a <select>, grouped by region: [("UTC", "UTC"), ("Africa", [(name, city) …]) …].

    A browser may send an old name of its zone, which the groups leave out: `chosen` is always
    an option, or a form shown again would lose it.
    """
    groups = _zone_groups()
    known = {"UTC"} | {name for _, zones in groups for name, _ in zones}
    extra = [] if chosen in known else [(chosen, chosen.replace("_", " "))]
    return [("UTC", "UTC"), *extra, *groups]


@cache
def _zone_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    names = sorted(known_zones())
    return [(region, _cities(region, names)) for region in _REGIONS]


def _cities(region: str, names: Iterable[str]) -> list[tuple[str, str]]:
    prefix = f"{region}/"
    return [
        (name, name.removeprefix(prefix).replace("_", " ").replace("/", ", "))
        for name in names
        if name.startswith(prefix)
    ]
