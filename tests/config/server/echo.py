"""A WSGI application that says what reached it; its paths make it slow, large or broken."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from web.held import hold_until


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path == "/broken":
        raise RuntimeError("the application is broken")
    if path == "/slow":
        time.sleep(1)
    if path == "/held":
        hold_until(time.monotonic() + 0.5)
    if path == "/kept":
        environ["trending.from_cache"] = True
    body = environ["wsgi.input"].read()
    text = f"{environ['REQUEST_METHOD']} {environ['CONTENT_LENGTH']} {body[:200]!r} {os.getpid()}\n"
    page = b"x" * 8_000_000 if path == "/large" else text.encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(page)))]
    start_response("200 OK", headers)
    return [page]
