"""A process that must not start says so in one line for each mistake, and without a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import django
from django.core.checks import ERROR, run_checks
from django.core.exceptions import ImproperlyConfigured


@contextmanager
def refusing(status: int = 1) -> Iterator[None]:
    """The block reads settings; a value that cannot be used ends the process with this status."""
    try:
        yield
    except ImproperlyConfigured as error:
        _end([str(error)], status)


def exit_at_errors(status: int = 1) -> None:
    """End the process when `manage.py check` would find an error (trending.E…).

    Only commands run the checks by themselves: gunicorn does not, and celery ignores what they
    find. Needs `django.setup()`.
    """
    found = [message for message in run_checks(tags=["trending"]) if message.level >= ERROR]
    if found:
        _end([f"{message.msg} {message.hint or ''} ({message.id})" for message in found], status)


def _end(reasons: list[str], status: int) -> NoReturn:
    for reason in reasons:
        # Celery has replaced sys.stderr by a logger, which would print the line as a warning.
        print(f"Trending Papers cannot start. {reason}", file=sys.__stderr__, flush=True)
    raise SystemExit(status)


if __name__ == "__main__":  # config/gunicorn.py asks, in a process of its own
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with refusing():
        django.setup()
    exit_at_errors()
