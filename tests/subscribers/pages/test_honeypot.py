"""Which sign-ups are a machine's: only with more than one sign of it."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from subscribers.pages.honeypot import STAMP, Sender, field_names, sender
from web.stamps import stamp

NOW = 1_000_000.0


def sent(seconds: float | None, **data: str) -> Sender:
    """Who sent this data, so many seconds after the form was served; None: no form was."""
    served = {} if seconds is None else {STAMP: stamp(NOW - seconds)}
    return sender({"email": "ada@example.org", **served, **data}, NOW)


def filled(value: str = "http://spam.example") -> dict[str, str]:
    return {field_names()[0]: value}


@pytest.mark.parametrize("seconds", [None, 0, 1, 60])
def test_an_empty_honeypot_is_a_persons_however_fast(seconds: float | None) -> None:
    assert sent(seconds, **filled("")) == "person"
    assert sent(seconds) == "person"


@pytest.mark.parametrize("seconds", [3, 20, 86_400, 31_536_000])
def test_a_browser_that_filled_the_honeypot_passes(seconds: float) -> None:
    assert sent(seconds, **filled()) == "person"


@pytest.mark.parametrize("seconds", [0, 1, 2])
def test_who_fills_it_faster_than_a_person_is_asked_again(seconds: float) -> None:
    assert sent(seconds, **filled()) == "hasty"


def test_who_fills_it_and_never_loaded_the_form_is_a_machine() -> None:
    assert sent(None, **filled()) == "machine"


def test_a_stamp_that_cannot_be_read_is_a_doubt_and_passes() -> None:
    assert sent(None, **filled(), **{STAMP: "served.1.forged"}) == "person"


def test_the_name_of_the_field_says_nothing_and_differs_by_installation(settings: Settings) -> None:
    settings.SECRET_KEY = "one"
    [first] = field_names()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "two", ["one"]
    second, former = field_names()
    assert former == first != second
    assert len(first) == 10
    assert first.isalnum()
    assert sent(None, **{former: "x"}) == "machine"
