"""Mails on their way: put in whenever some may leave, taken out with their outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from mail.message import Message
from mail.outcome import Outcome


class Answer(Protocol):
    """Something that is waited for beside the mails: that of the database."""

    def fileno(self) -> int:
        """What becomes readable when there is news of it, unless it has come already."""
        ...

    def is_ready(self) -> bool:
        """Whether it is there, without waiting."""
        ...


@runtime_checkable
class StreamingTransport(Protocol):
    """Mails that leave one by one. Never an error: whatever happens is an outcome."""

    @property
    def is_streaming(self) -> bool:
        """Whether `run_until` can stop midway, so that the database works while messages leave."""
        ...

    def submit(self, mails: Sequence[Message], seconds: float) -> None:
        """Have these leave too; in so many seconds from now none of them is begun any more."""
        ...

    def run_until(self, left: int = 0, answer: Answer | None = None) -> None:
        """Go on until at most `left` have no outcome yet, or until the answer has come."""
        ...

    def drain(self) -> list[tuple[Message, Outcome]]:
        """What became of mails since this was asked last."""
        ...

    def reset(self) -> None:
        """Forget all of them; whatever was under way is in doubt."""
        ...


class Transport(Protocol):
    """Sends bursts over a connection that it keeps open between them."""

    def send(self, burst: Sequence[Message]) -> list[Outcome]:
        """Transmit each mail to its one reader; outcomes in the burst's order, never an error."""
        ...


class BatchAdapter:
    """The flow of a transport that sends a whole burst at once."""

    is_streaming = False

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._waiting: list[Message] = []
        self._settled: list[tuple[Message, Outcome]] = []

    def submit(self, mails: Sequence[Message], seconds: float) -> None:
        self._waiting += mails

    def run_until(self, left: int = 0, answer: Answer | None = None) -> None:
        burst, self._waiting = self._waiting, []
        if burst:
            self._settled += zip(burst, self._transport.send(burst), strict=True)

    def drain(self) -> list[tuple[Message, Outcome]]:
        settled, self._settled = self._settled, []
        return settled

    def reset(self) -> None:
        self._waiting, self._settled = [], []
