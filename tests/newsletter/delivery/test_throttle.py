"""The pace of mail, counted in a real Redis."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from mail.outcome import Outcome, State
from newsletter.delivery import throttle
from newsletter.delivery.rates import (
    SendRates,
    WarmUp,
    domain_rates,
    seconds_to_midnight,
    send_rates,
)
from newsletter.delivery.throttle import Admission, Throttle

NOW = datetime(2025, 3, 15, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> Iterator[None]:
    throttle._redis.cache_clear()
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(f"{settings.REDIS_PREFIX}pace:*"):
        client.delete(key)
    yield
    throttle._redis.cache_clear()


def admit(pace: SendRates, *addresses: str) -> Admission:
    return Throttle(pace, sleep=_no_sleep).admit(dict(enumerate(addresses)), NOW)


def _no_sleep(seconds: float) -> None:
    raise AssertionError("nothing is to wait here")


def at(domain: str, count: int) -> list[str]:
    return [f"reader{number}@{domain}" for number in range(count)]


def note(state: State, addresses: list[str]) -> None:
    Throttle(SendRates()).note([(address, Outcome(state)) for address in addresses])


def test_without_a_pace_everybody_goes() -> None:
    assert admit(SendRates(), *at("a.org", 50)) == Admission(list(range(50)))


def test_a_burst_is_no_larger_than_what_may_go_in_ten_seconds() -> None:
    sizes = [Throttle(SendRates(overall=rate)).burst_size(50) for rate in (0.0, 100.0, 2.0, 0.05)]
    assert sizes == [50, 50, 20, 1]


def test_a_domain_gets_one_seconds_worth_and_the_rest_waits_its_turn() -> None:
    admission = admit(SendRates(domains={"a.org": 10}), *at("a.org", 30))
    assert list(admission.go) == list(range(10))
    waits = [seconds for seconds, _ in admission.wait.values()]
    assert waits == sorted(waits)
    assert waits[0] <= 0.2
    assert waits[-1] == pytest.approx(waits[0] + 1.9)
    assert admission.wait[29][1] == "the pace for a.org"


def test_a_slow_domain_does_not_hold_up_the_others() -> None:
    admission = admit(SendRates(domains={"slow.org": 1}), *at("slow.org", 20), *at("fast.org", 20))
    assert [number for number in admission.go if number >= 20] == list(range(20, 40))


def test_the_rate_of_all_others_counts_for_each_domain_by_itself() -> None:
    admission = admit(SendRates(domains={"*": 5}), *at("a.org", 9), *at("b.org", 9))
    assert len(admission.go) == 10


def test_workers_share_a_bucket() -> None:
    pace = SendRates(domains={"a.org": 10})
    assert len(admit(pace, *at("a.org", 8)).go) == 8
    assert len(admit(pace, *at("A.ORG", 8)).go) <= 3


def test_a_burst_waits_for_the_overall_rate() -> None:
    waited: list[float] = []
    paced = Throttle(SendRates(overall=1000), sleep=waited.append)
    assert len(paced.admit(dict(enumerate(at("a.org", 1500))), NOW).go) == 1500
    assert waited


def test_a_domain_that_defers_a_burst_is_left_alone() -> None:
    note("deferred", at("busy.org", 5))
    admission = admit(SendRates(), *at("busy.org", 2), *at("other.org", 1))
    assert list(admission.go) == [2]
    seconds, why = admission.wait[0]
    assert 50 < seconds <= 60
    assert why == "busy.org asked to be left alone"


def test_each_time_twice_as_long() -> None:
    note("deferred", at("busy.org", 5))
    note("deferred", at("busy.org", 5))
    assert 110 < admit(SendRates(), *at("busy.org", 1)).wait[0][0] <= 120


@pytest.mark.parametrize(
    ("state", "count"), [("deferred", 2), ("refused", 9), ("unknown", 9), ("accepted", 9)]
)
def test_nothing_else_makes_us_leave_a_domain_alone(state: State, count: int) -> None:
    note(state, at("a.org", count))
    assert not admit(SendRates(), *at("a.org", 1)).wait


def test_a_domain_that_takes_some_is_not_left_alone() -> None:
    outcomes = [Outcome("deferred")] * 5 + [Outcome("accepted")]
    Throttle(SendRates()).note(list(zip(at("a.org", 6), outcomes, strict=True)))
    assert not admit(SendRates(), *at("a.org", 1)).wait


def test_the_ramp_lets_so_many_go_a_day_and_the_rest_tomorrow() -> None:
    pace = SendRates(warm_up=WarmUp(NOW.date(), start=12, growth=2, cap=1000))
    admissions = [admit(pace, *at("a.org", 10)) for _ in range(3)]
    assert [len(admission.go) for admission in admissions] == [10, 2, 0]
    assert admissions[1].wait[9] == (6 * 3600, "warm-up: 12 mails today")


@pytest.mark.parametrize(("day", "allowed"), [(1, 100), (2, 150), (4, 337), (9, None)])
def test_the_ramp_grows_day_by_day_up_to_its_cap(day: int, allowed: int | None) -> None:
    ramp = WarmUp(date(2025, 3, 1), start=100, growth=1.5, cap=2000)
    assert ramp.allowance(date(2025, 3, day)) == allowed


def test_without_redis_everybody_goes(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert len(admit(SendRates(domains={"a.org": 1}), *at("a.org", 5)).go) == 5


def test_the_settings_are_read(settings: Settings) -> None:
    settings.SEND_RATE, settings.DOMAIN_RATES = 50.0, ["gmail.com=20", "*=5"]
    pace = send_rates()
    assert (pace.overall, pace.of_domain("gmail.com"), pace.of_domain("x.org")) == (50, 20, 5)


@pytest.mark.parametrize("entry", ["gmail.com", "gmail.com=fast", "=", "20"])
def test_a_rate_that_is_none_is_refused_by_name(entry: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DOMAIN_RATES"):
        domain_rates((entry,))


def test_a_day_that_is_none_is_refused_by_name(settings: Settings) -> None:
    settings.WARM_UP_FROM = "tomorrow"
    with pytest.raises(ImproperlyConfigured, match="WARM_UP_FROM"):
        send_rates()


def test_midnight_is_the_next_one_in_utc() -> None:
    assert seconds_to_midnight(NOW) == 6 * 3600
