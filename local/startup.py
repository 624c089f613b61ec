"""The database work of `make run`: migrate, admin user and sample before the service starts."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import OperationalError, connection

from newsletter.delivery.progress import busy
from newsletter.tasks import dispatch_every_cadence


class UnreachableError(Exception):
    """The database does not answer; the message says what to do."""


def prepare(var: Path) -> bool:
    """Migrate, make the admin, load the sample once; True when the sample is new.

    Raises:
        UnreachableError: no database answers at DATABASE_URL.
    """
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise UnreachableError(_advice(error)) from None
    make_admin(var)
    is_first = load_sample(var)
    connection.close()
    return is_first


def _advice(error: OperationalError) -> str:
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host") or "localhost"
    reason = str(error).strip().splitlines()[0]
    return (
        f"The database at {host} cannot be used ({reason}). "
        "Start it, correct DATABASE_URL, or unset it to use the embedded one."
    )


def make_admin(var: Path) -> None:
    """A superuser `admin`, once; the generated password lies in `var`/admin_password."""
    users = get_user_model()._default_manager  # noqa: SLF001 (Django documents it)
    if users.filter(is_superuser=True).exists():
        return
    password = secrets.token_urlsafe(12)
    path = var / "admin_password"
    path.touch(mode=0o600)
    path.write_text(password)
    users.create_superuser(username="admin", email="admin@example.com", password=password)


def load_sample(var: Path) -> bool:
    """Load the sample at the first start only: a removed sample stays removed."""
    loaded = var / "sample.loaded"
    if loaded.exists() or not (settings.EMBEDDED and settings.MAILBOX_DIR):
        return False
    call_command("sample", "load", verbosity=0)
    loaded.touch()
    return True


def send_first_edition(seconds: float) -> None:
    """Dispatch now instead of at beat's first tick, and wait until all mail has left."""
    dispatch_every_cadence()
    deadline = time.monotonic() + seconds
    while busy() and time.monotonic() < deadline:
        time.sleep(0.1)
    connection.close()
