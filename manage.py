#!/usr/bin/env python
"""Django's commands. Without DATABASE_URL the embedded servers run for as long as they do."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from config import embedded

    try:
        var = settings.VAR_DIR  # reads .env too, which may name the servers
        with nullcontext() if embedded.not_needed() else embedded.running(var):
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, embedded.EmbeddedError) as error:
        sys.exit(f"Trending Papers cannot start. {error}")


if __name__ == "__main__":
    main()
