"""The small forms of a reader's own pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict

from subscribers.pages.account.forms import NewAddressForm, PauseForm, TermForm
from subscribers.preferences import Preferences
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 23, tzinfo=UTC)


def pausing(sent: str, timezone: str = "UTC") -> PauseForm:
    reader = make_subscriber(timezone=timezone)
    return PauseForm(QueryDict(sent), subscriber=reader, now=NOW)


@pytest.mark.parametrize(
    ("sent", "until"),
    [
        ("length=14", date(2026, 12, 14)),
        ("length=30", date(2026, 12, 30)),
        ("length=91", date(2027, 3, 1)),
        ("length=14&day=nonsense", date(2026, 12, 14)),
        ("length=day&day=2026-12-24", date(2026, 12, 24)),
        ("length=day&day=24.12.2026", date(2026, 12, 24)),
        ("length=day&day=24 December 2026", date(2026, 12, 24)),
        ("length=day&day=2026-12-01", date(2026, 12, 1)),
        ("length=day&day=2027-12-01", date(2027, 12, 1)),
    ],
)
def test_a_length_or_a_day_is_a_day(sent: str, until: date) -> None:
    form = pausing(sent)
    assert form.is_valid(), form.errors
    assert form.until == until


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ("", {"length": ["Please choose for how long."]}),
        ("length=1000", {"length": ["Please choose for how long."]}),
        ("length=day", {"day": ["Please choose the day on which digests come again."]}),
        (
            "length=day&day=2026-11-30",
            {"day": ["This day is over. Please choose one that is still to come."]},
        ),
        (
            "length=day&day=2027-12-02",
            {"day": ["A pause lasts a year at most. Please choose an earlier day."]},
        ),
        ("length=day&day=soon", {"day": ["Please write the day like 2027-01-31."]}),
        ("length=day&day=2026-02-30", {"day": ["Please write the day like 2027-01-31."]}),
    ],
)
def test_what_is_no_day_says_why(sent: str, error: dict[str, list[str]]) -> None:
    assert pausing(sent).errors == error


def test_days_are_those_of_the_reader() -> None:
    form = pausing("length=14", "Asia/Kolkata")
    assert form.is_valid()
    assert form.until == date(2026, 12, 15)


def test_an_author_is_parsed_as_a_name() -> None:
    form = TermForm("authors", QueryDict("add_authors=LeCun, Yann"), start=Preferences())
    assert form.is_valid()
    assert form.added == ("LeCun, Yann",)


def test_the_same_address_is_no_other_one() -> None:
    reader = make_subscriber("ada@example.com")
    form = NewAddressForm(QueryDict("email=Ada@Example.com "), subscriber=reader)
    assert form.errors == {"email": ["Your digests go to this address already."]}
    assert NewAddressForm(QueryDict("email=ada@example.org"), subscriber=reader).is_valid()
