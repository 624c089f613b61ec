"""Hold an answer back without a thread that waits: our web server sends it when its time has come.

Under another server (a test, `runserver`) nobody would hold it: there the thread sleeps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Held:
    """Until when an answer is held, by `time.monotonic`."""

    until: float = 0.0


_held: ContextVar[Held | None] = ContextVar("held", default=None)


@contextmanager
def holding() -> Iterator[Held]:
    """For the server: what the block makes is to be sent no earlier than `until` says after it."""
    held = Held()
    token = _held.set(held)
    try:
        yield held
    finally:
        _held.reset(token)


def hold_until(moment: float) -> None:
    """Send the answer of this request no earlier than at a moment of `time.monotonic`."""
    held = _held.get()
    if held is None:
        time.sleep(max(0.0, moment - time.monotonic()))
    else:
        held.until = max(held.until, moment)
