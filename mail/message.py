"""What a transport needs of a message, whichever app has built it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class Message(Protocol):
    """One message to exactly one recipient, ready to be sent."""

    @property
    def delivery_id(self) -> int: ...

    @property
    def to(self) -> str: ...

    @property
    def subject(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def html(self) -> str: ...

    @property
    def dated_at(self) -> datetime: ...

    @property
    def attempts(self) -> int:
        """Which attempt this is, counted from 1; it is no part of the message."""
        ...

    @property
    def body(self) -> object:
        """What all messages with the same lines share, to check their lines once."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Every header but From, To and Subject."""
        ...

    def as_bytes(self) -> bytes:
        """The whole message for the wire: CRLF line ends, dots not stuffed."""
        ...
