"""Each recorded request of a provider: its answer, and what is stored of it; once, in any order.

recorded_answers.txt is the table; REWRITE=1 writes it anew, to be read before it is committed.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.events.process import BATCH, process_events
from newsletter.models import Delivery, DeliveryEvent, InboundMessage
from subscribers.models import Subscriber, Suppression
from tests.factories import make_delivery, make_edition, make_subscriber
from tests.newsletter.events.conftest import NOW
from tests.newsletter.events.recordings import (
    TABLE,
    Recording,
    expect_events_of,
    expected_answers,
    recordings,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.shared,
    # django-anymail warns at each use that nobody of its authors uses SendGrid any more.
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),
]
PROVIDERS = [
    *("amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill"),
    *("postmark", "resend", "sendgrid", "sparkpost"),
]


def answer(client: Client, recording: Recording) -> str:
    """What came of one request: its status, and the events that it stored."""
    DeliveryEvent.objects.all().delete()
    InboundMessage.objects.all().delete()
    status = recording.post(client).status_code
    events = [
        " ".join(filter(None, (e.kind, e.recipient, "hard" if e.is_hard else "", e.reject_reason)))
        for e in DeliveryEvent.objects.order_by("pk")
    ]
    mails = [f"mail: {one.kind}" for one in InboundMessage.objects.order_by("pk")]
    return "; ".join([str(status), *events, *mails])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_request_has_its_answer_and_its_events(
    shared: Path, settings: Settings, client: Client, provider: str
) -> None:
    expect_events_of(settings, provider)
    client.raise_request_exception = False
    found = {one.name: answer(client, one) for one in recordings(shared, provider)}
    expected = expected_answers()
    if "REWRITE" in os.environ:
        rows = sorted((expected | found).items())
        comment = "# A recorded request | its status; each event or mail that is stored of it.\n"
        TABLE.write_text(comment + "".join(f"{name} | {text}\n" for name, text in rows))
    assert found == {name: expected.get(name) for name in found}


def test_the_table_has_each_recording_and_no_other(shared: Path) -> None:
    names = [one.name for one in recordings(shared)]
    assert len(names) == 308
    assert sorted(names) == sorted(expected_answers())


def state() -> list[object]:
    """What all events did: to deliveries, to readers, to suppressed addresses."""
    return [
        sorted(Delivery.objects.values_list("subscriber__email", "state", "reason")),
        sorted(Subscriber.objects.values_list("email", "state")),
        sorted(Suppression.objects.values_list("address_hash", "reason")),
        sorted(DeliveryEvent.objects.values_list("fingerprint", "kind")),
    ]


def process_all() -> None:
    DeliveryEvent.objects.exclude(due_at=None).update(due_at=NOW)
    while process_events(NOW) == BATCH:
        pass


@pytest.mark.parametrize("provider", PROVIDERS)
def test_two_replays_in_any_order_end_the_same(
    shared: Path, settings: Settings, client: Client, provider: str
) -> None:
    """A delivery to each address that the recordings name: its events find it."""
    expect_events_of(settings, provider)
    client.raise_request_exception = False
    found = recordings(shared, provider)
    for one in found:
        one.post(client)
    rows = list(DeliveryEvent.objects.exclude(recipient="").order_by("pk"))
    DeliveryEvent.objects.all().delete()
    edition = make_edition()
    for row in {row.recipient: row for row in rows}.values():
        reader = make_subscriber(row.recipient)
        make_delivery(edition, reader, state="uncertain", attempts=1, provider_id=row.message_id)
    before, ends = state(), []
    for seed in (None, 1, 2, 3):
        order = found * 2
        if seed is not None:
            random.Random(seed).shuffle(order)  # noqa: S311
        for one in order:
            one.post(client)
            if seed == 3:  # as the task does, between them
                process_all()
        process_all()
        ends.append(state())
        _restore(before)
    assert ends[1:] == ends[:1] * 3
    if rows:
        assert ends[0] != before


def _restore(before: list[object]) -> None:
    DeliveryEvent.objects.all().delete()
    Suppression.objects.all().delete()
    Subscriber.objects.update(state="active")
    Delivery.objects.update(state="uncertain", reason="")
    assert state() == before
