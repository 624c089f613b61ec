"""What is typed into the forms, and the preferences or errors it becomes."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from papers.models import Topic
from subscribers.pages.forms import ChoicesForm, SignUpForm
from subscribers.preferences import Preferences
from tests.factories import make_topic

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


@pytest.mark.parametrize("typed", ["", "ada", "ada@localhost", "a" * 300 + "@example.org"])
def test_a_bad_address_is_refused_with_a_reason(typed: str) -> None:
    form = SignUpForm(QueryDict(f"email={typed}"))
    assert not form.is_valid()
    assert form.errors["email"][0]
