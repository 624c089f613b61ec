"""Send an edition's deliveries in bursts: claim, personalise, mark, transmit, record.

Each step commits before the next begins, and the order is the whole point. Killed before
the mark, a batch's lease runs out and others take it up. Killed after it, the rows of one
burst stand in `sending` and the sweeper makes them `uncertain`: nobody can know whether they
left, and a mail is never sent twice.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from newsletter import queries
from newsletter.pace import pace_of_settings
from newsletter.press import Choice, Press, press_of
from newsletter.queries import Claimed, Imprint, Range, Result
from newsletter.readers import Recipient, recipients
from newsletter.reasons import skipped
from newsletter.record import conclude
from newsletter.render import RENDERER, Digest, digest_of
from newsletter.throttle import Throttle
from newsletter.tokens import current_key_id
from newsletter.transports import Transport
from subscribers.outcomes import Outcome

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

BATCH: Final = 500  # mails claimed and personalised at once
_PATIENCE: Final = 120.0  # seconds in which the database may come back


def deliver(batch: Range, until: datetime, transport: Transport) -> Range | None:
    """Send what waits in a range of deliveries; what is left of it when the time was too short.

    Stops when nothing is left to claim, or after the burst in which `until` passes: a server or
    a pace that is slow must not keep a task beyond its time limit, nor a worker from its end.
    """
    press = press_of(batch.edition_id)
    while timezone.now() < until:
        fence, claimed = queries.claim(
            batch, timezone.now(), BATCH, timedelta(seconds=settings.LEASE_SECONDS)
        )
        if not claimed:
            return None
        unsent = _Batch(press, transport, fence, until).send(claimed)
        batch = replace(batch, first=unsent or claimed[-1].id + 1)
    return batch


class _Batch:
    """The deliveries of one claim, on their way through the press and the transport."""

    def __init__(
        self, press: Press, transport: Transport, fence: uuid.UUID, until: datetime
    ) -> None:
        self._press = press
        self._edition = press.edition_id
        self._transport = transport
        self._fence = fence
        self._until = until
        self._throttle = Throttle(pace_of_settings())

    def send(self, claimed: Sequence[Claimed]) -> int | None:
        """Send burst by burst; the first mail that was given back when the time was over."""
        readers = recipients([mail.reader_id for mail in claimed if mail.reader_id])
        choices, skips = self._personalize(claimed, readers)
        queries.skip(self._edition, self._fence, skips)
        ready = [mail for mail in claimed if mail.id in choices]
        results: list[Result] = []
        size = self._throttle.burst_size(settings.BURST_SIZE)
        for place, candidates in enumerate(_bursts(ready, size)):
            if place and timezone.now() >= self._until:
                self._record_now(results)
                self._give_back(ready)
                return candidates[0].id
            if self._throttle.may_wait:  # then what is known must not wait with it
                results = self._record_now(results)
            burst = self._admitted(candidates, readers)
            if not burst:
                continue
            held = self._turn_over(results, burst, choices)
            mails = [self._digest(mail, choices, readers) for mail in burst if mail.id in held]
            if not mails:  # the edition was paused, or the rows are somebody else's by now
                self._give_back(ready)
                return None
            outcomes = self._transport.send(mails)
            self._throttle.note([mail.to for mail in mails], outcomes)
            results = self._conclude(mails, burst, outcomes)
        self._record_now(results)
        return None

    def _give_back(self, mails: Sequence[Claimed]) -> None:
        """Those of them that nothing has become of yet, for whoever comes next."""
        queries.release(self._edition, self._fence, [mail.id for mail in mails])

    def _admitted(
        self, candidates: Sequence[Claimed], readers: Mapping[int, Recipient]
    ) -> list[Claimed]:
        """Those of a burst whom the pace lets go now; the others are put off."""
        now = timezone.now()
        addresses = {mail.id: readers[mail.reader_id or 0].email for mail in candidates}
        wait = self._throttle.admit(addresses, now).wait
        if wait:  # patiently, for the outcomes of the burst before are still in memory only
            patiently(lambda: queries.put_off(self._edition, self._fence, wait, now))
        return [mail for mail in candidates if mail.id not in wait]

    def _turn_over(
        self, results: Sequence[Result], burst: Sequence[Claimed], choices: Mapping[int, Choice]
    ) -> set[int]:
        """Record the burst before and mark this one, in one commit; the ids still held.

        So at most one burst is uncertain should this process be killed.
        """
        now = timezone.now()
        imprint = Imprint(now.replace(microsecond=0), RENDERER, current_key_id())
        for mail in burst:
            mail.attempts += 1
            mail.imprint = mail.imprint or imprint
        picks = {mail.id: choices[mail.id].json for mail in burst}
        until = now + timedelta(seconds=settings.LEASE_SECONDS)

        def turn() -> set[int]:
            self._record(results)
            return queries.mark_sending(self._edition, self._fence, picks, imprint, until)

        return patiently(turn)

    def _conclude(
        self, mails: Sequence[Digest], burst: Sequence[Claimed], outcomes: Sequence[Outcome]
    ) -> list[Result]:
        """Patiently, for these mails have left, and a mailbox that is gone is written down."""
        now = timezone.now()
        return patiently(lambda: conclude(self._edition, mails, burst, outcomes, now))

    def _record_now(self, results: Sequence[Result]) -> list[Result]:
        """Record without waiting for the next burst; the results that are left to record: none."""
        if results:
            patiently(lambda: self._record(results))
        return []

    def _record(self, results: Sequence[Result]) -> None:
        if results:
            queries.record(self._edition, self._fence, results, timezone.now())

    def _digest(
        self, mail: Claimed, choices: Mapping[int, Choice], readers: Mapping[int, Recipient]
    ) -> Digest:
        assert mail.imprint  # noqa: S101 (for the type checker: it was marked)
        return digest_of(
            delivery_id=mail.id,
            key_id=mail.imprint.key_id,
            to=readers[mail.reader_id or 0].email,
            dated_at=mail.imprint.dated_at,
            sheet=choices[mail.id].sheet,
            attempts=mail.attempts,
        )

    def _personalize(
        self, claimed: Sequence[Claimed], readers: Mapping[int, Recipient]
    ) -> tuple[dict[int, Choice], dict[int, str]]:
        """Each delivery's choice, or the reason why it gets no mail, by the delivery's id.

        A delivery that is tried again keeps the picks of its first try: the same mail.
        """
        seen = queries.seen_papers(list(readers), self._edition, *self._press.seen_since)
        choices: dict[int, Choice] = {}
        skips: dict[int, str] = {}
        for mail in claimed:
            reader = readers.get(mail.reader_id or 0)
            if reader is None:
                skips[mail.id] = "the reader was deleted"
            elif reader.refusal:
                skips[mail.id] = reader.refusal
            elif mail.picks:
                choices[mail.id] = self._press.restore(mail.picks)
            else:
                choice = self._press.choose(reader.wants, seen.get(reader.id, ()))
                if len(choice.picks) < settings.DIGEST_MINIMUM:
                    skips[mail.id] = skipped(len(choice.picks), reader.wants.follows_all)
                else:
                    choices[mail.id] = choice
        return choices, skips


def patiently(work: Callable[[], Answer]) -> Answer:
    """Do this in a transaction; again and again when the database is away, for two minutes.

    What a server has accepted must reach the ledger though PostgreSQL restarts meanwhile, so
    `work` must be something that may run twice: the answer to a commit can get lost.
    """
    deadline = time.monotonic() + _PATIENCE
    pause = 0.1
    while True:
        try:
            with transaction.atomic():
                return work()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            log.warning("the database is away, trying again: %s", str(error).strip())
            connection.close()
            time.sleep(pause)
            pause = min(pause * 2, 5.0)


def _bursts(mails: Sequence[Claimed], size: int) -> Iterator[Sequence[Claimed]]:
    for start in range(0, len(mails), size):
        yield mails[start : start + size]
