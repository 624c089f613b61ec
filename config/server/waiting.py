"""The connections that wait for their peer: one that sends slowly, reads slowly, or is idle.

They cost no thread, but a connection and perhaps memory, and both are limited. When there is no
room, the connection that has waited longest is closed: a peer that is not slow never waits long.
"""

from __future__ import annotations

import time
from asyncio import WriteTransport


class Waiting:
    """Transports in the order in which they began to wait, each with the bytes kept for it."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._held: dict[WriteTransport, int] = {}
        self._since: dict[WriteTransport, float] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def begin(self, transport: WriteTransport, size: int = 0) -> None:
        """This connection waits from now on, and `size` bytes are kept for it."""
        self.end(transport)
        self._held[transport] = 0
        self._since[transport] = time.monotonic()
        self.keep(transport, size)

    def keep(self, transport: WriteTransport, size: int) -> None:
        """It still waits, and `size` bytes are kept for it now."""
        if transport not in self._held:
            return
        self._bytes += size - self._held[transport]
        self._held[transport] = size
        while self._bytes > self._most_bytes:
            self.close_oldest()

    def end(self, transport: WriteTransport) -> None:
        """It waits no longer. Without effect when it was closed by `close_oldest`."""
        self._bytes -= self._held.pop(transport, 0)
        self._since.pop(transport, None)

    def close_oldest(self, seconds: float = 0.0) -> bool:
        """Close the connection that has waited longest; False when none has waited so long.

        One that keeps bytes was read from before: no time is left to it.
        """
        latest = time.monotonic() - seconds
        closable = (one for one, size in self._held.items() if size or self._since[one] <= latest)
        oldest = next(closable, None)
        if oldest is None:
            return False
        self.end(oldest)
        oldest.abort()
        return True
