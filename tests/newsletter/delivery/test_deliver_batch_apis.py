"""Deliveries over the batch API of a provider, with and without faults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from fakes.mail_api import FAULTS, Fault, MailApi, answering
from mail.factory import open_transport
from newsletter.delivery.deliver import deliver
from newsletter.delivery.queueing.dispatch import dispatch_due
from newsletter.delivery.types import Batch
from newsletter.editions.compose import compose
from newsletter.models import Delivery, Edition
from subscribers.models import Subscriber
from tests.factories import DAY, make_paper, make_signal, make_subscriber
from tests.mail.mails import APIS, point_at

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)


@pytest.fixture
def api() -> Iterator[MailApi]:
    with answering() as server:
        yield server


@pytest.fixture
def edition() -> Edition:
    for number in range(4):
        read_at = datetime(2025, 3, 14, 20, tzinfo=UTC)
        make_signal(make_paper(f"Paper {number}"), 5.0 * number + 1, read_at=read_at)
    return compose("weekly", DAY, NOW)


def make_subscribers(*names: str) -> None:
    for name in names:
        make_subscriber(f"{name}@example.com", weekday=5, hour=9, next_send_at=NOW)


def send(edition: Edition) -> None:
    for _ in dispatch_due("weekly", NOW):
        pass
    with open_transport() as transport:
        deliver(Batch(edition.pk, 1, 2**62), timezone.now() + timedelta(minutes=1), transport)


def states() -> dict[str, str]:
    rows = Delivery.objects.values_list("subscriber__email", "state")
    return {email.partition("@")[0]: state for email, state in rows}


@pytest.mark.parametrize("provider", sorted(APIS))
def test_due_subscribers_get_their_digests_in_one_request(
    settings: Settings, api: MailApi, edition: Edition, provider: str
) -> None:
    point_at(settings, provider, api.url)
    make_subscribers("ada", "bob", "cy")
    send(edition)
    assert (set(states().values()), len(api.calls)) == ({"sent"}, 1)
    assert set(api.count().values()) == {1}
    assert all(Delivery.objects.values_list("provider_id", flat=True))


def test_a_partial_failure_with_status_200_fails_its_rows(
    settings: Settings, api: MailApi, edition: Edition
) -> None:
    point_at(settings, "postmark", api.url)
    make_subscribers("ada", "inactive", "bob", "invalid")
    send(edition)
    assert states() == {"ada": "sent", "bob": "sent", "inactive": "failed", "invalid": "failed"}
    suppressed = Subscriber.objects.filter(state="suppressed").values_list("email", flat=True)
    assert list(suppressed) == ["inactive@example.com"]
    edition.refresh_from_db()
    assert edition.paused_at is None


def test_a_deferred_mail_waits_for_the_retry_after(
    settings: Settings, api: MailApi, edition: Edition
) -> None:
    point_at(settings, "resend", api.url)
    api.faults.append(Fault(429, {"Retry-After": "7200"}))
    make_subscribers("ada")
    send(edition)
    delivery = Delivery.objects.get()
    wait = delivery.next_attempt_at - timezone.now()
    assert delivery.state == "deferred"
    assert timedelta(minutes=118) < wait < timedelta(minutes=151)


def test_a_second_attempt_has_another_idempotency_key(
    settings: Settings, api: MailApi, edition: Edition
) -> None:
    point_at(settings, "resend", api.url)
    api.faults.append(Fault(500))
    make_subscribers("ada")
    send(edition)
    Delivery.objects.update(next_attempt_at=timezone.now())
    send(edition)
    assert states() == {"ada": "sent"}
    first, second = api.calls
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]


def test_without_a_response_mail_is_uncertain_and_not_resent(
    settings: Settings, api: MailApi, edition: Edition
) -> None:
    point_at(settings, "postmark", api.url)
    api.faults.append(FAULTS["silence"])
    make_subscribers("ada", "bob")
    send(edition)
    send(edition)
    assert set(states().values()) == {"uncertain"}
    assert (len(api.calls), set(api.count().values())) == (1, {1})


def test_a_wrong_key_pauses_the_edition_and_fails_no_mail(
    settings: Settings, api: MailApi, edition: Edition
) -> None:
    point_at(settings, "brevo", api.url, BREVO_API_KEY="wrong")
    make_subscribers("ada", "bob")
    send(edition)
    edition.refresh_from_db()
    assert set(states().values()) == {"deferred"}
    assert "HTTP 401" in edition.pause_reason
