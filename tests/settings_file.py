"""Load config/settings.py under an environment other than that of the tests."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

import pytest

from config.environment import Environment

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "LOCAL": "false",
    "SECRET_KEY": "a-key-for-tests-only-and-long-enough-for-django-0123456789",
    "SITE_URL": "https://papers.example.org",
    "DATABASE_URL": "postgres://trending:pw@db.example.org/trending",
    "REDIS_URL": "redis://redis.example.org:6379/0",
    "MAIL_FROM": "Trending Papers <digest@papers.example.org>",
    "POSTAL_ADDRESS": "1 Example Street, Exampleton",
    "CONTACT_EMAIL": "editors@papers.example.org",
}


def load_settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, Any]:
    """The settings that exactly these environment variables give; no .env file is read."""
    for name in list(os.environ):
        if name not in ("PATH", "HOME", "TMPDIR", "VAR_DIR"):
            monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Environment, "read_env", lambda *_args, **_kwargs: None)
    loaded = runpy.run_path(str(ROOT / "config" / "settings.py"))
    return {name: value for name, value in loaded.items() if name.isupper()}
