"""Send rates and back-offs, counted in a real Redis."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import redis
from pytest_django import Settings

from fakes.dns_server import serving_dns
from mail.outcome import Outcome, State
from mail.sites import Sites
from newsletter.delivery.rates import throttle
from newsletter.delivery.rates.send_rates import SendRates, WarmUp
from newsletter.delivery.rates.throttle import Admission, Throttle, deferring

NOW = datetime(2025, 3, 15, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> Iterator[None]:
    throttle._redis.cache_clear()
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(f"{settings.REDIS_PREFIX}rates:*"):
        client.delete(key)
    yield
    throttle._redis.cache_clear()


def admit(rates: SendRates, *addresses: str) -> Admission:
    return Throttle(rates, sleep=_no_sleep).admit(dict(enumerate(addresses)), NOW)


def _no_sleep(seconds: float) -> None:
    raise AssertionError("no burst waits here")


def at(domain: str, count: int) -> list[str]:
    return [f"reader{number}@{domain}" for number in range(count)]


def note(state: State, addresses: list[str]) -> None:
    Throttle(SendRates()).note([(address, Outcome(state)) for address in addresses])


def test_without_rates_all_mail_is_sent() -> None:
    assert admit(SendRates(), *at("a.org", 50)) == Admission(list(range(50)))


def test_a_burst_is_what_the_rate_allows_in_ten_seconds() -> None:
    sizes = [Throttle(SendRates(overall=rate)).burst_size(50) for rate in (0.0, 100.0, 2.0, 0.05)]
    assert sizes == [50, 50, 20, 1]


def test_mail_over_a_domains_rate_waits_until_there_is_room() -> None:
    admission = admit(SendRates(domains={"a.org": 10}), *at("a.org", 30))
    assert list(admission.go) == list(range(10))
    waits = [seconds for seconds, _ in admission.wait.values()]
    assert waits == sorted(waits)
    assert waits[0] <= 0.2
    assert waits[-1] == pytest.approx(waits[0] + 1.9)
    assert admission.wait[29][1] == "the send rate for a.org"


def test_a_slow_domain_does_not_delay_the_others() -> None:
    admission = admit(SendRates(domains={"slow.org": 1}), *at("slow.org", 20), *at("fast.org", 20))
    assert [number for number in admission.go if number >= 20] == list(range(20, 40))


def test_the_rate_of_other_domains_counts_for_each_alone() -> None:
    admission = admit(SendRates(domains={"*": 5}), *at("a.org", 9), *at("b.org", 9))
    assert len(admission.go) == 10


def test_workers_share_a_bucket() -> None:
    rates = SendRates(domains={"a.org": 10})
    assert len(admit(rates, *at("a.org", 8)).go) == 8
    assert len(admit(rates, *at("A.ORG", 8)).go) <= 3


def test_a_burst_waits_for_the_overall_rate() -> None:
    waited: list[float] = []
    limited = Throttle(SendRates(overall=1000), sleep=waited.append)
    assert len(limited.admit(dict(enumerate(at("a.org", 1500))), NOW).go) == 1500
    assert waited


def test_a_domain_that_defers_a_burst_gets_a_back_off() -> None:
    note("deferred", at("busy.org", 5))
    admission = admit(SendRates(), *at("busy.org", 2), *at("other.org", 1))
    assert list(admission.go) == [2]
    seconds, why = admission.wait[0]
    assert 50 < seconds <= 60
    assert why == "busy.org defers all mail for now"


def test_each_back_off_lasts_twice_as_long_as_the_last() -> None:
    note("deferred", at("busy.org", 5))
    note("deferred", at("busy.org", 5))
    assert 110 < admit(SendRates(), *at("busy.org", 1)).wait[0][0] <= 120


def test_a_back_off_is_an_hour_at_most() -> None:
    for _ in range(8):
        note("deferred", at("busy.org", 5))
    assert 3590 < admit(SendRates(), *at("busy.org", 1)).wait[0][0] <= 3600


@pytest.mark.parametrize(
    ("state", "count"), [("deferred", 2), ("refused", 9), ("unknown", 9), ("accepted", 9)]
)
def test_no_other_outcome_starts_a_back_off(state: State, count: int) -> None:
    note(state, at("a.org", count))
    assert not admit(SendRates(), *at("a.org", 1)).wait


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("deferred", cause="server"),
        Outcome("deferred", cause="us"),
        Outcome("deferred", cause="message or server"),
        Outcome("deferred", is_ours=True),
        Outcome("deferred", disputed=True),
        Outcome("misconfigured"),
    ],
)
def test_what_is_not_the_domain_s_doing_starts_no_back_off(outcome: Outcome) -> None:
    Throttle(SendRates()).note([(address, outcome) for address in at("a.org", 9)])
    assert not admit(SendRates(), *at("a.org", 1)).wait


def test_a_domain_that_accepts_some_mail_gets_no_back_off() -> None:
    outcomes = [Outcome("deferred")] * 5 + [Outcome("accepted")]
    Throttle(SendRates()).note(list(zip(at("a.org", 6), outcomes, strict=True)))
    assert not admit(SendRates(), *at("a.org", 1)).wait


def test_mail_over_the_warm_up_waits_until_tomorrow() -> None:
    rates = SendRates(warm_up=WarmUp(NOW.date(), start=12, growth=2, cap=1000))
    admissions = [admit(rates, *at("a.org", 10)) for _ in range(3)]
    assert [len(admission.go) for admission in admissions] == [10, 2, 0]
    assert admissions[1].wait[9] == (6 * 3600, "warm-up: 12 mails today")


# ── sites ────────────────────────────────────────────────────────────────────

MX = {
    "a.org": ["1 aspmx.l.google.com."],
    "b.org": ["1 aspmx.l.google.com."],
    "c.org": ["10 mail.c.org."],
}


@pytest.fixture
def _sites(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The sites of three domains, known already."""
    settings.PACE_BY_SITE = True
    with serving_dns(MX) as server:
        sites = Sites(server.resolver())
        sites.site_of(MX)
        sites.wait()
        monkeypatch.setattr(throttle, "process_sites", lambda: sites)
        yield


@pytest.mark.usefixtures("_sites")
@pytest.mark.parametrize("name", ["google.com", "*"])
def test_the_domains_of_a_site_share_its_rate(name: str) -> None:
    addresses = [*at("a.org", 8), *at("b.org", 8), *at("c.org", 8)]
    admission = admit(SendRates(domains={name: 10}), *addresses)
    assert [number for number in admission.go if number < 16] == list(range(10))
    assert {why for _, why in admission.wait.values()} == {"the send rate for google.com"}
    assert [number for number in admission.go if number >= 16] == list(range(16, 24))


@pytest.mark.usefixtures("_sites")
def test_several_domains_that_defer_rest_their_whole_site() -> None:
    note("deferred", [*at("a.org", 2), *at("b.org", 1)])
    admission = admit(SendRates(), *at("a.org", 1), *at("b.org", 1), *at("c.org", 1))
    assert list(admission.go) == [2]
    assert {why for _, why in admission.wait.values()} == {"google.com defers all mail for now"}


@pytest.mark.usefixtures("_sites")
def test_a_single_domain_that_defers_rests_alone() -> None:
    note("deferred", at("a.org", 5))
    assert list(admit(SendRates(), *at("a.org", 1), *at("b.org", 1)).go) == [1]


@pytest.mark.parametrize(
    ("deferred", "accepting", "found"),
    [
        ({"a": 3}, [], ["a"]),
        ({"a": 2}, [], []),
        ({"a": 2, "b": 1}, [], ["site"]),
        ({"a": 1, "b": 1}, [], []),
        ({"a": 3, "b": 1}, ["c"], ["a"]),
        ({"a": 3, "b": 1}, ["a"], []),
        ({"a": 3, "x": 3}, [], ["a", "x"]),
    ],
)
def test_who_defers_all_mail(
    deferred: dict[str, int], accepting: list[str], found: list[str]
) -> None:
    sites = {"a": "site", "b": "site", "c": "site", "x": "x"}
    assert deferring(deferred, accepting, sites) == found


def test_without_redis_all_mail_is_sent(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert len(admit(SendRates(domains={"a.org": 1}), *at("a.org", 5)).go) == 5
