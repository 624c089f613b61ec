from __future__ import annotations

import pytest
from pytest_django import Settings

from subscribers.checks import (
    check_lookups,
    check_named_papers,
    check_sign_up_rate,
    check_unconfirmed_days,
)


def test_a_rate_passes(settings: Settings) -> None:
    settings.SIGN_UP_RATE = "30/hour"
    assert check_sign_up_rate() == []


@pytest.mark.parametrize("name", ["SIGN_UP_RATE", "SIGN_UP_RATE_DOMAIN", "SIGN_UP_RATE_SITE"])
def test_a_rate_that_cannot_be_parsed_is_an_error(settings: Settings, name: str) -> None:
    setattr(settings, name, "often")
    [error] = check_sign_up_rate()
    assert (error.id, error.msg) == ("trending.E010", f"{name} is 'often', which is no rate.")
    assert "30/hour" in str(error.hint)


def test_the_defaults_of_named_papers_pass(settings: Settings) -> None:
    settings.SEEDS_PER_READER, settings.SEED_LOOKUPS_PER_HOUR = 200, 3000
    settings.SOURCES = ["arxiv"]
    assert check_named_papers() == []
    assert check_lookups() == []


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("SEEDS_PER_READER", 19),
        ("SEEDS_PER_READER", 1001),
        ("SEED_LOOKUPS_PER_HOUR", -1),
        ("SEED_LOOKUPS_PER_HOUR", 100_001),
    ],
)
def test_a_number_out_of_range_is_an_error(settings: Settings, name: str, number: int) -> None:
    setattr(settings, name, number)
    [error] = check_named_papers()
    assert error.id == "trending.E091"
    assert error.msg.startswith(f"{name} is {number}, outside")


def test_a_site_without_any_source_is_not_warned_of_one(settings: Settings) -> None:
    settings.SOURCES = []
    assert check_lookups() == []


@pytest.mark.parametrize(("sources", "number"), [(["github"], 3000), (["arxiv"], 0)])
def test_papers_that_cannot_be_looked_up_are_warned_of(
    settings: Settings, sources: list[str], number: int
) -> None:
    settings.SOURCES, settings.SEED_LOOKUPS_PER_HOUR = sources, number
    [warning] = check_lookups()
    assert warning.id == "trending.W069"


@pytest.mark.parametrize(("days", "found"), [(13, ["trending.W066"]), (14, []), (30, [])])
def test_a_sign_up_is_kept_while_its_link_works(
    settings: Settings, days: int, found: list[str]
) -> None:
    settings.CONFIRM_DAYS, settings.UNCONFIRMED_DAYS = 14, days
    assert [message.id for message in check_unconfirmed_days()] == found
