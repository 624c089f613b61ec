"""The send rates that the settings give."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from newsletter.delivery.rates.send_rates import (
    SendRates,
    WarmUp,
    domain_rates,
    seconds_to_midnight,
    send_rates,
)

NOW = datetime(2025, 3, 15, 18, tzinfo=UTC)


@pytest.mark.parametrize(("day", "allowed"), [(1, 100), (2, 150), (4, 337), (9, None)])
def test_the_ramp_grows_day_by_day_up_to_its_cap(day: int, allowed: int | None) -> None:
    ramp = WarmUp(date(2025, 3, 1), start=100, growth=1.5, cap=2000)
    assert ramp.allowance(date(2025, 3, day)) == allowed


def test_the_settings_are_read(settings: Settings) -> None:
    settings.SEND_RATE, settings.DOMAIN_RATES = 50.0, ["gmail.com=20", "*=5"]
    rates = send_rates()
    assert (rates.overall, rates.of("gmail.com", "google.com"), rates.of("x.org", "y.org")) == (
        50,
        ("gmail.com", 20),
        ("y.org", 5),
    )


def test_the_rate_of_an_international_domain_is_that_of_its_addresses() -> None:
    assert domain_rates(("Bücher.example.org=3",)) == {"xn--bcher-kva.example.org": 3}


@pytest.mark.parametrize("entry", ["gmail.com", "gmail.com=fast", "=", "20"])
def test_a_wrong_rate_is_refused_with_its_setting(entry: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DOMAIN_RATES"):
        domain_rates((entry,))


def test_a_wrong_day_is_refused_with_its_setting(settings: Settings) -> None:
    settings.WARM_UP_FROM = "tomorrow"
    with pytest.raises(ImproperlyConfigured, match="WARM_UP_FROM"):
        send_rates()


def test_midnight_is_the_next_one_in_utc() -> None:
    assert seconds_to_midnight(NOW) == 6 * 3600


def test_a_rate_may_name_a_site() -> None:
    rates = SendRates(domains={"google.com": 20, "gmail.com": 30})
    assert rates.of("a.org", "google.com") == ("google.com", 20)
    assert rates.of("gmail.com", "google.com") == ("gmail.com", 30)
    assert rates.of("b.org", "b.org") == ("b.org", 0)
