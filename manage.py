#!/usr/bin/env python
"""Django's commands. Without DATABASE_URL the embedded servers run as long as the command."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from local import servers


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        var = settings.VAR_DIR  # reads .env too, which may hold the URLs of the servers
        with nullcontext() if servers.not_needed() else servers.running(var):
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, servers.EmbeddedError) as error:
        sys.exit(f"Trending Papers cannot start. {error}")


if __name__ == "__main__":
    main()
