"""The checks of settings that no app owns, and all ids against their page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from pytest_django import Settings

from config import checks
from mail.providers import backend_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _production(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings without an error."""
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
        "API_RATE": "500/5 minutes",
        "POSTAL_ADDRESS": "1 Example Street, Exampleton",
        "BURST_SIZE": 50,
        "MAX_ATTEMPTS": 6,
        "DIGEST_MINIMUM": 2,
        "EDITION_PATIENCE": 180,
        "CONFIRM_DAYS": 2,
        "TICK_SECONDS": 60.0,
    }
    for name, value in good.items():
        setattr(settings, name, value)
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")


def ids(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in messages]


def test_good_settings_cause_no_message() -> None:
    assert checks.errors() == []
    assert checks.warnings() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"BURST_SIZE": 0}, "E005"),
        ({"BURST_SIZE": 1001}, "E005"),
        ({"CONFIRM_DAYS": 0}, "E005"),
        ({"DIGEST_MINIMUM": 0}, "E005"),
        ({"MAX_ATTEMPTS": -1}, "E005"),
        ({"RAW_RETENTION_DAYS": 0}, "E005"),
        ({"LEDGER_RETENTION_DAYS": 59}, "E005"),
        ({"TICK_SECONDS": 0.0}, "E005"),
        ({"API_RATE": "often"}, "E010"),
        ({"PAUSE_AT_COMPLAINT_SHARE": 1.5}, "E005"),
        ({"PAUSE_AT_FAILED_SHARE": 5.0}, "E005"),
        ({"SEND_RATE": -1.0}, "E005"),
        ({"SEND_RATE": float("nan")}, "E005"),
        ({"WARM_UP_START": 0}, "E005"),
        ({"WARM_UP_GROWTH": 0.5}, "E005"),
        ({"WARM_UP_CAP": 0}, "E005"),
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
        ({"HTTPS": True, "BEHIND_PROXY": False}, "W050"),
        ({"MAIL_DOMAIN": "localhost"}, "W003"),
        ({"MAIL_DOMAIN": "papers.test"}, "W003"),
        ({"MAIL_DOMAIN": "example.com"}, "W003"),
    ],
)
def test_a_setting_unfit_for_production_is_a_warning(
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


def registered(*, deploy: bool) -> set[str]:
    checks = registry.get_checks(include_deployment_checks=deploy)
    return {f"{check.__module__}.{getattr(check, '__name__', '')}" for check in checks}


def test_django_runs_the_checks_of_every_app() -> None:
    apps = {file.parent.name for file in ROOT.glob("*/checks.py")}
    assert apps <= {name.partition(".")[0] for name in registered(deploy=True)}
    assert "config.checks.errors" in registered(deploy=False)
    assert "config.checks.warnings" in registered(deploy=True) - registered(deploy=False)
    assert "newsletter.checks.check_lease" in registered(deploy=False)
    assert "newsletter.checks.check_webhook" in registered(deploy=True) - registered(deploy=False)


def test_the_documented_ids_are_those_of_the_code() -> None:
    code = "".join(file.read_text() for file in ROOT.glob("*/checks.py"))
    in_code = set(re.findall(r"\b[EW]0\d\d\b", code))
    documented = re.findall(
        r"^\| `trending\.([EW]\d{3})` \|",
        (ROOT / "docs" / "settings.md").read_text(),
        re.MULTILINE,
    )
    assert set(documented) == in_code
    assert len(documented) == len(set(documented))
