"""Send an edition's deliveries in bursts: claim, personalise, mark, transmit, record.

Each step commits before the next begins, and the order is the whole point. Killed before
the mark, a batch's lease runs out and others take it up. Killed after it, the rows that stand
in `sending` are swept up as `uncertain`: nobody can know whether they left, and a mail is never
sent twice. There are never more of them than BURST_SIZE.

Mails transport: when half of a burst has left, the next half is marked, in the same commit that
records the first, while the other half is on its way. So the server does not wait for the
database, nor the other way round. A provider that takes a whole burst in one request gets it
whole.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from mail.factory import StreamingTransport, Transport, as_streaming
from newsletter.delivery import ledger
from newsletter.delivery.async_query import pending_query
from newsletter.delivery.ledger import Claimed, Range, RenderStamp, Result, Statement
from newsletter.delivery.rates import send_rates
from newsletter.delivery.recipients import Recipient, recipients
from newsletter.delivery.record import conclude
from newsletter.delivery.throttle import Throttle
from newsletter.editions.loaded import LoadedEdition, Selection, load_edition
from newsletter.editions.reasons import skipped
from newsletter.editions.render import RENDERER, Digest, build_digest
from newsletter.editions.tokens import current_key_id, knows_key

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

BATCH: Final = 500  # mails for which a bell is rung
_CLAIM: Final = 150  # mails claimed at once
_PATIENCE: Final = 120.0  # seconds in which the database may come back


def deliver(batch: Range, until: datetime, transport: Transport) -> Range | None:
    """Send what waits in a range of deliveries; what is left of it when the time was too short.

    Stops when nothing is left to claim, or after the burst in which `until` passes: a server or
    a pace that is slow must not keep a task beyond its time limit, nor a worker from its end.
    """
    return _Run(load_edition(batch.edition_id), as_streaming(transport), until).send(batch)


class _Run:
    """The deliveries of a range on their way through press and transport, under one fence."""

    def __init__(
        self, press: LoadedEdition, transport: StreamingTransport, until: datetime
    ) -> None:
        self._press = press
        self._edition = press.edition_id
        self._transport = transport
        self._until = until
        self._fence = uuid.uuid4()
        self._throttle = Throttle(send_rates())
        self._readers: Mapping[int, Recipient] = {}
        self._seen: Mapping[int, set[int]] = {}
        self._choices: dict[int, Selection] = {}  # by delivery, as the next one
        self._attempts: dict[int, int] = {}

    def send(self, batch: Range) -> Range | None:
        """Send claim by claim; what is left of the range when the time is over."""
        try:
            left = self._send(batch)
            self._let_leave()
        except BaseException:
            self._transport.reset()
            raise
        return left

    def _send(self, batch: Range) -> Range | None:
        while batch.first <= batch.last:
            if timezone.now() >= self._until:
                return batch
            claimed = self._claim(batch)
            if not claimed:
                return None
            unsent = self._send_claimed(claimed)
            batch = replace(batch, first=unsent or claimed[-1].id + 1)
        return None

    def _send_claimed(self, claimed: Sequence[Claimed]) -> int | None:
        """Send burst by burst; the first mail that was given back when the time was over."""
        for place, candidates in enumerate(self._bursts(claimed)):
            if place and timezone.now() >= self._until:
                self._give_back(claimed)
                return candidates[0].id
            if self._throttle.may_wait:  # then what is known must not wait with it
                self._let_leave()
            burst = self._admitted(candidates)
            if burst and not self._let_go(burst):
                self._give_back(claimed)
                return None
        return None

    def _claim(self, batch: Range) -> list[Claimed]:
        """Whole bursts, and all that there is to know of their readers, while others leave."""
        size, lease = self._burst_size(), timedelta(seconds=settings.LEASE_SECONDS)
        most = max(_CLAIM // size, 1) * size
        _, claimed = ledger.claim(
            batch, timezone.now(), most, lease, fence=self._fence, ask=self._ask
        )
        if not claimed:
            return []
        self._readers = recipients([m.reader_id for m in claimed if m.reader_id], self._ask)
        since = self._press.seen_since
        self._seen = ledger.seen_papers(list(self._readers), self._edition, *since, self._ask)
        return claimed

    def _ask(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Ask the database, and let mails leave until it answers."""
        with pending_query(Statement(sql, values)) as asked:
            self._transport.run_until(pending=asked)
        if asked.rows is None:
            return retry_until_database_returns(lambda: ledger.rows_of(sql, **values))
        return asked.rows

    def _bursts(self, claimed: Sequence[Claimed]) -> Iterator[list[Claimed]]:
        """Full bursts of those that shall get a mail, however many others end without."""
        size, ready = self._burst_size(), list[Claimed]()
        for start in range(0, len(claimed), size):
            ready += self._personalized(claimed[start : start + size])
            if len(ready) >= size:
                yield ready[:size]
                ready = ready[size:]
        if ready:
            yield ready

    def _burst_size(self) -> int:
        usual = settings.BURST_SIZE
        return self._throttle.burst_size(
            max(usual // 2, 1) if self._transport.is_streaming else usual
        )

    def _give_back(self, claimed: Sequence[Claimed]) -> None:
        """What nothing has become of is for whoever comes next."""
        self._let_leave()
        ledger.release(self._edition, self._fence, [mail.id for mail in claimed])

    # ── which mails ──────────────────────────────────────────────────────────

    def _personalized(self, claimed: Sequence[Claimed]) -> list[Claimed]:
        """Those that shall get a mail, each with its choice; the others end with their reason.

        A delivery that is tried again keeps the picks of its first try: the same mail.
        """
        skips: dict[int, str] = {}
        for mail in claimed:
            reader = self._readers.get(mail.reader_id or 0)
            if reader is None:
                skips[mail.id] = "the reader was deleted"
            elif reader.skip_reason:
                skips[mail.id] = reader.skip_reason
            elif mail.stamp and not knows_key(mail.stamp.key_id):
                skips[mail.id] = "the key of its links is no longer in the settings"
            elif mail.picks:
                self._choices[mail.id] = self._press.restore(mail.picks)
            else:
                choice = self._press.select(reader.interests, self._seen.get(reader.id, ()))
                if len(choice.picks) < settings.DIGEST_MINIMUM:
                    skips[mail.id] = skipped(len(choice.picks), reader.interests.follows_all)
                else:
                    self._choices[mail.id] = choice
        if skips:  # patiently, for other mails may be on their way
            retry_until_database_returns(lambda: ledger.skip(self._edition, self._fence, skips))
        return [mail for mail in claimed if mail.id in self._choices]

    def _admitted(self, candidates: Sequence[Claimed]) -> list[Claimed]:
        """Those of a burst whom the pace lets go now; the others are put off."""
        now = timezone.now()
        addresses = {mail.id: self._readers[mail.reader_id or 0].email for mail in candidates}
        wait = self._throttle.admit(addresses, now).wait
        if wait:
            retry_until_database_returns(
                lambda: ledger.defer(self._edition, self._fence, wait, now)
            )
        return [mail for mail in candidates if mail.id not in wait]

    # ── their way ────────────────────────────────────────────────────────────

    def _let_go(self, burst: Sequence[Claimed]) -> bool:
        """Mark a burst and put it into the transport; False when nothing of it may be sent.

        It is marked when there is room for it, so that no more than BURST_SIZE mails are in doubt
        should this process be killed; and mails before it leave while it is marked.
        """
        self._transport.run_until(left=max(settings.BURST_SIZE - len(burst), 0))
        turn = self._turn_over(self._known(), burst)
        held = {number for (number,) in self._ask(turn.sql, **turn.values)}
        mails = [self._digest(mail) for mail in burst if mail.id in held]
        self._transport.submit(mails, settings.LEASE_SECONDS / 2)
        if not self._transport.is_streaming:
            self._transport.run_until()
        return bool(held)  # none: the edition was paused, or the rows are somebody else's by now

    def _turn_over(self, results: Sequence[Result], burst: Sequence[Claimed]) -> Statement:
        """Record these results and mark this burst, in one commit; it returns the ids still held.

        Results that are not alike, which is rare, are recorded at once and by themselves.
        """
        now = timezone.now()
        stamp = RenderStamp(now.replace(microsecond=0), RENDERER, current_key_id())
        for mail in burst:
            mail.stamp = mail.stamp or stamp
            self._attempts[mail.id] = mail.attempts + 1
        picks = {mail.id: self._choices[mail.id].json for mail in burst}
        until = now + timedelta(seconds=settings.LEASE_SECONDS)
        mark_sending = ledger.mark_sending(self._edition, self._fence, picks, stamp, until)
        record_outcomes = ledger.record_outcomes(self._edition, self._fence, results, now)
        if len(record_outcomes) == 1:
            return ledger.record_and_mark(record_outcomes[0], mark_sending)
        self._record(record_outcomes)
        return mark_sending

    def _digest(self, mail: Claimed) -> Digest:
        assert mail.stamp  # noqa: S101 (for the type checker: it was marked)
        return build_digest(
            delivery_id=mail.id,
            key_id=mail.stamp.key_id,
            to=self._readers[mail.reader_id or 0].email,
            dated_at=mail.stamp.dated_at,
            body=self._choices[mail.id].body,
            attempts=self._attempts[mail.id],
        )

    # ── what became of them ──────────────────────────────────────────────────

    def _let_leave(self) -> None:
        """Let all that is in the transport leave, and record it."""
        self._record_known()  # before, for the rest may take its time
        self._transport.run_until()
        self._record_known()

    def _known(self) -> list[Result]:
        """What has become of mails meanwhile; a mailbox that is gone is written down.

        Patiently, for these mails have left.
        """
        settled = self._transport.drain()
        if not settled:
            return []
        self._throttle.note([(mail.to, outcome) for mail, outcome in settled])
        now = timezone.now()
        return retry_until_database_returns(
            lambda: conclude(self._edition, settled, self._attempts, now)
        )

    def _record_known(self) -> None:
        results = self._known()
        self._record(ledger.record_outcomes(self._edition, self._fence, results, timezone.now()))

    def _record(self, record_outcomes: Sequence[Statement]) -> None:
        for statement in record_outcomes:
            retry_until_database_returns(partial(ledger.changed, statement))


def retry_until_database_returns(work: Callable[[], Answer]) -> Answer:
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
