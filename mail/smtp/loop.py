"""Several connections in one thread: whichever was answered goes on.

Between two turns a connection has a letter at the server, so the server never waits for us
while it has not answered all of them.
"""

from __future__ import annotations

import select
from collections.abc import Generator
from time import monotonic
from typing import Final

from mail.smtp.connection import Connection
from mail.smtp.queue import Mailbag
from mail.smtp.worker import Lane
from mail.transport import Answer

_TICK: Final = 1.0  # seconds after which the silent ones are looked at

# A lane at work. It yields its connection when it waits for the server; at the end it returns
# whether the lane may go on.
Carrying = Generator[Connection, None, bool]


class Turns:
    """Lanes at work, each waiting for its server's answer."""

    def __init__(self) -> None:
        self._ready = select.poll()
        self._waiting: dict[int, tuple[Lane, Carrying, float]] = {}
        self._looks_at = 0.0
        self.gave_up: set[Lane] = set()

    @property
    def lanes(self) -> set[Lane]:
        return {lane for lane, _, _ in self._waiting.values()}

    def __len__(self) -> int:
        return len(self._waiting)

    def begin(self, lane: Lane, bag: Mailbag) -> None:
        """Have a lane carry letters until there are none."""
        self._go_on(lane, lane.carry(bag))

    def step(self, answer: Answer | None = None) -> bool:
        """Let those go on that were answered, once any was; True when it was `answer`."""
        is_ready = False
        awaited = answer.fileno() if answer else -1
        if answer:
            self._ready.register(awaited, select.POLLIN)
        try:
            for number, _ in self._ready.poll(_TICK * 1000):
                if answer and number == awaited:
                    is_ready = answer.is_ready()
                else:
                    self._resume(number)
        finally:
            if answer:
                self._ready.unregister(awaited)
        if monotonic() > self._looks_at:
            self._resume_silent()
        return is_ready

    def end(self) -> None:
        """Break off; the letters under way are in doubt."""
        for _, carrying, _ in self._waiting.values():
            carrying.close()

    def _resume_silent(self) -> None:
        """Those whose server has had its time find out by themselves that it is over."""
        now = monotonic()
        for number in [n for n, (_, _, deadline) in self._waiting.items() if deadline < now]:
            self._resume(number)
        self._looks_at = now + _TICK

    def _resume(self, number: int) -> None:
        lane, carrying, _ = self._waiting.pop(number)
        self._ready.unregister(number)
        self._go_on(lane, carrying)

    def _go_on(self, lane: Lane, carrying: Carrying) -> None:
        try:
            connection = next(carrying)
        except StopIteration as end:
            if not end.value:
                self.gave_up.add(lane)
            return
        number = connection.fileno()
        self._ready.register(number, select.POLLIN)
        self._waiting[number] = lane, carrying, connection.deadline
