"""One of a transport's connections: opened when it is needed, kept, and replaced."""

from __future__ import annotations

import logging
from collections.abc import Generator
from math import inf
from time import monotonic
from typing import Final

from mail import outcome as outcomes
from mail.outcome import Outcome
from mail.smtp.connection import Broken, Connection, open_connection
from mail.smtp.queue import Mailbag
from mail.smtp.session import Dialogue

log = logging.getLogger(__name__)
# So many connections in a row that carried nothing, and the lane leaves the burst to others.
_FRUITLESS: Final = 2
# For so many seconds a lane that was not let in leaves the server to those that were.
_REST: Final = 60.0
# For so many seconds a server that lost count, or fell silent, is spoken to step by step.
_CARE: Final = 600.0


class Lane:
    """Carries letters, over as many connections as it takes. Used by one thread at a time."""

    def __init__(self, sender: str, most: int) -> None:
        """`sender`: the bare address for MAIL; `most`: how many mails a connection carries."""
        self._sender = sender
        self._most = most
        self._connection: Connection | None = None
        self.latency = inf
        self._rests_until = 0.0
        self._is_careful_until = 0.0  # till then, step by step

    @property
    def is_open(self) -> bool:
        """Whether a connection is ready. One on which the server hung up meanwhile is not."""
        if self._connection and not self._connection.is_idle:
            self._drop()
        return self._connection is not None

    @property
    def is_resting(self) -> bool:
        return monotonic() < self._rests_until

    def open(self) -> Outcome | None:
        """Open a connection; the outcome for whatever waits for it when that cannot be done."""
        try:
            self._connection = open_connection()
        except Exception as error:  # noqa: BLE001 (whatever it was, nothing has been sent)
            self._rests_until = monotonic() + _REST
            return outcomes.of_opening(error)
        self._rests_until = 0.0
        return None

    def carry(self, bag: Mailbag) -> Generator[Connection, None, bool]:
        """Carry letters until there are none. False when the lane gives up: others may go on.

        Yields its connection whenever there is nothing to do until the server answers.
        """
        try:
            return (yield from self._carry(bag))
        except BaseException as error:
            self._drop()  # in the middle of something
            if not isinstance(error, Exception):
                raise
            # A fault of ours. The letters in hand stay in doubt, which is the safe side.
            log.exception("a connection's thread failed")
            return False

    def _carry(self, bag: Mailbag) -> Generator[Connection, None, bool]:
        fruitless = 0
        while bag.is_waiting and fruitless < _FRUITLESS:
            if not self._connection and (trouble := self.open()):
                bag.trouble(trouble)
                return False
            is_fruitful = yield from self._run(bag)
            fruitless = 0 if is_fruitful else fruitless + 1
        return fruitless < _FRUITLESS

    def _run(self, bag: Mailbag) -> Generator[Connection, None, bool]:
        """Use the connection for as long as it lasts; whether it carried anything."""
        assert self._connection  # noqa: S101 (for the type checker)
        connection = self._connection
        before = connection.settled
        chained = connection.pipelines and monotonic() > self._is_careful_until
        dialogue = Dialogue(connection, bag, sender=self._sender, most=self._most, chained=chained)
        try:
            for _ in dialogue.run():
                yield connection
        except Broken as broken:
            self.latency = min(self.latency, connection.latency)
            if broken.is_odd:
                self._is_careful_until = monotonic() + _CARE
            self._drop()
        else:
            self.latency = min(self.latency, connection.latency)
            if connection.settled >= self._most:
                self.close()
        return connection.settled > before

    def close(self) -> None:
        """Say goodbye, if there is anybody."""
        if self._connection:
            self._connection.close(politely=True)
            self._connection = None

    def _drop(self) -> None:
        """Without a word: it is broken, or what was said last is not finished."""
        if self._connection:
            self._connection.close(politely=False)
            self._connection = None
