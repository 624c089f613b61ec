from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from config import checks
from config.celery import app
from mail.providers import backend_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _production(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of which nothing is wrong."""
    good: dict[str, Any] = {
        "LOCAL": False,
        "MAIL_PROVIDER": "smtp",
        "EMAIL_BACKEND": backend_of("smtp"),
        "EMAIL_TIMEOUT": 30.0,
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
        "ANYMAIL": {},
        "MAIL_FROM": "Trending Papers <digest@papers.example.org>",
        "MAIL_DOMAIN": "papers.example.org",
        "MAIL_REPLY_TO": "",
        "MAILBOX_DIR": "",
        "SIGN_UP_RATE": "30/hour",
        "API_RATE": "500/5 minutes",
        "POSTAL_ADDRESS": "1 Example Street, Exampleton",
        "BURST_SIZE": 50,
        "LEASE_SECONDS": 300,
        "MAX_ATTEMPTS": 6,
        "DIGEST_MINIMUM": 2,
        "CONFIRM_DAYS": 2,
        "TICK_SECONDS": 60.0,
        "UNCERTAIN_POLICY": "hold",
    }
    for name, value in good.items():
        setattr(settings, name, value)
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")


def ids(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in messages]


def test_good_settings_raise_nothing() -> None:
    assert checks.errors() == []
    assert checks.warnings() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"MAIL_PROVIDER": "mailgn"}, "E001"),
        ({"EMAIL_TIMEOUT": 0.0}, "E003"),
        ({"EMAIL_TIMEOUT": None}, "E003"),
        ({"EMAIL_USE_SSL": True}, "E004"),
        ({"BURST_SIZE": 0}, "E005"),
        ({"BURST_SIZE": 1001}, "E005"),
        ({"CONFIRM_DAYS": 0}, "E005"),
        ({"DIGEST_MINIMUM": 0}, "E005"),
        ({"MAX_ATTEMPTS": -1}, "E005"),
        ({"RAW_RETENTION_DAYS": 0}, "E005"),
        ({"LEDGER_RETENTION_DAYS": 59}, "E005"),
        ({"TICK_SECONDS": 0.0}, "E005"),
        ({"UNCERTAIN_POLICY": "perhaps"}, "E006"),
        ({"LEASE_SECONDS": 30}, "E007"),
        ({"MAIL_FROM": "Trending Papers"}, "E008"),
        ({"MAIL_FROM": ""}, "E008"),
        ({"MAIL_REPLY_TO": "us"}, "E008"),
        ({"MAILBOX_DIR": "/var/mail"}, "E009"),
        ({"SIGN_UP_RATE": "often"}, "E010"),
        ({"API_RATE": "often"}, "E010"),
        ({"PAUSE_AT_COMPLAINT_SHARE": 1.5}, "E005"),
        ({"EVENT_RETENTION_DAYS": 1}, "E005"),
    ],
)
def test_each_mistake_is_one_error_with_a_hint(
    settings: Settings, changes: dict[str, object], expected: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    found = checks.errors()
    assert f"trending.{expected}" in ids(found)
    assert len(found) == 1
    assert found[0].hint
    assert next(iter(changes)) in found[0].msg + found[0].hint


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"LOCAL": True}, "W001"),
        ({"POSTAL_ADDRESS": ""}, "W002"),
        ({"MAIL_DOMAIN": "localhost"}, "W003"),
        ({"MAIL_DOMAIN": "papers.test"}, "W003"),
        ({"MAIL_DOMAIN": "example.com"}, "W003"),
        ({"LEASE_SECONDS": 299}, "W004"),
    ],
)
def test_what_is_unfit_for_production_is_a_warning(
    settings: Settings, changes: dict[str, object], expected: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert ids(checks.warnings()) == [f"trending.{expected}"]
    assert checks.warnings()[0].hint


def choose(settings: Settings, provider: str, **anymail: object) -> None:
    settings.MAIL_PROVIDER = provider
    settings.EMAIL_BACKEND = backend_of(provider)
    settings.ANYMAIL = anymail


def test_the_lease_is_compared_with_the_limit_that_celery_has() -> None:
    assert app.conf.task_time_limit == checks.TASK_TIME_LIMIT


def test_django_runs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.checks.registry import registry

    plain: set[Callable[..., Any]] = set(registry.get_checks())
    assert checks.errors in plain
    assert checks.warnings not in plain
    assert checks.warnings in registry.get_checks(include_deployment_checks=True)


def test_every_id_is_documented_and_no_documented_one_is_stale() -> None:
    code = "".join(file.read_text() for file in ROOT.glob("*/checks.py"))
    in_code = set(re.findall(r"\b[EW]0\d\d\b", code))
    documented = re.findall(
        r"^\| `trending\.([EW]\d{3})` \|",
        (ROOT / "docs" / "settings.md").read_text(),
        re.MULTILINE,
    )
    assert set(documented) == in_code
    assert len(documented) == len(set(documented))


SECRET = "reports:0123456789abcdefghij"


def test_who_will_not_hear_of_bounces_is_warned(settings: Settings) -> None:
    choose(settings, "postmark", POSTMARK_SERVER_TOKEN="x")
    (warning,) = checks.warnings()
    assert warning.id == "trending.W005"
    assert "ANYMAIL_WEBHOOK_SECRET" in warning.msg
    choose(settings, "postmark", POSTMARK_SERVER_TOKEN="x", WEBHOOK_SECRET=SECRET)
    assert checks.warnings() == checks.errors() == []


def test_a_provider_that_reports_nothing_needs_no_secret(settings: Settings) -> None:
    choose(settings, "scaleway", SCALEWAY_SECRET_KEY="x", SCALEWAY_PROJECT_ID="x")
    assert checks.warnings() == []


@pytest.mark.parametrize(
    "secret", ["0123456789abcdefghijkl", "reports:short", "a b:" + SECRET, f"{SECRET}@/", ["x"]]
)
def test_a_secret_that_no_address_can_carry_is_an_error(settings: Settings, secret: str) -> None:
    choose(settings, "postmark", POSTMARK_SERVER_TOKEN="x", WEBHOOK_SECRET=secret)
    (error,) = checks.errors()
    assert error.id == "trending.E018"
    assert str(secret) not in error.msg + str(error.hint)


def test_two_secrets_are_good(settings: Settings) -> None:
    choose(settings, "postmark", POSTMARK_SERVER_TOKEN="x", WEBHOOK_SECRET=[SECRET, f"{SECRET}x"])
    assert checks.errors() == []


def test_a_key_that_only_reports_need_is_named(settings: Settings) -> None:
    choose(settings, "mailersend", MAILERSEND_API_TOKEN="x", WEBHOOK_SECRET=SECRET)
    (error,) = checks.errors()
    assert error.id == "trending.E018"
    assert "MAILERSEND_SIGNING_SECRET" in error.msg
