"""How many mails strangers may cause: by network, by domain and in all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from subscribers.mail_limits import (
    NOTICES,
    REQUESTS_A_DAY,
    MailLimit,
    allow_mail_to,
    is_big,
    may_get_mail,
    may_get_notice,
    subscribers_of_mailbox,
)
from subscribers.models import Subscriber, TransactionalMail
from tests.factories import NOON, make_mail, make_subscriber
from web.counters import counts

ALLOWED = MailLimit()
DAY = timedelta(days=1)


def ask(count: int, email: str = "reader{}@example.org", ip: str = "192.0.2.{}") -> list[MailLimit]:
    return [allow_mail_to(email.format(number), ip.format(number)) for number in range(count)]


def refusals(limits: list[MailLimit]) -> list[str]:
    return [limit.refused_by for limit in limits]


# ── networks ─────────────────────────────────────────────────────────────────


def test_a_network_over_its_rate_is_refused(settings: Settings) -> None:
    settings.SIGN_UP_RATE = "2/hour"
    assert refusals(ask(3, ip="192.0.2.1")) == ["", "", "network"]


@pytest.mark.parametrize("ip", ["192.0.2.{}", "2001:db8:1:{}::1", "::ffff:192.0.2.{}"])
def test_the_networks_of_an_organisation_count_together_too(settings: Settings, ip: str) -> None:
    settings.SIGN_UP_RATE = "2/hour"
    assert refusals(ask(6, ip=ip)) == ["", "", "", "", "network", "network"]


def test_one_client_counts_once_however_its_address_is_written(settings: Settings) -> None:
    settings.SIGN_UP_RATE = "2/hour"
    spellings = ["192.0.2.7", "::ffff:192.0.2.7", "64:ff9b::192.0.2.7"]
    limits = [allow_mail_to("ada@example.org", ip) for ip in spellings]
    assert refusals(limits) == ["", "", "network"]


@pytest.mark.parametrize("ip", ["", "unknown"])
def test_people_whose_address_is_unknown_do_not_share_a_limit(settings: Settings, ip: str) -> None:
    settings.SIGN_UP_RATE = "2/hour"
    assert refusals(ask(5, ip=ip)) == [""] * 5


def test_a_refused_network_delays_no_other_reader(settings: Settings) -> None:
    settings.SIGN_UP_RATE, settings.SIGN_UP_RATE_SITE = "1/hour", "2/hour"
    ask(9, ip="192.0.2.1")
    assert allow_mail_to("ada@example.org", "198.51.100.7") == ALLOWED


# ── rates of mails ───────────────────────────────────────────────────────────


def test_mails_above_the_rate_of_the_site_wait_for_their_turn(settings: Settings) -> None:
    settings.SIGN_UP_RATE_SITE = "2/hour"
    delays = [allow_mail_to(f"a@d{n}.example", "").delay for n in range(4)]
    minutes = [round(delay.total_seconds() / 60) for delay in delays]
    assert minutes == [0, 0, 30, 60]


def test_mails_above_the_rate_of_a_domain_wait_and_those_of_others_do_not(
    settings: Settings,
) -> None:
    settings.SIGN_UP_RATE_DOMAIN = "1/hour"
    minutes = [round(limit.delay.total_seconds() / 60) for limit in ask(3)]
    assert minutes == [0, 60, 120]
    assert allow_mail_to("bob@example.net", "198.51.100.7") == ALLOWED


def test_a_big_providers_domain_has_ten_times_the_rate(settings: Settings) -> None:
    settings.SIGN_UP_RATE_DOMAIN = "1/hour"
    limits = ask(11, email="reader{}@gmail.com", ip="")
    assert [bool(limit.delay) for limit in limits] == [False] * 10 + [True]
    assert limits[10].minutes in (6, 7)


def test_gmail_and_googlemail_are_one_domain(settings: Settings) -> None:
    settings.SIGN_UP_RATE_DOMAIN = "1/hour"
    ask(10, email="reader{}@gmail.com", ip="")
    assert allow_mail_to("eleven@googlemail.com", "").delay


@pytest.mark.parametrize("domain", ["gmail.com", "hotmail.co.uk", "yahoo.co.jp", "qq.com"])
def test_the_domains_of_mailbox_providers_are_big(domain: str) -> None:
    assert is_big(domain)


@pytest.mark.parametrize("domain", ["example.org", "notgmail.com", "gmail.com.evil.example"])
def test_other_domains_are_not_big(domain: str) -> None:
    assert not is_big(domain)


@pytest.mark.parametrize(("name", "limit"), [("DOMAIN", "domain"), ("SITE", "site")])
def test_a_mail_that_would_wait_for_over_six_hours_is_refused(
    settings: Settings, name: str, limit: str
) -> None:
    setattr(settings, f"SIGN_UP_RATE_{name}", "1/hour")
    assert refusals(ask(9, ip="")) == [""] * 7 + [limit] * 2


def test_the_page_says_whole_minutes() -> None:
    delays = [timedelta(0), timedelta(seconds=1), timedelta(seconds=60), timedelta(seconds=61)]
    assert [MailLimit(delay=delay).minutes for delay in delays] == [0, 1, 1, 2]


def test_without_redis_nothing_is_limited(
    settings: Settings, unreachable_redis: None, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SIGN_UP_RATE = settings.SIGN_UP_RATE_SITE = "1/hour"
    assert ask(3, ip="192.0.2.1") == [ALLOWED] * 3
    assert "sign-up is not limited by network or rate: ConnectionError" in caplog.text


def test_every_result_is_counted_for_the_metrics(settings: Settings) -> None:
    settings.SIGN_UP_RATE, settings.SIGN_UP_RATE_DOMAIN = "2/hour", "1/hour"
    ask(3, ip="192.0.2.1")
    assert counts("sign_ups") == {"accepted": 1, "delayed": 1, "refused by network": 1}


# ── mailboxes ────────────────────────────────────────────────────────────────


def mail_often(kind: str, count: int = REQUESTS_A_DAY) -> Subscriber:
    ada = make_subscriber("ada@gmail.com")
    for _ in range(count):
        make_mail(ada, kind, state="sent", sent_at=NOON)
    return ada


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["welcome", "goodbye", "paused"])
def test_notices_take_no_confirmation_from_a_mailbox(kind: str) -> None:
    mail_often(kind)
    mailbox = subscribers_of_mailbox("a.da+x@gmail.com")
    assert may_get_mail("a.da+x@gmail.com", mailbox, NOON - DAY)
    assert not may_get_notice("a.da+x@gmail.com", NOON - DAY)


@pytest.mark.django_db
def test_requests_count_for_both() -> None:
    ada = mail_often("confirm")
    assert not may_get_mail(ada.email, [ada], NOON - DAY)
    assert not may_get_notice(ada.email, NOON - DAY)
    assert may_get_mail(ada.email, [ada], NOON)
    assert may_get_notice(ada.email, NOON)


@pytest.mark.django_db
def test_each_kind_is_a_notice_or_asked_for() -> None:
    """A new kind must be decided on here."""
    asked_for = {"confirm", "manage", "link", "address", "in_use", "moved"}
    assert {*NOTICES, *asked_for} == set(TransactionalMail.Kind.values)
