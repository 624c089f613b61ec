"""An environment of django-newsletter's own, made once, and its own database on our server."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import connection

from bench.rivals.program import RivalError

_REQUIREMENTS: Final = Path(__file__).parent / "requirements.txt"
_DATABASE: Final = "bench_django_newsletter"
_ADDRESS: Final = ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")
_INSTALL_SECONDS: Final = 240


def python_of_rival(var: Path) -> Path:
    """The Python of an environment below `var` that has what requirements.txt names.

    Raises:
        RivalError: it could not be installed.
    """
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    folder = var / "django-newsletter"
    installed = folder / "requirements.sha256"
    if not (installed.exists() and installed.read_text() == wanted):
        print("Installing django-newsletter into an environment of its own (once) ...", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        quiet = ["--disable-pip-version-check", "--require-hashes"]
        _run([*pip, *quiet, "--requirement", str(_REQUIREMENTS)])
        installed.write_text(wanted)
    return folder / "bin" / "python"


def _run(command: list[str]) -> None:
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or "no word why").splitlines()[-1]
        reason = last.removeprefix("ERROR: ")
        raise RivalError(f"django-newsletter could not be installed: {reason}") from error
    except subprocess.TimeoutExpired as error:
        raise RivalError("django-newsletter could not be installed: it took too long") from error


@contextmanager
def own_database() -> Iterator[dict[str, Any]]:
    """An empty database beside the benchmark's: what to say of it in Django's DATABASES."""
    _manage(f"DROP DATABASE IF EXISTS {_DATABASE}", f"CREATE DATABASE {_DATABASE}")
    ours = connection.settings_dict
    try:
        yield {name: ours[name] for name in _ADDRESS} | {"NAME": _DATABASE}
    finally:
        _manage(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")


def _manage(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
