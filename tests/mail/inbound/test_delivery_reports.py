"""Delivery reports are told from other mails, and each of their recipients is read."""

from __future__ import annotations

import pytest

from mail.inbound.delivery_reports import is_delivery_report, kind_of, read_delivery_report
from mail.inbound.incoming import Failure
from mail.inbound.mime import take_apart
from tests.mail.inbound.corpus.mails import dsn, reply

TWO = """
Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; bob@example.net
Action: failed
Status: 5.1.1

Final-Recipient: rfc822;eve+40example.net
Original-Recipient: rfc822; "eve"@example.net
Action: delayed (still trying)
Status: 4.2.0 (busy)
Diagnostic-Code: smtp;
"""


def test_each_recipient_is_read() -> None:
    found = read_delivery_report(take_apart(dsn("Failed.", TWO)))
    assert found == (
        Failure("bob@example.net", "", "failed", "5.1.1", "", "hard"),
        Failure("eve@example.net", "", "delayed", "4.2.0", "", ""),
    )


def test_only_a_mail_with_fields_is_a_report() -> None:
    assert is_delivery_report(take_apart(dsn("Failed.", TWO)))
    assert not is_delivery_report(take_apart(reply("Undelivered Mail Returned to Sender")))


@pytest.mark.parametrize(
    ("actions", "kind"),
    [
        (["failed"], "bounce"),
        (["delayed"], "delay"),
        (["failed", "delayed"], "bounce"),
        (["failed", "delivered"], "delivered"),
        (["relayed"], "delivered"),
        (["expanded", "failed"], "delivered"),
        ([""], "report"),
        ([], "report"),
    ],
)
def test_one_that_received_it_is_enough(actions: list[str], kind: str) -> None:
    assert kind_of(tuple(Failure(action=action) for action in actions)) == kind


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ("Action: FAILED", "failed"),
        ("Action: failure", "failed"),
        ("Action: error", "failed"),
        ("Action: undeliverable", "failed"),
        ("Action: delivered", "delivered"),
        ("Status: 5.1.1", "failed"),
        ("Status: 4.4.1", "delayed"),
        ("Status: 2.1.5", "delivered"),
        ("Action: dance\nStatus: 5.1.1", ""),
    ],
)
def test_the_action_is_read_in_other_words_too(fields: str, action: str) -> None:
    [found] = read_delivery_report(
        take_apart(dsn("x", f"Final-Recipient: rfc822; b@x.example\n{fields}"))
    )
    assert found.action == action


def test_recipients_have_a_limit() -> None:
    many = "\n\n".join("Final-Recipient: rfc822; b@x.example\nAction: failed" for _ in range(500))
    assert len(read_delivery_report(take_apart(dsn("x", many)))) == 50
