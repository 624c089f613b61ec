"""How messages leave: by the burst, or as a stream to which more can be added at any time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from mail.message import Message
from mail.outcome import Outcome


class Transport(Protocol):
    """Sends bursts over connections that it keeps open between them."""

    def send(self, burst: Sequence[Message]) -> list[Outcome]:
        """Transmit each message to its one recipient; outcomes in order, never an error."""
        ...


class PendingResult(Protocol):
    """A result to wait for while messages leave: that of a database query."""

    def fileno(self) -> int:
        """The file that becomes readable when the result may have come, if it has not yet."""
        ...

    def is_ready(self) -> bool:
        """Whether the result is there, without waiting."""
        ...


@runtime_checkable
class StreamingTransport(Protocol):
    """Messages that leave one by one. Never an error: whatever happens is an outcome."""

    @property
    def is_streaming(self) -> bool:
        """Whether `run_until` can stop midway, so that the database works while messages leave."""
        ...

    def submit(self, messages: Sequence[Message], seconds: float) -> None:
        """Send these too; after so many seconds from now none of them is begun any more."""
        ...

    def run_until(self, left: int = 0, pending: PendingResult | None = None) -> None:
        """Go on until at most `left` have no outcome yet, or until `pending` is ready."""
        ...

    def drain(self) -> list[tuple[Message, Outcome]]:
        """The outcomes since the last call, each with its message."""
        ...

    def reset(self) -> None:
        """Forget all messages; those under way are in doubt."""
        ...


class BatchAdapter:
    """The streaming interface of a transport that sends a whole burst at once."""

    is_streaming = False

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._waiting: list[Message] = []
        self._finished: list[tuple[Message, Outcome]] = []

    def submit(self, messages: Sequence[Message], seconds: float) -> None:
        self._waiting += messages

    def run_until(self, left: int = 0, pending: PendingResult | None = None) -> None:
        burst, self._waiting = self._waiting, []
        if burst:
            self._finished += zip(burst, self._transport.send(burst), strict=True)

    def drain(self) -> list[tuple[Message, Outcome]]:
        finished, self._finished = self._finished, []
        return finished

    def reset(self) -> None:
        self._waiting, self._finished = [], []
