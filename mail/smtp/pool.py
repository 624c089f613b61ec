"""Any SMTP server: ready bytes over a few connections that stay open, in parallel.

Letters are shared out one by one, so a slow connection holds up nobody but itself. A server
next door answers before a thread would be awake: its connections take turns in one thread,
whichever was answered goes on, and mails may be added while others are on their way. To a
server far away each connection writes and waits in a thread of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from email.utils import parseaddr
from time import monotonic
from types import TracebackType
from typing import Final, Self

from django.conf import settings
from django.core.mail.message import sanitize_address

from mail.message import Message
from mail.outcome import Outcome
from mail.smtp.loop import Carrying, Turns
from mail.smtp.queue import Mailbag
from mail.smtp.worker import Lane
from mail.transport import Answer

# Opening a connection takes as long as several mails: fewer are not worth another one.
_WORTH: Final = 4
_NEAR: Final = 0.001  # seconds in which a server answers that is on this machine or next to it


class SmtpTransport:
    """Up to SMTP_CONNECTIONS to the server that the EMAIL_* settings name."""

    def __enter__(self) -> Self:
        lanes = settings.SMTP_CONNECTIONS
        sender = _sender(settings.MAIL_FROM)
        self._lanes = [Lane(sender, settings.SMTP_MAILS_PER_CONNECTION) for _ in range(lanes)]
        self._threads = ThreadPoolExecutor(max(lanes - 1, 1), "smtp")
        self._bag = Mailbag()
        self._turns = Turns()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.reset()
        self._threads.shutdown()
        for lane in self._lanes:
            lane.close()

    @property
    def is_streaming(self) -> bool:
        """A server next door: threads would cost more than the waiting."""
        return min(lane.latency for lane in self._lanes) <= _NEAR

    def send(self, burst: Sequence[Message]) -> list[Outcome]:
        """Transmit each mail to its one reader; outcomes in the burst's order, never an error."""
        self.submit(burst, settings.LEASE_SECONDS / 2)
        self.run_until()
        outcomes = {id(digest): outcome for digest, outcome in self.drain()}
        return [outcomes[id(digest)] for digest in burst]

    def submit(self, mails: Sequence[Message], seconds: float) -> None:
        self._bag.add(mails, monotonic() + seconds)

    def run_until(self, left: int = 0, answer: Answer | None = None) -> None:
        """Go on until at most `left` have no outcome yet, or until the answer has come.

        Raises:
            BaseException: the worker is told to stop; what was under way is in doubt.
        """
        try:
            if not (answer and answer.is_ready()):  # also when there is nothing to wait for
                self._carry(left, answer)
        except BaseException:
            self.reset()
            raise

    def _carry(self, left: int, answer: Answer | None) -> None:
        if self.is_streaming:
            self._carry_in_turns(left, answer)
        elif self._bag.unsettled:
            self._carry_in_threads()

    def drain(self) -> list[tuple[Message, Outcome]]:
        return self._bag.settled()

    def reset(self) -> None:
        self._turns.end()
        self._bag, self._turns = Mailbag(), Turns()

    # ── a server next door ───────────────────────────────────────────────────

    def _carry_in_turns(self, left: int, answer: Answer | None) -> None:
        while self._bag.unsettled > left:
            if len(self._turns) < len(self._lanes) and self._bag.is_waiting:
                self._set_to_work()
            if not self._turns:
                self._bag.give_up()
            elif self._turns.step(answer):
                return
        if not self._bag.unsettled:
            self._turns.gave_up.clear()  # the next time they may try again

    def _set_to_work(self) -> None:
        """Have idle lanes carry letters, too, if there are enough."""
        wanted = self._wanted() - len(self._turns)
        if wanted > 0:
            for lane in self._usable(self._turns.lanes | self._turns.gave_up)[:wanted]:
                self._turns.begin(lane, self._bag)

    # ── a server far away ────────────────────────────────────────────────────

    def _carry_in_threads(self) -> None:
        """A letter can come back from a broken connection when the other lanes have finished."""
        lanes = self._usable()[: self._wanted()]
        while lanes and self._bag.is_waiting:
            lanes = self._in_threads(lanes)
        self._bag.give_up()

    def _in_threads(self, lanes: Sequence[Lane]) -> list[Lane]:
        """Let them all carry letters until none is left; those that may go on if some are."""
        others = [self._threads.submit(_to_its_end, lane.carry(self._bag)) for lane in lanes[1:]]
        try:
            first = _to_its_end(lanes[0].carry(self._bag))
            goes_on = [first, *(other.result() for other in others)]
        except BaseException:
            self._bag.stop()
            wait(others)  # none may still use its connection when the next burst comes
            raise
        return [lane for lane, willing in zip(lanes, goes_on, strict=True) if willing]

    # ── lanes ────────────────────────────────────────────────────────────────

    def _wanted(self) -> int:
        """How many lanes the letters that are to be begun are worth."""
        return -(-self._bag.waiting // _WORTH)

    def _usable(self, but: Collection[Lane] = ()) -> list[Lane]:
        """The lanes that can begin, the open ones first; none when the server lets nobody in.

        The first connection is opened alone: a wrong password is tried once, not by all.
        """
        idle = [lane for lane in self._lanes if lane not in but]
        lanes = [lane for lane in idle if lane.is_open]
        closed = [lane for lane in idle if lane not in lanes]
        if not lanes and not but and closed and self._bag.waiting:
            first = closed.pop(0)
            if trouble := first.open():
                self._bag.trouble(trouble)
                return []
            lanes = [first]
        return lanes + [lane for lane in closed if not lane.is_resting]


def _to_its_end(carrying: Carrying) -> bool:
    """Carry on to the end, waiting for each answer; whether the lane may go on."""
    while True:
        try:
            next(carrying)
        except StopIteration as end:
            return bool(end.value)


def _sender(mail_from: str) -> str:
    """The bare address for the envelope, its domain in ASCII."""
    return parseaddr(sanitize_address(mail_from, "utf-8"))[1]
