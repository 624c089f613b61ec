"""Read every body as UTF-8, whatever charset its Content-Type names.

Django looks the charset up in Python's list of codecs, which holds `base64` and `undefined` too. It
then fails before any middleware runs, and each page would answer 500. It refuses a form in another
charset with 400, which would refuse a one-click unsubscription. Browsers, mail programs and
providers all send UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def reads_utf8(application: Application) -> Application:
    """The WSGI application behind a Content-Type without a charset."""

    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = without_charset(environ.get("CONTENT_TYPE", ""))
        return application(environ, start_response)

    return run


def without_charset(content_type: str) -> str:
    """The same type with its other parameters; nothing, if it cannot be read."""
    if ";" not in content_type:
        return content_type
    try:
        kind, parameters = parse_header_parameters(content_type)
    except (LookupError, ValueError):  # RFC 2231 lets a parameter name a codec too
        return ""
    parameters.pop("charset", None)
    return "; ".join(
        [kind, *(f"{name}={_quoted(str(value))}" for name, value in parameters.items())]
    )


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
