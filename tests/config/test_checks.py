"""The checks of settings that no app owns, and all ids against their page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.checks import WARNING, CheckMessage
from django.core.checks.registry import registry
from pytest_django import Settings

from config import checks
from mail.providers import backend_of
from tests.config.valkey import PASSWORD, running

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _production(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings without an error."""
    good: dict[str, Any] = {
        "LOCAL": False,
        "LOCAL_IS_GIVEN": True,
        "SITE_URL": "https://papers.example.org",
        "SITE_HOST": "papers.example.org",
        "ALLOWED_HOSTS": ["papers.example.org"],
        "SECRET_KEY": "a-key-for-tests-only-and-long-enough-for-django-0123456789",
        "SECRET_KEY_FALLBACKS": [],
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
        ({"UNCONFIRMED_DAYS": 6}, "E005"),
        ({"UNCONFIRMED_DAYS": 366}, "E005"),
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
        ({"DATABASE_CONNECT_SECONDS": 1}, "E005"),
        ({"DATABASE_WORKER_STATEMENT_SECONDS": 241.0}, "E005"),
        ({"DATABASE_IDLE_SECONDS": -1.0}, "E005"),
        ({"DATABASE_WORKER_LOCK_SECONDS": 30.0}, "E059"),
        ({"ALLOWED_HOSTS": ["https://papers.example.org"]}, "E055"),
        ({"ALLOWED_HOSTS": ["papers.example.org", "papers.example.org:443"]}, "E055"),
        ({"ALLOWED_HOSTS": ["www.example.org"]}, "E055"),
        ({"ALLOWED_HOSTS": []}, "E055"),
        ({"SECRET_KEY": "short"}, "E057"),
        ({"SECRET_KEY": "ab" * 40}, "E057"),
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
    "changes",
    [
        {"DATABASE_WORKER_LOCK_SECONDS": 0.0},
        {"DATABASE_IDLE_SECONDS": 0.0},
        {"DATABASE_STATEMENT_SECONDS": 0.0},
        {"ALLOWED_HOSTS": [".example.org"]},
        {"ALLOWED_HOSTS": ["*"]},
        {"ALLOWED_HOSTS": ["papers.example.org", "192.0.2.7"]},
        {"LOCAL": True, "SECRET_KEY": "short"},
        {"LOCAL": True, "SITE_URL": "http://localhost:8000"},
        {"LOCAL": True, "LOCAL_IS_GIVEN": False, "SITE_URL": "http://192.168.1.7:8000"},
        {"LOCAL": True, "LOCAL_IS_GIVEN": False, "SITE_URL": "http://papers.local"},
    ],
)
def test_a_setting_that_works_is_no_error(settings: Settings, changes: dict[str, object]) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert checks.errors() == []


def test_a_public_address_without_any_word_of_local_is_an_error(settings: Settings) -> None:
    settings.LOCAL, settings.LOCAL_IS_GIVEN = True, False
    [found] = checks.errors()
    assert found.id == "trending.E056"
    assert "neither LOCAL nor DATABASE_URL is set" in found.msg


def test_plain_http_in_production_is_a_warning_of_every_check(settings: Settings) -> None:
    settings.SITE_URL = "http://papers.example.org"
    [found] = checks.errors()
    assert (found.id, found.level) == ("trending.W056", WARNING)
    assert "SITE_URL is http://papers.example.org" in found.msg


@pytest.mark.parametrize("parts", [["old-key"], ["x" * 10 + "abcde" * 9, "the rest of it"]])
def test_a_weak_former_key_is_a_warning_of_every_check(
    settings: Settings, parts: list[str]
) -> None:
    settings.SECRET_KEY_FALLBACKS = parts
    [found] = checks.errors()
    assert (found.id, found.level) == ("trending.W059", WARNING)
    assert not any(part in f"{found.msg} {found.hint}" for part in parts)


def test_a_redis_that_drops_keys_is_a_warning(settings: Settings, tmp_path: Path) -> None:
    with running(tmp_path, "--maxmemory-policy", "allkeys-lru") as server:
        settings.REDIS_URL = f"unix://:{quote(PASSWORD, safe='')}@{server.path}?db=0"
        [found] = checks.warnings()
        assert found.id == "trending.W060"
        assert "maxmemory-policy allkeys-lru" in found.msg
        with server.client() as client:
            client.config_set("maxmemory-policy", "noeviction")
        assert checks.warnings() == []


def test_nothing_is_said_of_a_redis_that_does_not_answer(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert checks.warnings() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"LOCAL": True}, "W001"),
        ({"LOCAL_IS_GIVEN": False}, "W055"),
        ({"ALLOWED_HOSTS": ["*"]}, "W058"),
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
    files = [*ROOT.glob("[a-z]*/checks.py"), *ROOT.glob("[a-z]*/*/checks.py")]
    in_code = set(re.findall(r"\b[EW]\d{3}\b", "".join(file.read_text() for file in files)))
    documented = re.findall(
        r"^\| `trending\.([EW]\d{3})` \|",
        (ROOT / "docs" / "settings.md").read_text(),
        re.MULTILINE,
    )
    assert set(documented) == in_code
    assert len(documented) == len(set(documented))
