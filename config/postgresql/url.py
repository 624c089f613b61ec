"""DATABASE_URL, checked before it is parsed: an error must never hold a part of the password."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo

_ENCODE: Final = (
    "Percent-encode the signs of its password that are no letters or digits "
    "(/ is %2F, # is %23, ? is %3F, @ is %40, % is %25)"
)
# What Django's backend takes out of OPTIONS before libpq sees the rest.
_OPTIONS_OF_DJANGO: Final = frozenset(
    ("assume_role", "isolation_level", "pool", "prepare_threshold", "server_side_binding")
)


def parse(url: str) -> dict[str, Any]:
    """DATABASES["default"] from `postgres://user:password@host:5432/name?sslmode=require`.

    Raises:
        ImproperlyConfigured: one line that holds nothing of the URL but its scheme and the names
            of its options.
    """
    scheme = url.partition(":")[0].lower()
    if scheme not in ("postgres", "postgresql") or "://" not in url:
        # Without "://" the text before a colon may be anything, a password too.
        is_named = "://" in url and re.fullmatch(r"[a-z][a-z0-9+.-]{0,20}", scheme)
        raise _refusal(
            "must name a PostgreSQL server, postgres://user:password@host/name, "
            f"not {scheme if is_named else 'something else'!r}"
        )
    _refuse_unreadable(url)
    try:
        # No error of this parser is shown: it would quote a half of the password as a port.
        database: dict[str, Any] = environ.Env.db_url_config(url)
    except (ValueError, KeyError):
        raise _refusal(f"cannot be read. {_ENCODE}") from None
    _check_options(database.setdefault("OPTIONS", {}))
    if not (database["NAME"] or {"dbname", "service"} & set(database["OPTIONS"])):
        raise _refusal("names no database: postgres://user:password@host/name")
    return database


def _refuse_unreadable(url: str) -> None:
    """Refuse a URL that can be read in two ways."""
    if re.search(r"[\s\x00-\x1f\x7f]", url):
        raise _refusal("contains white space")
    if re.search(r"%(?![0-9A-Fa-f]{2})", url):
        raise _refusal(f"has a % without two hexadecimal digits. {_ENCODE}")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _refusal(f"cannot be read. {_ENCODE}") from None
    hosts = parts.netloc.rpartition("@")[2]
    ports = re.findall(r":([^:,\]]*)(?:,|$)", re.sub(r"\[[^\]]*\]", "", hosts))
    is_whole = "@" in parts.netloc or "@" not in parts.path + parts.query
    if "#" in url or not is_whole or any(not re.fullmatch(r"\d{0,5}", port) for port in ports):
        raise _refusal(f"has a password that cannot be told from the rest. {_ENCODE}")
    if any(int(port or 0) > 65535 for port in ports):
        raise _refusal("has a port above 65535")
    if "%2f" in hosts.lower():
        raise _refusal("must give a socket's folder as an option: /name?host=/run/postgresql")
    if "@" in parts.path or "@" in parts.query:
        raise _refusal(f"has an @ after its host. {_ENCODE}")


def _check_options(options: dict[str, Any]) -> None:
    """Let libpq judge the names of the options: it would refuse them at the first connection."""
    for name, value in options.items():
        if name in _OPTIONS_OF_DJANGO:
            continue
        try:
            make_conninfo(**{name: value})
        except (ProgrammingError, TypeError, ValueError):
            named = f" {name}" if re.fullmatch(r"[A-Za-z_]{1,30}", name) else ""
            raise _refusal(f"has an option{named} that PostgreSQL's clients do not know") from None


def _refusal(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"DATABASE_URL {reason}.")
