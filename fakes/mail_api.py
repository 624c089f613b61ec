"""A fake of Postmark, Resend and Brevo in one local server, which misbehaves as it is set to.

For tests (`with answering() as api`), and as a program for benchmarks and for chaos:

    python -m fakes.mail_api --port 8125 --delay 0.05 --count received.txt --fault silence@0.05

It is as strict as the documents of the providers: keys, limits, and one result a mail. A mail
counts as received when the provider would send it on, whether or not its response arrives.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import socket
import struct
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

from fakes.mail_api_providers import PROVIDERS, Call, Mail

Misdeed = Literal["", "silence", "cut", "reset", "babble"]


@dataclass(frozen=True)
class Fault:
    """What happens to one request: another status, or a misdeed after (or without) accepting it."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str = '{"message": "not now"}'
    misdeed: Misdeed = ""
    takes: bool = False


FAULTS = {
    "429": Fault(429, {"Retry-After": "30"}),
    "500": Fault(500),
    "401": Fault(401),
    "silence": Fault(misdeed="silence", takes=True),  # it accepts the mails and never responds
    "cut": Fault(misdeed="cut", takes=True),  # the connection breaks in the middle of the response
    "reset": Fault(misdeed="reset"),  # it breaks before any mail is accepted
    "babble": Fault(misdeed="babble", takes=True),  # status 200, and a body that is no JSON
}


@dataclass
class MailApi:
    """What the server has received, and how it treats the next requests."""

    faults: deque[Fault | None] = field(default_factory=deque)
    delay: float = 0.0
    patience: float = 1.0  # for how long a silence lasts
    url: str = ""
    mails: list[Mail] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    kept: dict[str, tuple[bytes, Any]] = field(default_factory=dict)  # by idempotency key
    choose: Callable[[], Fault | None] | None = None
    tally: Path | None = None
    counts_only: bool = False  # counts only: a benchmark sends more than fits in memory
    taken: int = 0
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> Counter[str]:
        """How often each Message-ID was accepted; more than once is a repeated mail."""
        return Counter(mail.message_id for mail in self.mails)

    def next_fault(self) -> Fault | None:
        if self.choose:
            return self.choose()
        return self.faults.popleft() if self.faults else None

    def answer(self, call: Call) -> tuple[int, Any]:
        """Carry out a request: valid mails are accepted, for each idempotency key once."""
        with self.lock:
            status, reply, taken = PROVIDERS[call.path.rpartition("/api/")[2]](call, self.kept)
            self.taken, self.requests = self.taken + len(taken), self.requests + 1
            if not self.counts_only:
                self.mails += taken
                self.calls.append(call)
            self._note(taken)
        return status, reply

    def _note(self, taken: list[Mail]) -> None:
        if self.tally and taken:
            with self.tally.open("a") as file:
                file.writelines(f"{mail.message_id} {mail.to}\n" for mail in taken)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        with self.server.api.lock:
            self.server.api.connections += 1

    def do_POST(self) -> None:
        api = self.server.api
        body = self.rfile.read(int(self.headers["Content-Length"]))
        call = Call(self.path, dict(self.headers.items()), body)
        time.sleep(api.delay)
        fault = api.next_fault()
        if fault is None:
            status, reply = api.answer(call)
            return self._reply(status, json.dumps(reply).encode())
        if fault.takes:
            api.answer(call)
        else:
            with api.lock:
                api.calls.append(call)
        return self._misbehave(fault)

    def do_GET(self) -> None:
        """How many mails were accepted so far, in how many requests."""
        api = self.server.api
        self._reply(200, json.dumps({"mails": api.taken, "requests": api.requests}).encode())

    def _misbehave(self, fault: Fault) -> None:
        if fault.misdeed == "silence":
            time.sleep(self.server.api.patience)
            self.close_connection = True
        elif fault.misdeed == "babble":
            self._reply(200, b"<html>splendid</html>")
        elif fault.misdeed:
            if fault.misdeed == "cut":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{")
                self.wfile.flush()
            # Lingering for zero seconds is what makes closing a reset.
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.request.close()
            self.close_connection = True
        else:
            self._reply(fault.status, fault.body.encode(), fault.headers)

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def finish(self) -> None:
        with contextlib.suppress(
            OSError
        ):  # the client has disconnected, or this side has reset the connection
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Log nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    api: MailApi

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def listen(api: MailApi, port: int = 0) -> _Server:
    """A server on this machine; the `url` of the API is known afterwards."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.api = api
    api.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    return server


@contextmanager
def answering(*faults: Fault | None, **options: Any) -> Iterator[MailApi]:
    """A server while the block runs; the first requests get these faults, in order."""
    api = MailApi(deque(faults), **options)
    with listen(api) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()


def _chooser(wanted: list[str], seed: int) -> Callable[[], Fault | None]:
    wanted_faults = [one.partition("@") for one in wanted]
    chances = [(FAULTS[kind], float(share)) for kind, _, share in wanted_faults]
    generator = random.Random(seed)  # noqa: S311 (faults, not secrets)
    return lambda: next((fault for fault, share in chances if generator.random() < share), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each response")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds of a silence")
    parser.add_argument("--count", type=Path, help="append Message-ID and address of each mail")
    parser.add_argument("--fault", action="append", default=[], metavar="KIND@SHARE")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    api = MailApi(
        delay=options.delay, patience=options.patience, tally=options.count, counts_only=True
    )
    api.choose = _chooser(options.fault, options.seed) if options.fault else None
    with listen(api, options.port) as server:
        print(api.url, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
