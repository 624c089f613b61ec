"""The application of `echo`, behind a server whose deadlines are a second instead of many."""

from __future__ import annotations

from config.server import connection, limits
from tests.config.server.echo import application

for module, name in ((connection, "HEAD_SECONDS"), (connection, "BODY_SECONDS")):
    setattr(module, name, 1.0)
limits.RESPONSE_SECONDS, limits.SLOWEST_READER = 1.0, 2**40  # type: ignore[misc]  # constants

__all__ = ["application"]
