"""Measurements of the real code: `make bench` for its speed, `make backtest` for its ranking.

A benchmark is a module with a `main(quick)` that prints a table and writes bench/results/NAME.json.
"""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.apps import apps

from local import servers
from local.processes import MARK

ROOT = Path(__file__).resolve().parent.parent


def _prepare_django() -> None:
    """Load Django with separate servers, so that real papers are not changed."""
    if apps.ready or MARK in os.environ:  # in a test, or in a process of chaos, which has its own
        return
    if not servers.not_needed():
        var = Path(os.environ.get("VAR_DIR", ROOT / "var"))
        # A benchmark that another one starts has the folder already.
        os.environ["VAR_DIR"] = str(var if var.name == "bench" else var / "bench")
    os.environ["REDIS_PREFIX"] = "bench:"  # also on servers that others use
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()


_prepare_django()
