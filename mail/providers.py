"""Which service transmits mail: any SMTP server, or any provider that django-anymail supports.

MAIL_PROVIDER names one; its keys are the ANYMAIL_* variables of django-anymail's manual.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from typing import Any

import anymail.backends
from django.core.exceptions import ImproperlyConfigured

_PREFIX = "ANYMAIL_"
_LONGEST_TIMEOUT = 3600.0  # seconds
# Modules of anymail.backends that are no provider, and a former name of Brevo.
_NOT_PROVIDERS = {"base", "base_requests", "console", "test", "sendinblue"}


def known_providers() -> list[str]:
    """The values of MAIL_PROVIDER: `smtp` first, then django-anymail's providers by name."""
    names = {module.name for module in pkgutil.iter_modules(anymail.backends.__path__)}
    return ["smtp", *sorted(names - _NOT_PROVIDERS)]


def backend_of(provider: str) -> str:
    """The Django mail backend of a provider, as a dotted path."""
    if provider == "smtp":
        return "django.core.mail.backends.smtp.EmailBackend"
    return f"anymail.backends.{provider}.EmailBackend"


def anymail_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """ANYMAIL_POSTMARK_SERVER_TOKEN=x becomes {"POSTMARK_SERVER_TOKEN": "x"}, typed.

    Raises:
        ImproperlyConfigured: a value that begins like JSON is not JSON.
    """
    return {
        name.removeprefix(_PREFIX): _typed(name, value.strip())
        for name, value in environment.items()
        if name.startswith(_PREFIX) and value.strip()
    }


def json_object(name: str, value: str) -> dict[str, Any]:
    """A setting that is a JSON object; an empty one is {}.

    Raises:
        ImproperlyConfigured: it is anything else.
    """
    try:
        found = json.loads(value) if value.strip() else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        # The value itself may contain a key, so it is not repeated here.
        raise ImproperlyConfigured(f'{name} must be a JSON object, such as {{"Tag": "digest"}}.')
    return found


def _typed(name: str, value: str) -> object:
    """Keys and tokens stay text, even when they are all digits."""
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    try:
        if name.endswith("_TIMEOUT"):
            return _seconds(value)
        return json.loads(value) if value[0] in "{[" else value
    except (ValueError, RecursionError):
        kind = "a number of seconds above 0" if name.endswith("_TIMEOUT") else "JSON"
        # The value itself may contain a key, so neither it nor the error is repeated here.
        raise ImproperlyConfigured(f"{name} must be {kind}.") from None


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= _LONGEST_TIMEOUT:  # not NaN either
        raise ValueError
    return seconds
