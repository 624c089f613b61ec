"""The checks of the settings of sending, and of the provider's events."""

from __future__ import annotations

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from config.celery import app
from mail.providers import backend_of
from newsletter import checks

SECRET = "reports:0123456789abcdefghij"
TOKEN = "f2d0c95a3b7e41d68c0f"


def select(settings: Settings, provider: str, **anymail: object) -> None:
    settings.MAIL_PROVIDER = provider
    settings.EMAIL_BACKEND = backend_of(provider)
    settings.ANYMAIL = anymail


def ids(messages: list[CheckMessage]) -> list[str]:
    assert all(message.hint for message in messages)
    return [str(message.id) for message in messages]


@pytest.mark.parametrize(("policy", "found"), [("hold", []), ("resend", []), ("perhaps", ["E006"])])
def test_the_uncertain_policy_is_hold_or_resend(
    settings: Settings, policy: str, found: list[str]
) -> None:
    settings.UNCERTAIN_POLICY = policy
    assert ids(checks.check_uncertain_policy()) == [f"trending.{number}" for number in found]


@pytest.mark.parametrize(
    ("pattern", "found"), [("", []), ("{days}: {title}", []), ("Papers", ["E107"])]
)
def test_a_pattern_of_subjects_differs_from_digest_to_digest(
    settings: Settings, pattern: str, found: list[str]
) -> None:
    settings.SUBJECT_PATTERN = pattern
    assert ids(checks.check_subject_pattern()) == [f"trending.{number}" for number in found]


@pytest.mark.parametrize(
    ("lease", "errors", "warnings"),
    [(30, ["E007"], ["W004"]), (31, [], ["W004"]), (299, [], ["W004"]), (300, [], [])],
)
def test_a_lease_outlasts_one_mail_and_one_task(
    settings: Settings, lease: int, errors: list[str], warnings: list[str]
) -> None:
    settings.EMAIL_TIMEOUT, settings.LEASE_SECONDS = 30.0, lease
    assert ids(checks.check_lease()) == [f"trending.{number}" for number in errors]
    assert ids(checks.check_lease_and_task()) == [f"trending.{number}" for number in warnings]


def test_the_lease_is_compared_with_the_limit_that_celery_has() -> None:
    assert app.conf.task_time_limit == checks.TASK_TIME_LIMIT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOMAIN_RATES", ["gmail.com"]),
        ("DOMAIN_RATES", ["gmail.com=-1"]),
        ("DOMAIN_RATES", ["gmail.com=nan"]),
        ("DOMAIN_RATES", ["*=inf"]),
        ("WARM_UP_FROM", "monday"),
    ],
)
def test_a_rate_that_cannot_be_read_is_an_error(
    settings: Settings, name: str, value: object
) -> None:
    assert checks.check_send_rates() == []
    setattr(settings, name, value)
    [error] = checks.check_send_rates()
    assert error.id == "trending.E011"
    assert name in error.msg


@pytest.mark.parametrize("token", ["", TOKEN])
def test_a_long_metrics_token_or_none_passes(settings: Settings, token: str) -> None:
    settings.METRICS_TOKEN = token
    assert checks.check_metrics_token() == []


@pytest.mark.parametrize("token", ["secret", f"{TOKEN} {TOKEN}", f"{TOKEN}é"])
def test_a_weak_metrics_token_is_an_error_without_the_token(settings: Settings, token: str) -> None:
    settings.METRICS_TOKEN = token
    [error] = checks.check_metrics_token()
    assert error.id == "trending.E017"
    assert token not in error.msg + str(error.hint)


def test_a_provider_that_reports_needs_a_secret(settings: Settings) -> None:
    select(settings, "postmark", POSTMARK_SERVER_TOKEN="x")
    [warning] = checks.check_webhook()
    assert (warning.id, warning.level) == ("trending.W005", 30)
    assert "ANYMAIL_WEBHOOK_SECRET" in warning.msg
    assert checks.check_webhook_secret() == []


@pytest.mark.parametrize("secret", [SECRET, [SECRET, f"{SECRET}x"]], ids=["one", "two"])
def test_one_secret_or_two_pass(settings: Settings, secret: str | list[str]) -> None:
    select(settings, "postmark", POSTMARK_SERVER_TOKEN="x", WEBHOOK_SECRET=secret)
    assert checks.check_webhook() == checks.check_webhook_secret() == []


def test_a_provider_that_reports_nothing_needs_no_secret(settings: Settings) -> None:
    select(settings, "scaleway", SCALEWAY_SECRET_KEY="x", SCALEWAY_PROJECT_ID="x")
    assert checks.check_webhook() == []


@pytest.mark.parametrize(
    "secret",
    [
        "0123456789abcdefghijkl",
        "reports:short",
        "a b:" + SECRET,
        f"{SECRET}@/",
        ["x"],
        True,
        {"a": 1},
    ],
)
def test_a_secret_that_no_url_can_carry_is_an_error(settings: Settings, secret: object) -> None:
    select(settings, "postmark", POSTMARK_SERVER_TOKEN="x", WEBHOOK_SECRET=secret)
    [error] = checks.check_webhook_secret()
    assert error.id == "trending.E018"
    assert str(secret) not in error.msg + str(error.hint)


def test_a_key_that_only_events_need_is_named(settings: Settings) -> None:
    select(settings, "mailersend", MAILERSEND_API_TOKEN="x", WEBHOOK_SECRET=SECRET)
    [error] = checks.check_webhook_secret()
    assert error.id == "trending.E018"
    assert "MAILERSEND_SIGNING_SECRET" in error.msg


@pytest.mark.parametrize("address", ["", "ed@example.org", "ed.itor+x@xn--bcher-kva.example"])
def test_a_contact_is_one_mail_address(settings: Settings, address: str) -> None:
    settings.CONTACT_EMAIL = address
    assert ids(checks.check_contact_email()) == []


@pytest.mark.parametrize(
    "address", ["ed", "@example.org", "Ed <ed@example.org>", "a@b.org, c@d.org", "ed@", "a b@c.org"]
)
def test_another_contact_is_refused(settings: Settings, address: str) -> None:
    settings.CONTACT_EMAIL = address
    assert ids(checks.check_contact_email()) == ["trending.E085"]


@pytest.mark.parametrize("name", ["CONTACT_URL", "CODE_URL"])
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", []),
        ("https://example.org/page?a=1", []),
        ("http://localhost:3000/", []),
        ("example.org", ["trending.E086"]),
        ("/page", ["trending.E086"]),
        ("javascript:alert(1)", ["trending.E086"]),
        ("mailto:ed@example.org", ["trending.E086"]),
        ("https://user:key@example.org/", ["trending.E086"]),
        ("https://exa mple.org/", ["trending.E086"]),
    ],
)
def test_a_public_link_is_an_address_of_the_web(
    settings: Settings, name: str, address: str, found: list[str]
) -> None:
    setattr(settings, name, address)
    assert ids(checks.check_public_addresses()) == found


def test_a_site_without_a_contact_is_warned_of(settings: Settings) -> None:
    settings.CONTACT_EMAIL = settings.CONTACT_URL = ""
    assert ids(checks.check_contact()) == ["trending.W065"]
    settings.CONTACT_URL = "https://example.org/ask"
    assert ids(checks.check_contact()) == []
    settings.CONTACT_EMAIL, settings.CONTACT_URL = "ed@example.org", ""
    assert ids(checks.check_contact()) == []


@pytest.mark.parametrize(
    ("former", "found"), [([], []), (["postmark", "brevo"], []), (["smtp"], ["E105"])]
)
def test_a_former_provider_posts_events(
    settings: Settings, former: list[str], found: list[str]
) -> None:
    settings.FORMER_MAIL_PROVIDERS = former
    assert ids(checks.check_former_providers()) == [f"trending.{number}" for number in found]


@pytest.mark.parametrize(
    ("topics", "found"),
    [
        ([], []),
        (["arn:aws:sns:eu-west-1:123456789012:mail-events"], []),
        (["arn:aws-cn:sns:cn-north-1:123456789012:mail"], []),
        (["mail-events"], ["E106"]),
        (["arn:aws:sqs:eu-west-1:123456789012:mail-events"], ["E106"]),
    ],
)
def test_a_topic_is_named_by_its_arn(
    settings: Settings, topics: list[str], found: list[str]
) -> None:
    settings.SNS_TOPIC_ARNS = topics
    assert ids(checks.check_topics()) == [f"trending.{number}" for number in found]


def test_amazon_without_a_topic_is_a_warning(settings: Settings) -> None:
    select(settings, "amazon_ses", WEBHOOK_SECRET=[SECRET])
    assert ids(checks.check_amazon_topics()) == ["trending.W075"]
    settings.SNS_TOPIC_ARNS = ["arn:aws:sns:eu-west-1:123456789012:mail-events"]
    assert ids(checks.check_amazon_topics()) == []


def test_the_keys_of_a_former_provider_are_needed_too(settings: Settings) -> None:
    select(settings, "postmark", WEBHOOK_SECRET=[SECRET], POSTMARK_SERVER_TOKEN=TOKEN)
    settings.FORMER_MAIL_PROVIDERS = ["mailgun"]
    [found] = checks.check_webhook_secret()
    assert "the provider mailgun cannot be received" in found.msg


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", []),
        ("reply@in.example.org", []),
        (f"{'x' * 25}@in.example.org", []),
        (f"{'x' * 26}@in.example.org", ["E100"]),
        ("reply+x@in.example.org", ["E100"]),
        ("reply", ["E100"]),
        ("Papers <reply@in.example.org>", ["E100"]),
    ],
)
def test_addresses_can_be_made_under_the_inbound_address(
    settings: Settings, address: str, found: list[str]
) -> None:
    settings.INBOUND_ADDRESS = address
    assert ids(checks.check_inbound_address()) == [f"trending.{number}" for number in found]


@pytest.mark.parametrize(
    ("inbound", "contact", "reply_to", "found"),
    [
        ("", "", "", []),
        ("reply@in.example.org", "", "", ["E101"]),
        ("reply@in.example.org", "", "Papers <reply@in.example.org>", ["E101"]),
        ("reply@in.example.org", "", "eds@example.org", []),
        ("reply@in.example.org", "eds@example.org", "reply@in.example.org", []),
    ],
)
def test_replies_have_somewhere_to_go(
    settings: Settings, inbound: str, contact: str, reply_to: str, found: list[str]
) -> None:
    settings.INBOUND_ADDRESS, settings.CONTACT_EMAIL = inbound, contact
    settings.MAIL_REPLY_TO = reply_to
    assert ids(checks.check_forwarding()) == [f"trending.{number}" for number in found]
