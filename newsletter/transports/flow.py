"""Mails on their way: put in whenever some may leave, taken out with their outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from newsletter.render import Digest
from subscribers.outcomes import Outcome


class Answer(Protocol):
    """Something that is waited for beside the mails: that of the database."""

    def fileno(self) -> int:
        """What becomes readable when there is news of it, unless it has come already."""
        ...

    def has_come(self) -> bool:
        """Whether it is there, without waiting."""
        ...


@runtime_checkable
class Flow(Protocol):
    """Mails that leave one by one. Never an error: whatever happens is an outcome."""

    @property
    def streams(self) -> bool:
        """Whether `carry` can stop midway, and the database work while mails are on their way."""
        ...

    def add(self, mails: Sequence[Digest], seconds: float) -> None:
        """Have these leave too; in so many seconds from now none of them is begun any more."""
        ...

    def carry(self, left: int = 0, answer: Answer | None = None) -> None:
        """Go on until at most `left` have no outcome yet, or until the answer has come."""
        ...

    def settled(self) -> list[tuple[Digest, Outcome]]:
        """What became of mails since this was asked last."""
        ...

    def abandon(self) -> None:
        """Forget all of them; whatever was under way is in doubt."""
        ...


class Transport(Protocol):
    """Sends bursts over a connection that it keeps open between them."""

    def send(self, burst: Sequence[Digest]) -> list[Outcome]:
        """Transmit each mail to its one reader; outcomes in the burst's order, never an error."""
        ...


class Bursts:
    """The flow of a transport that sends a whole burst at once."""

    streams = False

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._waiting: list[Digest] = []
        self._settled: list[tuple[Digest, Outcome]] = []

    def add(self, mails: Sequence[Digest], seconds: float) -> None:
        self._waiting += mails

    def carry(self, left: int = 0, answer: Answer | None = None) -> None:
        burst, self._waiting = self._waiting, []
        if burst:
            self._settled += zip(burst, self._transport.send(burst), strict=True)

    def settled(self) -> list[tuple[Digest, Outcome]]:
        settled, self._settled = self._settled, []
        return settled

    def abandon(self) -> None:
        self._waiting, self._settled = [], []
