"""The welcome mail, where no digest can greet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from subscribers.models import Subscriber
from subscribers.single_mails.welcome import AGAIN, can_send_digest, queue_welcome
from tests.factories import NOON, make_edition, make_mail, make_subscriber

pytestmark = pytest.mark.django_db


def kinds(reader: Subscriber) -> list[str]:
    return list(reader.mails.order_by("id").values_list("kind", flat=True))


def test_it_is_queued_where_it_is_due() -> None:
    due, other = make_subscriber(), make_subscriber()
    assert queue_welcome(due, NOON, is_due=True)
    assert not queue_welcome(other, NOON, is_due=False)
    assert (kinds(due), kinds(other)) == (["welcome"], [])


def test_who_returns_within_a_month_is_not_welcomed_twice() -> None:
    ada = make_subscriber()
    make_mail(ada, "welcome", state="sent", sent_at=NOON)
    assert not queue_welcome(ada, NOON + AGAIN - timedelta(seconds=1), is_due=True)
    assert queue_welcome(ada, NOON + AGAIN, is_due=True)


def test_one_that_failed_reached_no_reader() -> None:
    ada = make_subscriber()
    make_mail(ada, "welcome", state="failed")
    assert queue_welcome(ada, NOON, is_due=True)


@pytest.mark.parametrize("is_due", [True, False])
def test_a_goodbye_that_waits_is_taken_back(is_due: bool) -> None:
    ada = make_subscriber()
    make_mail(ada, "goodbye")
    queue_welcome(ada, NOON, is_due=is_due)
    assert kinds(ada) == ["welcome"] * is_due


@pytest.mark.parametrize("values", [{"state": "open"}, {"paused_at": NOON}, {"cancelled_at": NOON}])
def test_a_digest_needs_an_edition_that_can_be_sent(values: dict[str, object]) -> None:
    assert not can_send_digest()
    make_edition(**values)  # type: ignore[arg-type]
    assert not can_send_digest()
    make_edition("daily")
    assert can_send_digest()
