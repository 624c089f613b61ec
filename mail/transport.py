"""How a burst of messages leaves, whatever carries it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mail.journal import NO_JOURNAL, Journal
from mail.message import Message
from mail.outcome import Outcome


class Transport(Protocol):
    """Sends bursts over connections that it keeps open between them."""

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        """Transmit each message to its one recipient; outcomes in order, never an error.

        Each message is noted in the journal before its content can leave, and so is its outcome.
        """
        ...
