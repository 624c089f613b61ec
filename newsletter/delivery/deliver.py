"""Send a batch of deliveries: claim, decide, mark, transmit, record.

What is claimed and marked is committed before a message leaves, and the order is the point. A
process that is killed before the mark leaves leases that run out, and another worker claims the
deliveries again. One that is killed after it leaves rows in `sending`, which become `uncertain`: it
cannot be known whether those messages left, and a message is never sent twice. BURST_SIZE bounds
how many: the commit that marks a burst records the one before. What the process wrote to its
journal shows for most of them what became of them: recover.py.

Each process waits for PostgreSQL and for the mail server in turn. Four processes on two cores
fill those waits: docs/decisions/0016-one-burst-at-a-time.md has the figures.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from mail.journal import NO_JOURNAL, Journal
from mail.outcome import ERRORS_OF_OURS, Outcome
from mail.relay import process_relay
from mail.transport import Transport
from newsletter.delivery import ledger
from newsletter.delivery.decide import Skip, decide
from newsletter.delivery.rates.send_rates import send_rates
from newsletter.delivery.rates.throttle import Throttle
from newsletter.delivery.recipients import Recipient, recipients
from newsletter.delivery.record import record, record_and_mark
from newsletter.delivery.seen import seen_papers
from newsletter.delivery.types import Batch, Burst, Claimed, Item, Owner, RenderStamp
from newsletter.delivery.withdrawn import withdrawn_papers, without_withdrawn
from newsletter.editions.keys import current_key_id, knows_key
from newsletter.editions.loaded_edition import LoadedEdition, Selection, load_edition
from newsletter.editions.personal.known_papers import papers_of
from newsletter.editions.reasons import NOT_RENDERED
from newsletter.editions.rendering.body import RENDERER
from newsletter.editions.rendering.message import Digest
from newsletter.models import Edition

log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH: Final = 500  # deliveries that one task gets
_CLAIM: Final = 250  # deliveries that are claimed at once
_PATIENCE: Final = 120.0  # seconds in which the database may come back


def deliver(
    batch: Batch, until: datetime, transport: Transport, journal: Journal = NO_JOURNAL
) -> Batch | None:
    """Send what waits in a batch; returns what is left of it when the time was too short.

    Stops when nothing is left to claim, or after the burst in which `until` passes: a slow
    server or a low rate must not keep a task beyond its time limit, nor a worker from its end.
    """
    try:
        edition = load_edition(batch.edition_id)
    except Edition.DoesNotExist:  # it is being composed again; the next ticks find these rows
        return None
    with closing(_Sender(edition, transport, journal)) as sender:
        while batch.first <= batch.last:
            if timezone.now() >= until:
                return batch
            claimed = sender.claim(batch)
            if not claimed:
                return None
            for number, burst in enumerate(sender.bursts(claimed)):
                if number and timezone.now() >= until:
                    sender.release(claimed)
                    return replace(batch, first=burst.items[0].id)
                if not sender.send(burst):
                    sender.release(claimed)
                    return None
            batch = replace(batch, first=claimed[-1].id + 1)
    return None


class _Sender:
    """One edition, one transport, and the fence under which this process claims deliveries."""

    def __init__(self, edition: LoadedEdition, transport: Transport, journal: Journal) -> None:
        self._edition = edition
        self._transport = transport
        self._fence = uuid.uuid4()
        self._rates = send_rates()
        self._throttle = Throttle(self._rates)
        self._relay = process_relay()
        self._outcomes: list[tuple[Digest, Outcome]] = []  # of the last burst, not recorded yet
        self._journal = journal
        self._is_transmitting = False
        journal.start(Owner(edition.edition_id, self._fence).as_text())

    def claim(self, batch: Batch) -> list[Claimed]:
        """Claim whole bursts, _CLAIM deliveries or one burst; none when nothing waits.

        None either while the mail server takes no mail: the ticks find what waits.
        """
        if not self._relay.is_open:
            return []
        size = self._burst_size
        most = max(_CLAIM // size, 1) * size
        lease = timedelta(seconds=settings.LEASE_SECONDS)
        return retry_until_database_returns(
            lambda: ledger.claim(
                batch,
                timezone.now(),
                most,
                lease,
                self._fence,
                composed_at=self._edition.composed_at,
            )
        )

    def bursts(self, claimed: Sequence[Claimed]) -> Iterator[Burst]:
        """Full bursts of those that get a digest; the others end with their reason."""
        items = retry_until_database_returns(lambda: self._decide(claimed))
        size = self._burst_size
        for start in range(0, len(items), size):
            # With its microseconds: Message-IDs and tokens depend on it.
            stamp = RenderStamp(timezone.now(), RENDERER, current_key_id())
            yield Burst(items[start : start + size], stamp)

    def send(self, burst: Burst) -> bool:
        """Record the burst before, mark this one in the same commit, and transmit it.

        Returns False when none of it could be marked (the edition was paused, or another worker
        holds the rows by now), or when the mail server takes no mail.
        """
        if self._rates.overall:  # the throttle may sleep, and the outcomes must not wait for it
            self._record_last()
        admitted = self._admit(burst)
        if not admitted:
            return True
        count = self._relay.admits(len(admitted))
        if not count:
            return False
        return self._send(admitted.first(count)) and count == len(admitted)

    def _send(self, burst: Burst) -> bool:
        """Mark and transmit; False when none of it could be marked."""
        edition, now = self._edition.edition_id, timezone.now()
        self._journal.plan(item.id for item in burst)
        held = retry_until_database_returns(
            lambda: record_and_mark(edition, self._fence, self._outcomes, burst, now)
        )
        self._outcomes = []
        digests = burst.keep(held).digests()
        self._is_transmitting = True
        outcomes = self._relay.note(self._transport.send(digests, self._journal))
        self._is_transmitting = False
        self._outcomes = list(zip(digests, outcomes, strict=True))
        self._note_answers()
        self._throttle.note([(digest.to, outcome) for digest, outcome in self._outcomes])
        return bool(held)

    def _note_answers(self) -> None:
        """What only the whole burst could decide; the transport has noted what was accepted."""
        for digest, outcome in self._outcomes:
            if outcome.state != "accepted":
                self._journal.answer(digest.reference, outcome)
        self._journal.flush()

    def close(self) -> None:
        """Record the outcomes of the last burst; then the journal is not needed any more.

        Except when a burst was broken off, by the task's time limit for instance.
        """
        self._record_last()
        if not self._is_transmitting:
            self._journal.clear()

    def _record_last(self) -> None:
        if self._outcomes:
            edition, now = self._edition.edition_id, timezone.now()
            retry_until_database_returns(lambda: record(edition, self._fence, self._outcomes, now))
            self._outcomes = []

    def release(self, claimed: Sequence[Claimed]) -> None:
        """Give back the deliveries of a claim that were not sent; another task takes them."""
        self._record_last()  # the outcomes first: they must not wait for the rest of the claim
        ids = [one.id for one in claimed]
        retry_until_database_returns(
            lambda: ledger.release(self._edition.edition_id, self._fence, ids)
        )

    @property
    def _burst_size(self) -> int:
        return self._throttle.burst_size(settings.BURST_SIZE)

    def _decide(self, claimed: Sequence[Claimed]) -> list[Item]:
        by_id = recipients([one.subscriber_id for one in claimed if one.subscriber_id])
        edition = self._edition
        seen = seen_papers(list(by_id), edition.edition_id, edition.seen_scope)
        withdrawn = withdrawn_papers(edition.edition_id)
        edition.learn(_papers_of_profiles(by_id.values()))
        items, skips = list[Item](), dict[int, str]()
        for stored in claimed:
            delivery = without_withdrawn(stored, withdrawn)
            recipient = by_id.get(delivery.subscriber_id or 0)
            unwanted = seen.get(delivery.subscriber_id or 0, withdrawn)
            if withdrawn:
                unwanted = withdrawn.union(unwanted)
            found = self._decide_one(delivery, recipient, unwanted)
            if isinstance(found, Skip):
                skips[delivery.id] = found.reason
            elif recipient:
                items.append(Item(delivery, recipient, found))
        ledger.skip(edition.edition_id, self._fence, skips)
        return items

    def _decide_one(
        self, delivery: Claimed, recipient: Recipient | None, seen: Collection[int]
    ) -> Selection | Skip:
        """Decide, and build the digest: an error of ours ends this delivery and no other.

        After the mark, the same error would leave its whole burst in doubt.
        """
        try:
            found = decide(
                delivery,
                recipient,
                seen,
                self._edition,
                minimum=settings.DIGEST_MINIMUM,
                knows_key=knows_key,
                compared=settings.INTERLEAVE,
            )
            return found if isinstance(found, Skip) else found.built()
        except ERRORS_OF_OURS:
            log.exception("an error of ours: delivery %s gets no digest", delivery.id)
            return Skip(NOT_RENDERED)

    def _admit(self, burst: Burst) -> Burst:
        """Those of a burst that the send rates let go now; the others are deferred."""
        now = timezone.now()
        admission = self._throttle.admit(burst.addresses, now)
        if admission.wait:
            retry_until_database_returns(
                lambda: ledger.defer(self._edition.edition_id, self._fence, admission.wait, now)
            )
        return burst.keep(set(admission.go))


def _papers_of_profiles(recipients: Iterable[Recipient]) -> set[int]:
    """The papers of all their profiles: none for most."""
    profiles = (recipient.interests.profile for recipient in recipients)
    return set().union(*(papers_of(profile) for profile in profiles if profile))


def retry_until_database_returns(work: Callable[[], T]) -> T:
    """Do this again and again while the database is away, for two minutes.

    What a server has accepted must reach the ledger though PostgreSQL restarts in between. So
    `work` must be something that may run twice: the answer to a commit can get lost.
    """
    deadline = time.monotonic() + _PATIENCE
    pause = 0.1
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            log.warning("the database cannot be reached, trying again: %s", str(error).strip())
            connection.close()
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
