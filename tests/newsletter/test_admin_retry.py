"""The dialog that sends again what failed: the counts first, and only what was chosen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import tasks
from newsletter.failures import Reason
from newsletter.models import Delivery, Edition
from papers.windows import last_closed_day
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
DAY = last_closed_day(timezone.now())
RELAY, OURS = Reason.GAVE_UP_ON_RELAY, Reason.NOT_RENDERED


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send_queued_again", lambda: None)


def make_failed(day: date = DAY, **values: Any) -> Edition:
    edition = make_edition("daily", day, **values)
    for reason in (RELAY, RELAY, OURS, Reason.BOUNCED_NO_MAILBOX):
        make_delivery(edition, make_subscriber(), state="failed", reason=reason)
    return edition


def url(edition: Edition) -> str:
    return reverse("admin:newsletter_edition_send_again", args=[edition.pk])


def submit(client: Client, edition: Edition, **chosen: Any) -> str:
    chosen = {"_form_submitted": "True", "reasons": [RELAY, OURS], **chosen}
    return client.post(url(edition), chosen, follow=True).content.decode()


def queued() -> int:
    return Delivery.objects.filter(state="queued").count()


def test_the_dialog_counts_by_reason_and_changes_nothing(admin_client: Client) -> None:
    page = admin_client.get(url(make_failed())).content.decode()
    assert "3 can be sent again" in page
    assert f"{RELAY} (2)" in page
    assert f"{OURS} (1)" in page
    assert "These stay as they are: 1 bounced: there is no such mailbox." in page
    assert "Resume" not in page
    assert queued() == 0


def test_the_chosen_reasons_are_queued_again(admin_client: Client) -> None:
    edition = make_failed()
    assert "2 mails are queued again." in submit(admin_client, edition, reasons=[RELAY])
    assert "1 mails are queued again." in submit(admin_client, edition, reasons=[OURS])
    assert queued() == 3


@pytest.mark.parametrize("reasons", [[], [Reason.BOUNCED_NO_MAILBOX], ["nonsense"]])
def test_without_a_retryable_reason_nothing_is_queued(
    admin_client: Client, reasons: list[str]
) -> None:
    assert "It stays as it is." in submit(admin_client, make_failed(), reasons=reasons)
    assert queued() == 0


def test_a_paused_edition_is_resumed_only_when_that_is_ticked(admin_client: Client) -> None:
    edition = make_failed(paused_at=timezone.now())
    page = submit(admin_client, edition, reasons=[RELAY])
    assert "2 mails are queued again. They wait: it is paused." in page
    edition.refresh_from_db()
    assert edition.halt == "paused"
    submit(admin_client, edition, reasons=[OURS], resume="on")
    edition.refresh_from_db()
    assert edition.halt == ""


def test_a_cancelled_edition_says_no(admin_client: Client) -> None:
    page = submit(admin_client, make_failed(cancelled_at=timezone.now()))
    assert "It stays as it is. It is cancelled" in page
    assert queued() == 0


def test_an_old_edition_needs_a_tick_of_its_own(admin_client: Client) -> None:
    edition = make_failed(DAY - timedelta(days=30))
    assert "It closed 30 days ago." in admin_client.get(url(edition)).content.decode()
    assert "its readers would get old news" in submit(admin_client, edition)
    assert queued() == 0
    assert "3 mails are queued again." in submit(admin_client, edition, old="on")


def test_an_operator_who_may_only_view_editions_sends_nothing_again(client: Client) -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename="view_edition"))
    client.force_login(staff)
    assert client.post(url(make_failed()), {"_form_submitted": "True"}).status_code == 403
    assert queued() == 0


def test_the_page_of_an_edition_has_the_button(admin_client: Client) -> None:
    edition = make_failed()
    page = admin_client.get(reverse("admin:newsletter_edition_change", args=[edition.pk]))
    assert url(edition) in page.content.decode()
