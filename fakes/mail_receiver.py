"""Where all mail of a chaos run arrives: an SMTP server and an API that count it and misbehave."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from fakes.mail_api import FAULTS, Fault, answering
from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import Moment, Reply

# One server takes some 300 mails a second, so that a fault can happen while they are sent.
_SECONDS_A_MAIL: Final = 0.003
_SECONDS_A_REQUEST: Final = 0.1
GONE: Final = "gone"  # addresses that begin so have no mailbox


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that a server received."""

    message_id: str
    to: str


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """The `replies` of a server to a verb, or to a `request`, with some chance."""

    verb: str
    replies: Sequence[Reply]
    chance: float


class MailReceiver:
    """Both servers, with one list of the mails that they received, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._arrivals: list[Arrival] = []
        self._misbehaviour: Misbehaviour | None = None
        self._random = Random(0)  # noqa: S311 (faults, not secrets)
        self.misbehaved = 0  # how often
        self.seconds_a_mail = _SECONDS_A_MAIL
        self._smtp_server = ExitStack()
        self._bound: socket.socket | None = None  # while connections are refused
        self.smtp_port = 0
        self.api_url = ""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve for as long as the block runs."""
        self._path.touch()
        with (
            self._smtp_server,
            answering(tally=self._path, choose=self._api, delay=_SECONDS_A_REQUEST) as api,
        ):
            api.patience = 3.0  # longer than the senders wait
            self.api_url = api.url
            self.open_smtp()
            yield

    def open_smtp(self) -> None:
        """Take connections; after `close_smtp` on the same port as before."""
        file = self._smtp_server.enter_context(self._path.open("a"))
        sink = sinking(self._smtp, keep=False, count=file, bound=self._bound)
        self.smtp_port = self._smtp_server.enter_context(sink).port

    def close_smtp(self) -> None:
        """Close all connections and refuse new ones. The port is kept, so that no other has it."""
        self._smtp_server.close()
        self._bound = socket.socket()
        self._bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._bound.bind(("127.0.0.1", self.smtp_port))

    def begin(self, misbehaviour: Misbehaviour | None, random: Random) -> None:
        """A new run: earlier arrivals are dropped."""
        self._look()
        self._arrivals = []
        self._misbehaviour, self._random, self.misbehaved = misbehaviour, random, 0

    def misbehave(self, misbehaviour: Misbehaviour) -> None:
        self._misbehaviour = misbehaviour

    def behave(self) -> None:
        """Reply as usual from now on."""
        self._misbehaviour = None

    @property
    def arrivals(self) -> list[Arrival]:
        self._look()
        return self._arrivals

    def _look(self) -> None:
        with self._path.open() as file:
            file.seek(self._read)
            for line in iter(file.readline, ""):
                if not line.endswith("\n"):
                    break  # it is just being written
                self._arrivals.append(Arrival(*line.split()))
                self._read += len(line.encode())

    def _reply(self, verb: str) -> Reply:
        """The wrong reply at this moment; None: the usual one."""
        wrong = self._misbehaviour
        if wrong is None or wrong.verb != verb or self._random.random() >= wrong.chance:
            return None
        self.misbehaved += 1
        return self._random.choice(list(wrong.replies))

    def _smtp(self, moment: Moment) -> Reply:
        if moment.verb == "end":
            time.sleep(self.seconds_a_mail)
        if moment.verb == "RCPT" and moment.to.startswith(GONE):
            return "550 5.1.1 no such user"
        return self._reply(moment.verb)

    def _api(self) -> Fault | None:
        kind = self._reply("request")
        if kind == "429":  # the whole service waits for as long as the provider asks
            return replace(FAULTS["429"], headers={"Retry-After": "2"})
        return FAULTS[kind] if isinstance(kind, str) else None
