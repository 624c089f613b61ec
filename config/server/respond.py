"""Let the application respond to a complete request, with gunicorn's code, in a thread.

The response is collected: a thread that wrote to a socket would wait for a slow reader.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any, Final, NamedTuple

from gunicorn.http import wsgi

from web.held import holding

_FROM_CACHE: Final = "trending.from_cache"  # of the environ; web/page_cache/serve.py sets it


class Response(NamedTuple):
    """All bytes of a response, and whether the connection stays open for another request.

    `is_from_cache`: nothing was computed for it, so it does not bring the process nearer its end.
    `not_before`: it is sent no earlier than then, by `time.monotonic`.
    """

    data: bytes
    stays_open: bool
    is_from_cache: bool = False
    not_before: float = 0.0


class Collected:
    """Takes what gunicorn writes to a socket."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self._parts.append(data)

    def send(self, data: bytes) -> int:
        """Dropped: gunicorn sends only "100 Continue" so, and the body is here already."""
        return len(data)

    def gettimeout(self) -> float:
        return 0.0  # gunicorn asks for it before it writes an error

    @property
    def data(self) -> bytes:
        return b"".join(self._parts)


def respond(worker: Any, request: Any, body: bytes, client: Any, server: Any) -> Response:
    """The response to a complete request of `client`, which reached the address `server`."""
    collected = Collected()
    try:
        response, environ = wsgi.create(request, collected, client, server, worker.cfg)
        environ |= {
            "wsgi.multithread": True,
            "wsgi.input": BytesIO(body),
            # A body in chunks has a length now; Django reads none without it.
            "CONTENT_LENGTH": str(len(body)),
        }
        if not worker.alive:
            response.force_close()
        with holding() as held:
            _run(worker, request, response, environ)
    except Exception as error:  # noqa: BLE001 (logged there, with a 500, as by gunicorn's workers)
        return Response(error_response(worker, request, client, error), stays_open=False)
    is_from_cache = bool(environ.get(_FROM_CACHE))
    return Response(collected.data, not response.should_close(), is_from_cache, held.until)


def _run(worker: Any, request: Any, response: Any, environ: dict[str, Any]) -> None:
    began = datetime.now()  # noqa: DTZ005 (for a difference only)
    parts = worker.wsgi(environ, response.start_response)
    try:
        for part in parts:
            response.write(part)
        response.close()
    finally:
        worker.log.access(response, request, environ, datetime.now() - began)  # noqa: DTZ005
        if hasattr(parts, "close"):
            parts.close()


def error_response(worker: Any, request: Any, client: Any, error: Exception) -> bytes:
    """gunicorn's own page for a malformed request or an error of the application; it is logged."""
    collected = Collected()
    worker.handle_error(request, collected, client, error)
    return collected.data
