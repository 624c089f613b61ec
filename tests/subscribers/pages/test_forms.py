"""What is typed into the forms, and the preferences or errors it becomes."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.utils.translation import override

from papers.models import Topic
from subscribers.pages.forms import ChoicesForm, SignUpForm
from subscribers.preferences import Preferences
from tests.factories import NOON, make_topic

pytestmark = pytest.mark.django_db
TYPED = {
    "cadence": "weekly",
    "weekday": "4",
    "hour": "8",
    "timezone": "Europe/Berlin",
    "digest_size": "10",
}


def posted(**changes: str | list[str]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in {**TYPED, **changes}.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def choices(**changes: str | list[str]) -> ChoicesForm:
    return ChoicesForm(posted(**changes), start=Preferences())


def errors(**changes: str | list[str]) -> dict[str, Any]:
    form = choices(**changes)
    assert not form.is_valid()
    return dict(form.errors)


def test_a_valid_form_gives_preferences() -> None:
    make_topic("My robotics", slug="my-robotics")
    form = choices(
        topics=["my-robotics"],
        hour="0",
        keywords=" diffusion \r\n\r\nflow   matching\r\nDiffusion",
        authors="Ada Lovelace",
    )
    assert form.is_valid(), form.errors
    assert form.preferences == Preferences(
        hour=0,
        timezone="Europe/Berlin",
        topics=frozenset({"my-robotics"}),
        keywords=("Diffusion", "flow matching"),
        authors=("Ada Lovelace",),
    )


def test_only_the_timetable_is_required() -> None:
    form = choices()
    assert form.is_valid(), form.errors
    assert form.preferences == Preferences(timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cadence", "hourly"),
        ("weekday", "7"),
        ("weekday", "Friday"),
        ("hour", "24"),
        ("hour", "-1"),
        ("hour", ""),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("timezone", ""),
        ("digest_size", "100000"),
        ("topics", "no-such-topic"),
        ("keywords", "x" * 81),
        ("keywords", "\n".join(str(number) for number in range(21))),
        ("authors", "a\x00b"),
        ("muted", "x " * 3000),
    ],
)
def test_an_invalid_value_is_refused_at_its_field(name: str, value: str) -> None:
    assert list(errors(**{name: value})) == [name]


def test_saving_what_the_form_shows_again_changes_nothing() -> None:
    start = Preferences(
        keywords=('"a, b"', "C++"), authors=("LeCun, Yann", "Ada Li"), muted=("fine-tuning",)
    )
    shown = ChoicesForm(start=start)
    typed = {name: str(shown[name].value()) for name in ("keywords", "authors", "muted")}
    form = choices(**typed)
    assert form.is_valid(), form.errors
    assert form.preferences.terms == start.terms


def test_a_form_shows_the_stored_preferences() -> None:
    make_topic("My robotics", slug="my-robotics")
    start = Preferences(
        hour=6, timezone="Asia/Kolkata", topics=frozenset({"my-robotics"}), muted=("a", "b")
    )
    form = ChoicesForm(start=start)
    assert 'value="6" selected' in str(form["hour"])
    assert '<option value="Asia/Kolkata" selected>' in str(form["timezone"])
    assert ">\na\nb</textarea>" in str(form["muted"])
    assert str(form["topics"]).count("checked") == 1


def test_an_inactive_topic_is_not_an_option() -> None:
    Topic.objects.update(is_active=False)
    topic = make_topic()
    assert [slug for slug, _ in ChoicesForm(start=Preferences()).fields["topics"].choices] == [  # type: ignore[attr-defined]
        topic.slug
    ]


def test_a_size_set_by_an_operator_survives_a_save() -> None:
    form = ChoicesForm(posted(digest_size="7"), start=Preferences(digest_size=7))
    assert form.is_valid()
    assert form.preferences.digest_size == 7


def test_an_old_name_of_a_zone_is_kept() -> None:
    form = choices(timezone="US/Eastern")
    assert form.is_valid()
    assert '<option value="US/Eastern" selected>' in str(form["timezone"])


# ── a zone that nobody has chosen ────────────────────────────────────────────


def asking(**changes: str) -> ChoicesForm:
    return ChoicesForm(posted(**changes), start=Preferences(), asks_zone=True)


def test_a_zone_that_nobody_chose_is_asked_for_and_is_utc_until_then() -> None:
    form = ChoicesForm(start=Preferences(), asks_zone=True, now=NOON)
    assert '<option value="" selected>Not chosen yet</option>' in str(form["timezone"])
    assert 'data-guess-timezone=""' in str(form["timezone"])
    assert form["timezone"].help_text == (
        "Please choose the one you live in. Until then we use UTC, where it is 12:00 now."
    )


def test_without_a_choice_the_zone_is_utc_and_the_draft_has_none() -> None:
    form = asking(timezone="")
    assert form.is_valid(), form.errors
    assert form.preferences.timezone == "UTC"
    assert "timezone" not in form.draft


def test_utc_can_be_chosen() -> None:
    form = asking(timezone="UTC")
    assert form.is_valid(), form.errors
    assert form.draft["timezone"] == "UTC"


def test_a_form_of_who_chose_a_zone_asks_for_none() -> None:
    form = ChoicesForm(start=Preferences(timezone="Asia/Kolkata"))
    assert "data-guess-timezone" not in str(form["timezone"])
    assert 'value=""' not in str(form["timezone"])


# ── words of the library ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("cadence", "hourly", "Please choose one of the options."),
        ("cadence", "", "Please choose one of the options."),
        ("weekday", "7", "Please choose one of the options."),
        ("hour", "24", "Please choose one of the options."),
        ("digest_size", "1000", "Please choose one of the options."),
        ("timezone", "", "Please choose the time zone that you live in."),
        ("timezone", "x" * 65, "Please choose the time zone that you live in."),
        ("timezone", "UTC\x00", "Please choose the time zone that you live in."),
        (
            "topics",
            "no-such-topic",
            "“no-such-topic” is no longer a topic here. Please look at your topics again.",
        ),
    ],
)
def test_a_choice_that_cannot_be_used_has_our_words(name: str, value: str, error: str) -> None:
    found = errors(**{name: value})[name]
    assert error in found
    assert not [text for text in found if "nsure" in text or "ull character" in text]


# ── the address ──────────────────────────────────────────────────────────────


GENERAL = (
    "No mail can reach this address. Please look at it again: it has the form you@example.org."
)


def typed(email: str, **others: str) -> SignUpForm:
    query = QueryDict(mutable=True)
    query.update({"email": email, **others})
    return SignUpForm(query, asks=True)


@pytest.mark.parametrize(
    ("email", "error"),
    [
        ("", "Please type your email address."),
        ("ada", "The @ is missing. An address has the form you@example.org."),
        ("a" * 300 + "@example.org", "This is too long for an address. Please look at it again."),
        ("ada\x00@example.org", GENERAL),
    ],
)
def test_a_bad_address_is_refused_with_a_sentence(email: str, error: str) -> None:
    form = typed(email)
    assert not form.is_valid()
    assert form.errors["email"][0] == error
    assert not form.is_question


def test_a_mistyped_address_is_asked_about() -> None:
    form = typed("Ada@gmial.com")
    assert not form.is_valid()
    assert form.errors["email"] == ["Did you mean ada@gmail.com?"]
    assert (form.is_question, form.suggestion, form.asked) == (
        True,
        "ada@gmail.com",
        "Ada@gmial.com",
    )


@pytest.mark.parametrize("button", ["keep", "another"])
def test_an_address_that_was_asked_about_is_taken_as_it_is(button: str) -> None:
    form = typed("ada@gmial.com", asked="ada@gmial.com", **{button: "1"})
    assert form.is_valid()
    assert form.cleaned_data["email"] == form.asked == "ada@gmial.com"


def test_one_press_takes_the_suggestion() -> None:
    form = typed("ada@gmial.com", asked="ada@gmial.com", instead="1")
    assert form.is_valid()
    assert form.cleaned_data["email"] == form["email"].value() == "ada@gmail.com"


def test_the_suggestion_also_replaces_what_is_no_address() -> None:
    form = typed("Ada <ada@example.org>")
    assert not form.is_valid()
    assert form.suggestion == "ada@example.org"
    form = typed("Ada <ada@example.org>", asked="Ada <ada@example.org>", instead="1")
    assert form.is_valid()
    assert form.cleaned_data["email"] == "ada@example.org"


def test_a_form_that_cannot_ask_takes_a_mistyped_address() -> None:
    assert SignUpForm(QueryDict("email=ada@gmial.com")).is_valid()


def test_what_is_no_address_cannot_be_kept() -> None:
    assert not typed("ada@gmail", asked="ada@gmail", keep="1").is_valid()


def test_an_address_that_was_changed_since_is_looked_at_again() -> None:
    """The key Enter presses the first button, which then is that of the old question."""
    form = typed("bo@example.org", asked="ada@gmial.com", instead="1")
    assert form.is_valid()
    assert form.cleaned_data["email"] == "bo@example.org"
    assert typed("ada@hotmial.com", asked="ada@gmial.com", instead="1").is_question


def test_the_topics_have_their_names_in_the_language_of_the_page() -> None:
    with override("de"):
        form = ChoicesForm(start=Preferences(topics=frozenset({"robotics"})))
        assert form.named == "Robotik"
