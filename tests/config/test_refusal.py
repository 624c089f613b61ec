"""A mistake in a setting ends each kind of process: one line, no traceback, a failed status."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.refusal import refusing
from tests.settings_file import PRODUCTION, ROOT

PROCESSES = {
    "web": ["gunicorn", "--config", "config/gunicorn.py", "config.wsgi"],
    "worker": ["celery", "--app", "config.celery", "worker", "--concurrency", "1"],
    "beat": ["celery", "--app", "config.celery", "beat"],
    "manage": ["django", "check"],
    "web that reloads": ["gunicorn", "--bind", "127.0.0.1:0", "config.wsgi"],
}


def start(name: str, **changes: str) -> subprocess.CompletedProcess[str]:
    module, *words = PROCESSES[name]
    command = [sys.executable, "-m", module, *words]
    if name == "manage":
        command = [sys.executable, "manage.py", "check"]
    nowhere = {"DATABASE_URL": "postgres://127.0.0.1:1/d", "REDIS_URL": "redis://127.0.0.1:1/0"}
    environ = {"PATH": os.environ["PATH"], **PRODUCTION, **nowhere, **changes}
    environ["VAR_DIR"] = os.environ["VAR_DIR"]
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


def refusals(run: subprocess.CompletedProcess[str]) -> set[str]:
    lines = (run.stdout + run.stderr).splitlines()
    return {line for line in lines if line.startswith("Trending Papers cannot start. ")}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_value_that_cannot_be_read_ends_it_with_one_line(name: str) -> None:
    run = start(name, DATABASE_URL="postgres://trending:hunter2/x@db.example.org/trending")
    assert run.returncode in (1, 3)
    [line] = refusals(run)
    assert "DATABASE_URL has a password that cannot be told from the rest." in line
    assert "Traceback" not in run.stdout + run.stderr
    assert "hunter2" not in run.stdout + run.stderr


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_an_error_of_a_check_ends_it_with_one_line(name: str) -> None:
    run = start(name, BURST_SIZE="0", SECRET_KEY="short")
    assert run.returncode == 1
    found = sorted(refusals(run))
    assert len(found) == 2
    assert found[0].startswith("Trending Papers cannot start. BURST_SIZE is 0, outside 1 to 1000.")
    assert found[1].startswith("Trending Papers cannot start. SECRET_KEY has 5 characters")
    assert "Traceback" not in run.stdout + run.stderr


def test_manage_py_check_lists_the_errors_of_checks() -> None:
    run = start("manage", SECRET_KEY="short", ALLOWED_HOSTS="https://papers.example.org")
    assert run.returncode == 1
    assert (
        "(trending.E055) In ALLOWED_HOSTS 'https://papers.example.org' has a scheme" in run.stderr
    )
    assert "(trending.E057) SECRET_KEY has 5 characters" in run.stderr


def test_what_is_right_goes_on() -> None:
    with refusing():
        done = "done"
    assert done == "done"


def test_the_status_is_the_callers(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end, refusing(3):
        raise ImproperlyConfigured("X must be a number.")
    assert end.value.code == 3
