"""Hard or soft: each provider names it in another field."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.events.bounces import is_hard

GONE = "smtp; 550 5.1.1 user unknown"


@pytest.mark.parametrize(
    ("provider", "payload", "hard"),
    [
        ("Amazon SES", {"bounce": {"bounceType": "Permanent"}}, True),
        ("Amazon SES", {"bounce": {"bounceType": "Transient"}}, False),
        ("Amazon SES", {"bounce": {"bounceType": "Undetermined"}}, False),
        ("Brevo", {"event": "hard_bounce"}, True),
        ("Brevo", {"event": "soft_bounce"}, False),
        ("MailerSend", {"type": "activity.hard_bounced"}, True),
        ("MailerSend", {"type": "activity.soft_bounced"}, False),
        ("Mailjet", {"hard_bounce": True}, True),
        ("Mailjet", {"hard_bounce": False}, False),
        ("Mandrill", {"event": "hard_bounce"}, True),
        ("Mandrill", {"event": "soft_bounce"}, False),
        ("Postmark", {"Type": "HardBounce"}, True),
        ("Postmark", {"Type": "SoftBounce"}, False),
        ("Postmark", {"SuppressionReason": "HardBounce"}, True),
        ("Resend", {"data": {"bounce": {"type": "Permanent"}}}, True),
        ("Resend", {"data": {"bounce": {"type": "Transient"}}}, False),
    ],
)
def test_the_provider_s_kind_of_bounce_decides(
    provider: str, payload: dict[str, Any], hard: bool
) -> None:
    assert is_hard(provider, "bounced", "bounced", payload, "") is hard


@pytest.mark.parametrize(
    ("reply", "hard"),
    [(GONE, True), ("452 4.2.2 mailbox full", False), ("554 no reason given", False), ("", False)],
)
@pytest.mark.parametrize("payload", [{}, {"data": None}, {"data": {"bounce": []}}, "text", None])
def test_without_a_kind_the_server_s_reply_decides(reply: str, hard: bool, payload: object) -> None:
    assert is_hard("Resend", "bounced", "bounced", payload, reply) is hard


def test_a_refusal_by_policy_is_not_hard() -> None:
    payload = {"event": "hard_bounce"}
    assert not is_hard("Brevo", "bounced", "bounced", payload, "550 5.7.1 blocked: spam")


@pytest.mark.parametrize("kind", ["delivered", "complained", "deferred", "failed", "queued"])
def test_only_a_bounce_or_a_rejection_can_be_hard(kind: str) -> None:
    assert not is_hard("Postmark", kind, "invalid", {"Type": "HardBounce"}, GONE)


@pytest.mark.parametrize(
    ("reason", "hard"),
    [("invalid", True), ("bounced", True), ("blocked", False), ("timed_out", False), ("", False)],
)
def test_a_rejection_is_hard_for_an_invalid_or_bounced_address(reason: str, hard: bool) -> None:
    assert is_hard("Mailgun", "rejected", reason, {}, "") is hard
