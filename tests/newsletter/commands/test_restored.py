"""`manage.py restored`: what waits in a restored backup, and the two decisions about it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from newsletter.delivery.restored import is_restored
from newsletter.models import DatabaseOrigin, Delivery
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db


def output(*arguments: str) -> str:
    out = StringIO()
    call_command("restored", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def delivery() -> Delivery:
    """A delivery that waits in a restored database, and a subscriber who is due."""
    now = timezone.now()
    assert not is_restored(now)
    DatabaseOrigin.objects.update(name="7/16384/16999")
    make_subscriber(next_send_at=now)
    return make_delivery(make_edition(), make_subscriber())


def test_without_a_restored_backup_there_is_nothing_to_decide() -> None:
    assert "not restored" in output()
    with pytest.raises(CommandError, match="not restored"):
        output("--hold")


def test_it_shows_what_waits_and_changes_nothing(delivery: Delivery) -> None:
    shown = output()
    assert f"edition {delivery.edition_id}: 1 mails" in shown
    assert "1 readers who are due" in shown
    assert is_restored(timezone.now())


def test_what_waits_can_be_held(delivery: Delivery) -> None:
    assert "1 mails are uncertain now" in output("--hold")
    delivery.refresh_from_db()
    assert delivery.state == "uncertain"
    assert not is_restored(timezone.now())


def test_what_waits_can_be_sent(delivery: Delivery) -> None:
    output("--send")
    delivery.refresh_from_db()
    assert delivery.state == "queued"
    assert not is_restored(timezone.now())


def test_a_copy_of_the_files_is_stopped_by_hand_and_then_decided_about() -> None:
    assert not is_restored(timezone.now())
    make_delivery(make_edition(), make_subscriber())
    assert "1 mails" in output("--mark")
    assert is_restored(timezone.now())
    output("--hold")
    assert Delivery.objects.get().state == "uncertain"
    assert not is_restored(timezone.now())


def test_only_one_decision_at_a_time(delivery: Delivery) -> None:
    with pytest.raises(CommandError):
        output("--hold", "--send")
    assert is_restored(timezone.now())
