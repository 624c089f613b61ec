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

from bench.database import run
from bench.rivals.process import RivalError

_REQUIREMENTS: Final = Path(__file__).parent / "requirements.txt"
_DATABASE: Final = "bench_django_newsletter"
_ADDRESS: Final = ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")
_SECONDS: Final = 240


def python_of_rival(var: Path) -> Path:
    """The Python of an environment below `var` that has what requirements.txt names.

    Raises:
        RivalError: it could not be installed.
    """
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    folder = var / "django-newsletter"
    python, installed = folder / "bin" / "python", folder / "requirements.sha256"
    if not (installed.exists() and installed.read_text() == wanted):
        print("Installing django-newsletter into an environment of its own (once) ...", flush=True)
        _install([sys.executable, "-m", "venv", "--clear", str(folder)])
        quiet = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
        _install([str(python), "-m", "pip", "install", *quiet, "--requirement", str(_REQUIREMENTS)])
        installed.write_text(wanted)
    return python


def _install(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip() or "no reason given").splitlines()[-1]
        reason = reason.removeprefix("ERROR: ")
        raise RivalError(f"django-newsletter could not be installed: {reason}") from error
    except subprocess.TimeoutExpired as error:
        raise RivalError("django-newsletter could not be installed: it took too long") from error


@contextmanager
def own_database() -> Iterator[dict[str, Any]]:
    """An empty database beside the benchmark's: its entry in Django's DATABASES."""
    run(f"DROP DATABASE IF EXISTS {_DATABASE}", f"CREATE DATABASE {_DATABASE}")
    ours = connection.settings_dict
    try:
        yield {name: ours[name] for name in _ADDRESS} | {"NAME": _DATABASE}
    finally:
        run(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
