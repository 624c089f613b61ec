"""A connection that stops waiting: for a server that is frozen, or behind a dead network.

`statement_timeout` runs in the server, so a server that does not run ends nothing; its kernel still
acknowledges every packet, so TCP sees no fault either. Only the client's own clock is left.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Final

import psycopg
from psycopg import errors

# For so long after a silence the other threads of a process do not wait for the server, each for
# itself: pages are answered at once, and probes find a free thread.
SILENCE_SECONDS: Final = 3.0


class Silence:
    """Whether the server was silent a moment ago; one for each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0

    def begin(self) -> None:
        """The server did not answer in time."""
        self._until = time.monotonic() + SILENCE_SECONDS

    def end(self) -> None:
        """The server answered."""
        self._until = 0.0

    def is_known(self) -> bool:
        """Whether to give up at once. After the pause one caller asks the server again."""
        with self._lock:
            now = time.monotonic()
            if not self._until or now < self._until:
                return bool(self._until)
            self._until = now + SILENCE_SECONDS
            return False


class DeadlineConnection(psycopg.Connection[Any]):
    """`deadline`: after how many seconds without an answer the connection is given up; 0 waits."""

    deadline = 0.0
    silence: Silence | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's, which every operation goes through.

        Raises:
            psycopg.OperationalError: no answer; the connection is closed, since a late answer
                would be taken for that of the next statement.
        """
        if timeout is not None or not self.deadline:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.deadline)
        except errors._WaitTimeout:  # noqa: SLF001 (psycopg raises it from this method)
            self.pgconn.finish()
            if self.silence:
                self.silence.begin()
            text = f"PostgreSQL did not answer in {self.deadline:g} s"
            raise psycopg.OperationalError(text) from None
