"""Confirmations over the batch APIs of providers, as digests are sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from fakes.mail_api import FAULTS, Fault, MailApi, answering
from mail.backoff import share
from mail.factory import open_transport
from subscribers.models import TransactionalMail
from subscribers.send_transactional import send_waiting
from tests.factories import NOON, make_mail, make_subscriber
from tests.mail.mails import APIS, make_digest, point_at

pytestmark = pytest.mark.django_db
State = TransactionalMail.State


@pytest.fixture
def api() -> Iterator[MailApi]:
    with answering() as server:
        yield server


def send(now: datetime = NOON) -> int:
    with open_transport() as transport:
        return send_waiting(transport, lambda: now)


@pytest.mark.parametrize("provider", sorted(APIS))
def test_a_confirmation_is_a_batch_of_one(settings: Settings, api: MailApi, provider: str) -> None:
    point_at(settings, provider, api.url)
    mail = make_mail(make_subscriber("ada@example.com"))
    assert send() == 1
    [call], [received] = api.calls, api.mails
    assert call.path == f"/api/{APIS[provider].path}"
    assert (received.to, received.subject) == (
        "ada@example.com",
        "Confirm your address for Trending Papers",
    )
    assert received.message_id.startswith(f"<confirm.{mail.pk}.")
    assert "delivery" not in str(dict(received.headers))
    mail.refresh_from_db()
    assert mail.state == State.SENT
    assert mail.provider_id.endswith("-…")  # this API's ids hold the address


def test_a_confirmation_in_doubt_is_sent_again_under_another_key(
    settings: Settings, api: MailApi
) -> None:
    """Resend would repeat its first reply to the same key, and no second message would leave."""
    point_at(settings, "resend", api.url)
    api.faults.extend([FAULTS["silence"]] * 3)
    mail = make_mail(make_subscriber())
    send()
    mail.refresh_from_db()
    assert mail.state == State.DEFERRED
    send(mail.next_attempt_at)
    mail.refresh_from_db()
    assert mail.state == State.SENT
    keys = [call.headers["Idempotency-Key"] for call in api.calls]
    assert len(set(keys)) == 2
    assert keys[-1] != keys[0]


def test_a_confirmation_and_a_digest_with_one_number_have_two_keys(
    settings: Settings, api: MailApi
) -> None:
    """The same number, date and attempt in two ledgers: with one key, one would not be sent."""
    point_at(settings, "resend", api.url)
    mail = make_mail(make_subscriber())
    with open_transport() as transport:
        send_waiting(transport, lambda: NOON)
        assert transport.send([make_digest(mail.pk, dated_at=NOON)])[0].state == "accepted"
    assert len({call.headers["Idempotency-Key"] for call in api.calls}) == 2
    assert len(api.mails) == 2


def test_the_pause_that_a_provider_asks_for_is_kept(settings: Settings, api: MailApi) -> None:
    point_at(settings, "postmark", api.url)
    api.faults.append(Fault(429, {"Retry-After": "3600"}))
    mail = make_mail(make_subscriber())
    send()
    mail.refresh_from_db()
    spread = timedelta(minutes=15) * share(mail.pk)
    assert (mail.state, mail.next_attempt_at) == (
        State.DEFERRED,
        NOON + timedelta(hours=1) + spread,
    )
