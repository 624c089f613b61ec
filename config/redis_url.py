"""One REDIS_URL in three forms: redis-py, Celery's transport and `limits` each need their own.

A server on a unix socket is `unix:///path/to/socket?db=0` for redis-py (and for REDIS_URL),
`redis+socket:///path?virtual_host=0` for Celery and `redis+unix:///path?db=0` for limits.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit


def for_celery(url: str) -> str:
    """The form for kombu, Celery's transport."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


def for_limits(url: str) -> str:
    """The form for the rate limiter."""
    return f"redis+{url}" if url.startswith("unix:") else url
