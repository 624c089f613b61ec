"""A laptop's secret key: made at the first start, kept in var/, so links survive a restart."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def local_secret(var: Path) -> str:
    """The key in `var`/secret_key; the first call makes it, readable by the owner only.

    Raises:
        ImproperlyConfigured: the folder cannot be written, or the file not read.
    """
    try:
        return _kept_or_made(var)
    except OSError as error:
        raise ImproperlyConfigured(f"VAR_DIR cannot be used: {error}.") from None


def _kept_or_made(var: Path) -> str:
    path = var / "secret_key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        draft = var / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # atomic: two processes that start together get one key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
