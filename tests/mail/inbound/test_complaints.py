"""Complaints are told from other reports of the same form."""

from __future__ import annotations

import pytest

from mail.inbound.complaints import complaint_kind, feedback_fields, recipients_of
from mail.inbound.mime import take_apart
from tests.mail.inbound.corpus.mails import feedback, reply


def test_the_fields_are_read() -> None:
    mail = feedback("Feedback-Type: abuse\nOriginal-Rcpt-To: <bob@example.net>\nVersion: 1")
    fields = feedback_fields(take_apart(mail))
    assert fields == {
        "feedback-type": ["abuse"], "original-rcpt-to": ["<bob@example.net>"], "version": ["1"],
    }  # fmt: skip
    assert recipients_of(fields) == ["bob@example.net"]


def test_another_mail_has_none() -> None:
    assert feedback_fields(take_apart(reply("Feedback-Type: abuse"))) is None


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("abuse", "complaint"),
        (" Abuse ", "complaint"),
        ("fraud", "complaint"),
        ("opt-out", "unsubscribe"),
        ("opt-out-list", "unsubscribe"),
        ("not-spam", "report"),
        ("virus", "report"),
        ("auth-failure", "report"),
        ("other", "report"),
        ("", "report"),
    ],
)
def test_only_what_a_reader_says_counts(given: str, kind: str) -> None:
    assert complaint_kind({"feedback-type": [given]})[0] == kind
