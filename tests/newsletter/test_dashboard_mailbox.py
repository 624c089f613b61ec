"""The admin's home and the metrics say when the mailbox cannot be read."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from prometheus_client.core import Metric
from pytest_django import Settings

from mail.receiving.account import parse_account
from newsletter.dashboard import mailbox_trouble
from newsletter.metrics import metrics_of_mailbox
from newsletter.models import InboundMailbox
from tests.factories import NOON
from tests.subscribers.page_text import text_of

pytestmark = pytest.mark.django_db
URL = "imaps://reply:secret@imap.example.org/INBOX"


def make_mailbox(**values: Any) -> InboundMailbox:
    return InboundMailbox.objects.create(name=parse_account(URL).name, **values)


@pytest.fixture(autouse=True)
def _mailbox(settings: Settings) -> None:
    settings.INBOUND_IMAP_URL = URL


def home(client: Client) -> str:
    return " ".join(text_of(client.get("/admin/")).split())


def test_a_mailbox_that_is_read_is_not_mentioned(admin_client: Client) -> None:
    make_mailbox(read_at=NOON)
    assert "The mailbox" not in home(admin_client)


def test_one_that_cannot_be_read_is_with_its_reason(admin_client: Client) -> None:
    make_mailbox(failed_since=NOON, error="[AUTHENTICATIONFAILED] Authentication failed.")
    shown = home(admin_client)
    assert (
        "The mailbox of reply at imap.example.org:993, INBOX cannot be read since 14 March, 12:00 "
        "UTC: [AUTHENTICATIONFAILED] Authentication failed."
    ) in shown
    assert "secret" not in shown


@pytest.mark.parametrize(("skipped", "words"), [(1, "1 mail could not"), (2, "2 mails could not")])
def test_mails_that_were_skipped_are_counted(
    admin_client: Client, skipped: int, words: str
) -> None:
    make_mailbox(skipped=skipped)
    assert words in home(admin_client)


def test_another_mailbox_s_row_and_no_mailbox_are_no_trouble(settings: Settings) -> None:
    make_mailbox(failed_since=NOON)
    assert mailbox_trouble()
    settings.INBOUND_IMAP_URL = URL.replace("reply", "other")
    assert mailbox_trouble() == {}
    settings.INBOUND_IMAP_URL = ""
    assert mailbox_trouble() == {}


def values_of(metrics: tuple[Metric, ...]) -> dict[str, float]:
    return {sample.name: sample.value for metric in metrics for sample in metric.samples}


def test_the_metrics_say_the_same() -> None:
    row = make_mailbox(failed_since=NOON, skipped=3)
    assert values_of(metrics_of_mailbox(row)) == {
        "trending_mailbox_failing": 1,
        "trending_mailbox_skipped_total": 3,
    }
    row.failed_since = None
    assert values_of(metrics_of_mailbox(row))["trending_mailbox_failing"] == 0
