"""Readers of two languages in one batch: each gets theirs, and the ledger says which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from mail.journal import NO_JOURNAL, Journal
from mail.message import Message
from mail.outcome import Outcome
from newsletter.delivery.deliver import deliver
from newsletter.editions.compose import compose
from newsletter.editions.loaded_edition import rebuild
from newsletter.models import Delivery, Edition
from subscribers.models import Subscriber
from tests.factories import (
    DAY,
    make_batch,
    make_delivery,
    make_paper,
    make_signal,
    make_subscriber,
)

pytestmark = pytest.mark.django_db
BEFORE = datetime(2025, 3, 15, 9, tzinfo=UTC)
SUBJECTS = {
    "en": "Walruses swim, and 1 more paper",
    "de": "Walruses swim und 1 weitere Arbeit",
}


class Server:
    """A transport that keeps the messages, and gives each burst the next outcome."""

    def __init__(self, *states: str) -> None:
        self.sent: dict[int, tuple[str, bytes]] = {}
        self._states = list(states)

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        self.sent |= {mail.reference: (mail.subject, mail.as_bytes()) for mail in burst}
        state = self._states.pop(0) if self._states else "accepted"
        return [Outcome(state) for _ in burst]  # type: ignore[arg-type]


@pytest.fixture
def edition(settings: Settings) -> Edition:
    settings.DIGEST_MINIMUM = 1
    for number, title in enumerate(("Walruses swim", "Walruses sing")):
        make_signal(make_paper(title), 90 - 30 * number)
    return compose("weekly", DAY, BEFORE)


def run(edition: Edition, server: Server) -> None:
    assert deliver(make_batch(edition), timezone.now() + timedelta(minutes=1), server) is None


def test_one_batch_sends_each_reader_their_language_and_stores_it(edition: Edition) -> None:
    languages = ["en", "de", "de", "en", "fr"]
    made = {
        make_delivery(edition, make_subscriber(language=language)).pk: language
        for language in languages
    }
    server = Server()
    run(edition, server)
    for delivery in Delivery.objects.select_related("content"):
        known = "en" if made[delivery.pk] == "fr" else made[delivery.pk]
        subject, message = server.sent[delivery.pk]
        assert (delivery.state, delivery.content.language) == ("sent", known)
        assert subject == SUBJECTS[known]
        assert delivery.subscriber is not None
        assert rebuild(delivery, delivery.subscriber.email).as_bytes() == message


def test_another_attempt_sends_the_same_message_though_the_language_was_changed(
    edition: Edition,
) -> None:
    reader = make_subscriber(language="de")
    delivery = make_delivery(edition, reader)
    first, second = Server("deferred"), Server()
    run(edition, first)
    Subscriber.objects.update(language="en")
    Delivery.objects.update(next_attempt_at=BEFORE)
    run(edition, second)
    assert second.sent == first.sent
    assert second.sent[delivery.pk][0] == SUBJECTS["de"]
