"""Any SMTP server: ready bytes over a few connections that stay open, in parallel.

A burst is shared out letter by letter, so a slow connection holds up nobody but itself. One
thread a connection, because they wait for the network nearly all the time; the first is the
caller's own, so that a single connection needs no other thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from email.utils import parseaddr
from time import monotonic
from types import TracebackType
from typing import Final, Self

from django.conf import settings
from django.core.mail.message import sanitize_address

from newsletter.render import Digest
from newsletter.transports.smtp_burst import Burst
from newsletter.transports.smtp_lane import Lane
from subscribers.outcomes import Outcome

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
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._threads.shutdown()
        for lane in self._lanes:
            lane.close()

    def send(self, burst: Sequence[Digest]) -> list[Outcome]:
        """Transmit each mail to its one reader; outcomes in the burst's order, never an error.

        No mail is begun when half of its lease is over, so that none is under way when the
        lease ends.

        Raises:
            BaseException: the worker is told to stop; the whole burst is then in doubt.
        """
        letters = Burst(burst, monotonic() + settings.LEASE_SECONDS / 2)
        lanes = self._lanes_for(letters, len(burst))
        while lanes and letters.is_waiting:
            lanes = self._carry(lanes, letters)
        return letters.outcomes()

    def _lanes_for(self, letters: Burst, count: int) -> list[Lane]:
        """Those to use, the open ones first; none when the server lets nobody in.

        The first connection is opened alone: a wrong password is tried once, not by all.
        """
        lanes = [lane for lane in self._lanes if lane.is_open]
        closed = [lane for lane in self._lanes if lane not in lanes]
        if not lanes and count:
            first = closed.pop(0)
            if trouble := first.open():
                letters.trouble(trouble)
                return []
            lanes = [first]
        if lanes and lanes[0].latency < _NEAR:  # then the threads cost more than the waiting
            return lanes[:1]
        lanes += [lane for lane in closed if not lane.is_resting]
        return lanes[: -(-count // _WORTH)]

    def _carry(self, lanes: Sequence[Lane], letters: Burst) -> list[Lane]:
        """Let them all carry letters until none is left; those that may go on if some are.

        A letter can come back from a broken connection when the other lanes have finished.
        """
        others = [self._threads.submit(lane.carry, letters) for lane in lanes[1:]]
        try:
            goes_on = [lanes[0].carry(letters), *(other.result() for other in others)]
        except BaseException:
            letters.stop()
            wait(others)  # none may still use its connection when the next burst comes
            raise
        return [lane for lane, willing in zip(lanes, goes_on, strict=True) if willing]


def _sender(mail_from: str) -> str:
    """The bare address for the envelope, its domain in ASCII."""
    return parseaddr(sanitize_address(mail_from, "utf-8"))[1]
