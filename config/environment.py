"""Typed reads of environment variables. A bad value names its variable and what it must be.

django-environ reads the .env file and database URLs; its casts are replaced because they guess:
`LOCAL=ture` would be False, `1,5 s` a number, and a secret that begins with a dollar sign the
name of another variable. An empty variable counts as not set.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_FLAGS = dict.fromkeys(("true", "yes", "on", "1", "t", "y"), True) | dict.fromkeys(
    ("false", "no", "off", "0", "f", "n"), False
)
_LINE = re.compile(r"(?:export )?[A-Za-z_0-9]+=.*|\s*(?:#.*)?")
# `docker run --env-file` keeps quotes, which no shell and no .env reader would; but a generated
# secret may begin and end with one.
_QUOTED = re.compile(r"(['\"])(?P<inner>(?:(?!\1).)*)\1")
_SHOWN = 60  # characters
_SECRETS = ("_KEY", "_PASSWORD", "_TOKEN", "_SECRET", "_FALLBACKS")


class Environment(environ.Env):  # type: ignore[misc]  # it has no types
    """`env.int("BURST_SIZE", default=50)`, and in the same way str, bool, float and list."""

    def __contains__(self, var: str) -> bool:
        return bool(self.ENVIRON.get(var, "").strip())

    @classmethod
    def read_env(cls, env_file: Path, **options: Any) -> None:
        """Read a .env file, if there is one.

        Raises:
            ImproperlyConfigured: it cannot be read, or one of its lines would be ignored.
        """
        try:
            lines = env_file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(_unreadable(env_file, error)) from None
        for number, line in enumerate(lines, 1):
            if not _LINE.fullmatch(line):
                raise ImproperlyConfigured(
                    f"Line {number} of {env_file} is not NAME=value, without spaces around the =."
                )
        super().read_env(env_file, **options)

    def get_value(
        self,
        var: str,
        cast: type | None = None,
        default: object = environ.Env.NOTSET,
        parse_default: bool = False,
    ) -> object:
        """The variable as a `cast`, or `default`.

        Raises:
            ImproperlyConfigured: the value is no `cast`; or it is missing, with no default.
        """
        text = _unquoted(var, self.ENVIRON.get(var, "").strip())
        if text:
            return _parse(var, text, cast)
        if default is self.NOTSET:
            raise ImproperlyConfigured(f"{var} is not set, and there is no default for it.")
        return default


def _unreadable(env_file: Path, error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{env_file} is not in UTF-8."
    return f"{env_file} cannot be read by this user: {error.strerror}."


def _unquoted(var: str, text: str) -> str:
    quoted = None if var.endswith(_SECRETS) else _QUOTED.fullmatch(text)
    return quoted["inner"].strip() if quoted else text


def _parse(var: str, text: str, cast: type | None) -> object:
    if cast is bool:
        return _flag(var, text)
    if cast is list:
        return [word.strip() for word in text.split(",") if word.strip()]
    try:
        return text if cast is None else cast(text)
    except ValueError:
        kind = "a whole number" if cast is int else "a number"
        raise ImproperlyConfigured(f"{var} must be {kind}, not {shown(text)}.") from None


def shown(text: str) -> str:
    """A wrong value for a message, cut short, and without what may be a password of a URL."""
    after = text.rpartition("@")[2] if "://" in text else text
    cut = after[:_SHOWN]
    return repr(cut) if cut == text else f"{cut!r} (in part)"


def _flag(var: str, text: str) -> bool:
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{var} must be true or false, not {shown(text)}.") from None
