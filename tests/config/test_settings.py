"""The settings: what they refuse, what they never contain, and that all of them are documented."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.test import override_settings

from config.celery import app
from tests.settings_file import PRODUCTION, ROOT, load_settings

LAPTOP: dict[str, str] = {}
# Words that only a shortcut needs, split so that this file does not contain them itself.
SHORTCUTS = re.compile(
    "always" + "_eager|ALWAYS" + "_EAGER|backends.sqlite" + "3|sqlite" + ":/"
    "|LocMem" + "Cache|Dummy" + "Cache|memory" + "://"
)


# ── documentation ────────────────────────────────────────────────────────────


def variables_read(path: Path) -> set[str]:
    """The names in `env.kind("NAME", …)` and `os.environ.get("NAME")` calls of a file."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value) in ("env", "environ", "os.environ")
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def variables_documented() -> set[str]:
    """The first cells of the tables in docs/settings.md."""
    text = (ROOT / "docs" / "settings.md").read_text()
    return set(re.findall(r"^\| `([A-Z0-9_]+)` \|", text, re.MULTILINE))


def variables_exemplified() -> set[str]:
    text = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^(?:# ?)?([A-Z0-9_]+)=", text, re.MULTILINE))


def test_the_variables_of_a_file_are_found() -> None:
    assert {"SECRET_KEY", "LOCAL", "BURST_SIZE", "ALLOWED_HOSTS", "TICK_SECONDS"} <= variables_read(
        ROOT / "config" / "settings.py"
    )


def test_the_documented_settings_are_those_of_the_code() -> None:
    read = variables_read(ROOT / "config" / "settings.py")
    others = set().union(
        *(
            variables_read(path)
            for folder in ("config", "local")
            for path in (ROOT / folder).glob("*.py")
            if path.name != "settings.py"
        )
    ) - {
        "DJANGO_SETTINGS_MODULE",
        "MAKELEVEL",
        "WORKER_READY_FILE",
    }  # passed from one process to another
    assert variables_documented() == read | others


def test_every_setting_of_production_is_in_the_example() -> None:
    read = variables_read(ROOT / "config" / "settings.py")
    laptop_only = {"VAR_DIR", "MAILBOX_DIR"}
    compose_only = {"POSTGRES_PASSWORD", "WEB_PORT", "WEB_CONCURRENCY"}
    named = variables_exemplified()
    assert read - laptop_only <= named
    anymail = {name for name in named if name.startswith(("ANYMAIL_", "AWS_"))}
    assert named - read - compose_only == anymail


def test_the_example_sets_only_what_has_no_default() -> None:
    text = (ROOT / ".env.example").read_text()
    required = set(re.findall(r"^([A-Z0-9_]+)=", text, re.MULTILINE))
    assert required == {
        "LOCAL",
        "SECRET_KEY",
        "SITE_URL",
        "BEHIND_PROXY",
        "DATABASE_URL",
        "REDIS_URL",
        "POSTGRES_PASSWORD",
        "MAIL_FROM",
        "POSTAL_ADDRESS",
        "MAIL_PROVIDER",
        "EMAIL_HOST",
        "EMAIL_PORT",
        "EMAIL_USE_TLS",
        "EMAIL_HOST_USER",
        "EMAIL_HOST_PASSWORD",
    }


def documented_defaults() -> dict[str, str]:
    text = (ROOT / "docs" / "settings.md").read_text()
    return dict(re.findall(r"^\| `([A-Z0-9_]+)` \| `([^`]+)` \|", text, re.MULTILINE))


def test_each_documented_default_is_that_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers, flags and words; the table describes a default that depends on others in words."""
    loaded = load_settings(monkeypatch, SECRET_KEY="x", **LAPTOP)
    for name, documented in documented_defaults().items():
        if name in loaded and name != "LOCAL":
            value = loaded[name]
            actual = str(value).lower() if isinstance(value, bool) else f"{value}"
            same_number = isinstance(value, float) and float(documented) == value
            assert same_number or documented == actual, name


# ── one kind of server everywhere ────────────────────────────────────────────

ENVIRONMENTS = {
    "laptop": LAPTOP,
    "production": PRODUCTION,
    "debug": {"DEBUG": "true"},
    "ci": {"CI": "true"},
    "own servers": {"LOCAL": "true", "DATABASE_URL": "postgresql://h/d", "REDIS_URL": "unix:///s"},
}


@pytest.mark.parametrize("variables", ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def test_every_environment_has_postgresql_and_redis(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    loaded = load_settings(monkeypatch, **variables)
    assert [db["ENGINE"] for db in loaded["DATABASES"].values()] == [
        "django.db.backends.postgresql"
    ]
    assert [cache["BACKEND"] for cache in loaded["CACHES"].values()] == [
        "django.core.cache.backends.redis.RedisCache"
    ]
    assert loaded["CELERY_BROKER_URL"].startswith(("redis://", "rediss://", "redis+socket://"))
    assert loaded["RATE_LIMIT_STORAGE"].startswith(("redis://", "rediss://", "redis+unix://"))


def test_celery_never_runs_a_task_in_the_calling_process() -> None:
    assert not app.conf["task_always" + "_eager"]


def sources() -> list[Path]:
    folders = ["config", "local", "newsletter", "papers", "subscribers", "tests", "bench", "fakes"]
    folders += [".ci"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    return [path for path in files if path.suffix not in (".pyc", ".txt", ".gz")]


def test_no_file_holds_a_shortcut_past_the_real_servers() -> None:
    assert len(sources()) > 50
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if SHORTCUTS.search(line) and not refuses_it(path, line)
    ]
    assert found == []


def refuses_it(path: Path, line: str) -> bool:
    """A test may hold such a URL to test that it is refused."""
    return path == Path(__file__) and "refused" in line


# ── refusals ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SITE_URL": "papers.example.org"}, "SITE_URL must look like https://"),
        ({"SITE_URL": "ftp://papers.example.org"}, "SITE_URL must look like https://"),
        ({"SITE_URL": "https://"}, "SITE_URL must look like https://"),
        ({"DATABASE_URL": "mysql://h/d"}, "DATABASE_URL must name a PostgreSQL server.*'mysql'"),
        ({"DATABASE_URL": "sqlite:///refused"}, "DATABASE_URL must name a PostgreSQL.*'sqlite'"),
        ({"REDIS_URL": "amqp://h"}, "REDIS_URL must name a Redis server.*'amqp'"),
        ({"REDIS_URL": "memory://refused"}, "REDIS_URL must name a Redis server.*'memory'"),
        ({"REDIS_URL": ""}, "Set DATABASE_URL and REDIS_URL"),
        ({"SECRET_KEY": ""}, "Set SECRET_KEY to 50 or more random characters"),
        ({"LOCAL": "maybe"}, "LOCAL must be true or false, not 'maybe'"),
        ({"BURST_SIZE": "many"}, "BURST_SIZE must be a whole number, not 'many'"),
        ({"EMAIL_TIMEOUT": "30s"}, "EMAIL_TIMEOUT must be a number, not '30s'"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not 'LOUD'"),
        ({"ANYMAIL_SEND_DEFAULTS": "{tags"}, "ANYMAIL_SEND_DEFAULTS must be JSON"),
    ],
)
def test_a_bad_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=said) as refusal:
        load_settings(monkeypatch, **PRODUCTION | variables)
    assert "\n" not in str(refusal.value)


def test_a_refusal_never_repeats_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        load_settings(monkeypatch, **PRODUCTION | {"DATABASE_URL": "mysql://u:hunter2@h/d"})
    assert "hunter2" not in str(refusal.value)


def test_manage_prints_one_line_and_fails() -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | PRODUCTION | {"SITE_URL": "papers"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith("Trending Papers cannot start. SITE_URL must look like")


# ── what follows from the address of the site ────────────────────────────────


def test_https_brings_secure_cookies_a_redirect_and_hsts(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_settings(monkeypatch, **PRODUCTION)
    assert loaded["SESSION_COOKIE_SECURE"] is loaded["CSRF_COOKIE_SECURE"] is True
    assert loaded["SECURE_SSL_REDIRECT"] is True
    assert loaded["SECURE_HSTS_SECONDS"] == 31_536_000
    assert loaded["ALLOWED_HOSTS"] == ["papers.example.org"]
    assert loaded["DEBUG"] is False


def test_a_laptop_uses_plain_http_and_its_own_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loaded = load_settings(monkeypatch, VAR_DIR=str(tmp_path))
    assert loaded["LOCAL"] is True
    assert loaded["SECURE_SSL_REDIRECT"] is loaded["SESSION_COOKIE_SECURE"] is False
    assert loaded["SECURE_HSTS_SECONDS"] == 0
    assert len(loaded["SECRET_KEY"]) >= 50
    again = load_settings(monkeypatch, VAR_DIR=str(tmp_path))
    assert again["SECRET_KEY"] == loaded["SECRET_KEY"]


def test_the_headers_of_a_proxy_count_only_behind_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings(monkeypatch, **PRODUCTION)["SECURE_PROXY_SSL_HEADER"] is None
    behind = load_settings(monkeypatch, BEHIND_PROXY="true", **PRODUCTION)
    assert behind["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_static_files_of_production_have_a_hash_in_their_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = load_settings(monkeypatch, STATIC_ROOT="/srv/static", **PRODUCTION)
    assert "Manifest" in loaded["STORAGES"]["staticfiles"]["BACKEND"]
    assert Path("/srv/static") == loaded["STATIC_ROOT"]


# ── the mail provider ────────────────────────────────────────────────────────

PROVIDERS = {
    "smtp": {"EMAIL_HOST": "mail.example.org", "EMAIL_PORT": "587", "EMAIL_USE_TLS": "true"},
    "postmark": {"ANYMAIL_POSTMARK_SERVER_TOKEN": "token"},
    "resend": {"ANYMAIL_RESEND_API_KEY": "key"},
    "brevo": {"ANYMAIL_BREVO_API_KEY": "key"},
    "mailgun": {"ANYMAIL_MAILGUN_API_KEY": "key", "ANYMAIL_REQUESTS_TIMEOUT": "12"},
    "amazon_ses": {"ANYMAIL_AMAZON_SES_CLIENT_PARAMS": '{"region_name": "eu-west-1"}'},
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_environment_alone_chooses_the_provider(
    monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    loaded = load_settings(monkeypatch, MAIL_PROVIDER=provider, **PRODUCTION, **PROVIDERS[provider])
    mail = {name: value for name, value in loaded.items() if name.startswith(("EMAIL_", "ANYMAIL"))}
    with override_settings(**mail):
        connection = get_connection()
    module = type(connection).__module__
    assert module.endswith(f".{provider}")
    assert module.startswith(("django.core.mail.backends.", "anymail.backends."))


def test_smtp_takes_its_server_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_settings(monkeypatch, **PRODUCTION, **PROVIDERS["smtp"])
    with override_settings(**{k: v for k, v in loaded.items() if k.startswith("EMAIL_")}):
        connection: Any = get_connection()
    assert connection.host == "mail.example.org"
    assert connection.port == 587
    assert connection.use_tls is True
    assert connection.timeout == 30.0


def test_a_provider_takes_its_key_and_its_timeout_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = load_settings(
        monkeypatch, MAIL_PROVIDER="mailgun", **PRODUCTION, **PROVIDERS["mailgun"]
    )
    with override_settings(EMAIL_BACKEND=loaded["EMAIL_BACKEND"], ANYMAIL=loaded["ANYMAIL"]):
        connection: Any = get_connection()
    assert connection.api_key == "key"
    assert connection.timeout == 12.0


def test_amazons_parameters_are_read_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_settings(
        monkeypatch, MAIL_PROVIDER="amazon_ses", **PRODUCTION, **PROVIDERS["amazon_ses"]
    )
    with override_settings(EMAIL_BACKEND=loaded["EMAIL_BACKEND"], ANYMAIL=loaded["ANYMAIL"]):
        connection: Any = get_connection()
    assert connection.client_params["region_name"] == "eu-west-1"
