"""How a burst of digests leaves: one small interface, one outcome a mail."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from newsletter.render import Digest
from newsletter.transports.django import DjangoTransport
from subscribers.outcomes import Outcome


class Transport(Protocol):
    """Sends bursts over a connection that it keeps open between them."""

    def send(self, burst: Sequence[Digest]) -> list[Outcome]:
        """Transmit each mail to its one reader; outcomes in the burst's order, never an error."""
        ...


def open_transport() -> AbstractContextManager[Transport]:
    """The transport that the settings ask for."""
    return DjangoTransport()
