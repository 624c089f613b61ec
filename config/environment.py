"""Typed reads of environment variables. A bad value names its variable and what it must be.

django-environ reads the .env file and database URLs; its casts are replaced because they guess:
`LOCAL=ture` would be False, `1,5 s` a number, and a secret that begins with a dollar sign the
name of another variable. An empty variable counts as not set.
"""

from __future__ import annotations

import environ
from django.core.exceptions import ImproperlyConfigured

_FLAGS = {"true": True, "yes": True, "on": True, "1": True} | dict.fromkeys(
    ("false", "no", "off", "0"), False
)


class Environment(environ.Env):  # type: ignore[misc]  # it has no types
    """`env.int("BURST_SIZE", default=50)`, and in the same way str, bool, float and list."""

    def __contains__(self, var: str) -> bool:
        return bool(self.ENVIRON.get(var))

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
        text = self.ENVIRON.get(var, "").strip()
        if text:
            return _parse(var, text, cast)
        if default is self.NOTSET:
            raise ImproperlyConfigured(f"{var} is not set, and there is no default for it.")
        return default


def _parse(var: str, text: str, cast: type | None) -> object:
    if cast is bool:
        return _flag(var, text)
    if cast is list:
        return [word.strip() for word in text.split(",") if word.strip()]
    try:
        return text if cast is None else cast(text)
    except ValueError:
        kind = "a whole number" if cast is int else "a number"
        raise ImproperlyConfigured(f"{var} must be {kind}, not {text!r}.") from None


def _flag(var: str, text: str) -> bool:
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{var} must be true or false, not {text!r}.") from None
