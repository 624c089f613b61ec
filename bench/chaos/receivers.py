"""Where mail arrives: an SMTP server and an API that count it, and misbehave on demand."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from bench.chaos.verdict import Arrival
from fakes.mail_api import FAULTS, Fault, answering
from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import Answer, Moment

# One server takes some 300 mails a second, so that there is time to do harm while they flow.
_SECONDS_A_MAIL: Final = 0.003
_SECONDS_A_REQUEST: Final = 0.1
GONE: Final = "gone"  # so begin addresses whose mailbox there is not


@dataclass(frozen=True, slots=True)
class Mood:
    """How a server misbehaves: `answers` at a verb, or to a request, with some chance."""

    verb: str
    answers: Sequence[Answer]
    chance: float


class Receiver:
    """Both servers, by one book: each mail they took, in the order in which they took it."""

    def __init__(self, book: Path) -> None:
        self._path = book
        self._read = 0
        self._arrivals: list[Arrival] = []
        self._mood: Mood | None = None
        self._dice = Random(0)  # noqa: S311 (faults, not secrets)
        self.struck = 0  # how often the mood was let out
        self.seconds_a_mail = _SECONDS_A_MAIL
        self.smtp_port = 0
        self.api_url = ""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve for as long as the block runs."""
        self._path.touch()
        with (
            self._path.open("a") as book,
            sinking(self._smtp, keep=False, count=book) as sink,
            answering(tally=self._path, choose=self._api, delay=_SECONDS_A_REQUEST) as api,
        ):
            api.patience = 3.0  # more than the senders have
            self.smtp_port, self.api_url = sink.port, api.url
            yield

    def begin(self, mood: Mood | None, dice: Random) -> None:
        """A new run: what arrived so far is forgotten."""
        self._look()
        self._arrivals = []
        self._mood, self._dice, self.struck = mood, dice, 0

    def heal(self) -> None:
        """Behave from now on."""
        self._mood = None

    @property
    def arrivals(self) -> list[Arrival]:
        self._look()
        return self._arrivals

    def _look(self) -> None:
        with self._path.open() as book:
            book.seek(self._read)
            for line in iter(book.readline, ""):
                if not line.endswith("\n"):
                    break  # it is just being written
                self._arrivals.append(Arrival(*line.split()))
                self._read += len(line.encode())

    def _strike(self, verb: str) -> Answer:
        """What the mood makes of this moment; None: nothing."""
        mood = self._mood
        if mood is None or mood.verb != verb or self._dice.random() >= mood.chance:
            return None
        self.struck += 1
        return self._dice.choice(list(mood.answers))

    def _smtp(self, moment: Moment) -> Answer:
        if moment.verb == "end":
            time.sleep(self.seconds_a_mail)
        if moment.verb == "RCPT" and moment.to.startswith(GONE):
            return "550 5.1.1 no such user"
        return self._strike(moment.verb)

    def _api(self) -> Fault | None:
        kind = self._strike("request")
        return FAULTS[kind] if isinstance(kind, str) else None
