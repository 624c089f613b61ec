"""Hard or soft: each provider names it in another field."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.events.bounces import is_hard, settled_reason

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


# ── a provider's own list ────────────────────────────────────────────────────


def sparkpost(reason: str, kind: str = "gen_event") -> dict[str, Any]:
    return {"msys": {kind: {"raw_reason": reason}}}


ADVICE = (
    "The recipient's email provider sent a hard bounce message, but gave no reason. We recommend "
    "removing the address. Such bounces can harm your reputation as a sender."
)


@pytest.mark.parametrize(
    ("provider", "kind", "payload"),
    [
        ("Resend", "bounced", {"data": {"bounce": {"message": "Resend has suppressed sending"}}}),
        ("Resend", "bounced", {"data": {"bounce": {"type": "Transient", "subType": "Suppressed"}}}),
        ("Resend", "rejected", {"type": "email.suppressed", "data": {}}),
        ("Brevo", "rejected", {"event": "blocked", "reason": "blocked : due to blacklist user"}),
        ("Brevo", "rejected", {"event": "blocked", "reason": "contact unsubscribed"}),
        ("SparkPost", "rejected", sparkpost("554 5.7.1 recipient address suppressed")),
        ("Mailtrap", "rejected", {"event": "blocked"}),
        ("Mailtrap", "rejected", {"event": "reject", "reason": "in the suppression list"}),
        ("Mailgun", "bounced", {"event-data": {"reason": "suppress-bounce"}}),
        ("Mailjet", "rejected", {"event": "blocked", "error": "blacklisted"}),
        ("Postmark", "rejected", {"Type": "ManuallyDeactivated"}),
        ("Amazon SES", "bounced", {"bounce": {"bounceSubType": "OnAccountSuppressionList"}}),
    ],
)
def test_an_address_on_the_provider_s_own_list_takes_no_mail(
    provider: str, kind: str, payload: dict[str, Any]
) -> None:
    words = "554 5.7.1 blocked: recipient suppressed by policy"
    assert is_hard(provider, kind, "blocked", payload, words)
    assert settled_reason(provider, kind, "blocked", payload, words) == "blocked"


@pytest.mark.parametrize(
    ("provider", "kind", "payload"),
    [
        ("Mailtrap", "rejected", {"event": "reject", "reason": "unknown"}),
        ("Mailtrap", "rejected", {"event": "reject", "reason": "account is blocked"}),
        ("Mailtrap", "rejected", {"event": "reject", "reason": "sending limit: blocked"}),
        ("Brevo", "rejected", {"event": "blocked"}),
        ("Mailjet", "rejected", {"event": "blocked", "error": "duplicate in campaign"}),
        ("Postmark", "rejected", {"Type": "Unconfirmed"}),
        ("Mailgun", "rejected", {"event-data": {"event": "rejected"}}),
    ],
)
def test_an_unclear_refusal_by_the_provider_is_not_hard(
    provider: str, kind: str, payload: dict[str, Any]
) -> None:
    assert not is_hard(provider, kind, "blocked", payload, "")


@pytest.mark.parametrize(
    ("provider", "payload"),
    [
        ("Resend", {"data": {"bounce": {"message": ADVICE}}}),
        ("SparkPost", {"msys": {"message_event": {"bounce_class": "10"}}}),
        ("SparkPost", {"msys": {"message_event": {"bounce_class": "30"}}}),
        ("SendGrid", {"event": "bounce", "type": "bounce"}),
    ],
)
def test_a_hard_bounce_is_read_in_each_provider_s_words(
    provider: str, payload: dict[str, Any]
) -> None:
    assert is_hard(provider, "bounced", "bounced", payload, ADVICE if provider == "Resend" else "")


@pytest.mark.parametrize(
    ("provider", "payload"),
    [
        ("Resend", {"data": {"bounce": {"message": "a general bounce message"}}}),
        ("SparkPost", {"msys": {"message_event": {"bounce_class": "22"}}}),
        ("Mailjet", {"hard_bounce": False, "error": "quota exceeded"}),
    ],
)
def test_a_soft_bounce_is_read_in_each_provider_s_words(
    provider: str, payload: dict[str, Any]
) -> None:
    assert not is_hard(provider, "bounced", "bounced", payload, "")


# ── refusals about who sends ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.7.1 Client host blocked using zen.spamhaus.org",
        "550 5.1.1 192.0.2.1 is listed at bl.spamcop.net",
        "554 Your IP has a poor reputation",
        "550 relay access denied",
        "550 Sender address rejected",
    ],
)
@pytest.mark.parametrize(
    ("provider", "payload"),
    [
        ("Amazon SES", {"bounce": {"bounceType": "Permanent"}}),
        ("Brevo", {"event": "hard_bounce"}),
        ("Mailjet", {"hard_bounce": True}),
        ("Postmark", {"Type": "HardBounce"}),
        ("SparkPost", {"msys": {"message_event": {"bounce_class": "10"}}}),
    ],
)
def test_the_answer_of_a_block_list_is_not_hard_whatever_the_provider_calls_it(
    provider: str, payload: dict[str, Any], reply: str
) -> None:
    assert not is_hard(provider, "bounced", "bounced", payload, reply)
    assert settled_reason(provider, "bounced", "bounced", payload, reply) == "sender"


@pytest.mark.parametrize(
    ("provider", "kind", "reason", "payload"),
    [
        ("SparkPost", "bounced", "spam", {}),
        ("Unisender Go", "bounced", "spam", {}),
        ("SendGrid", "bounced", "blocked", {"type": "blocked"}),
        ("Postmark", "rejected", "blocked", {"Type": "Blocked"}),
        ("Postmark", "rejected", "blocked", {"Type": "DMARCPolicy"}),
        ("Mailjet", "bounced", "bounced", {"error": "relay/access denied", "hard_bounce": True}),
    ],
)
def test_a_block_by_the_receiver_is_no_complaint_and_not_hard(
    provider: str, kind: str, reason: str, payload: dict[str, Any]
) -> None:
    assert settled_reason(provider, kind, reason, payload, "") == "sender"
    assert not is_hard(provider, kind, reason, payload, "")


def test_mailgun_s_lists_of_complaints_and_unsubscriptions_are_read() -> None:
    for own, reason in (("suppress-complaint", "spam"), ("suppress-unsubscribe", "unsubscribed")):
        payload = {"event-data": {"reason": own}}
        assert settled_reason("Mailgun", "bounced", "other", payload, "") == reason


def test_a_reader_s_earlier_complaint_stays_a_complaint() -> None:
    assert settled_reason("Mailjet", "rejected", "spam", {"error": "spam reporter"}, "") == "spam"


# ── codes beside the provider's kind ─────────────────────────────────────────


@pytest.mark.parametrize("reply", ["smtp; 550 5.4.4 Invalid domain", GONE])
def test_a_code_of_a_missing_mailbox_is_certain_though_amazon_calls_it_transient(
    reply: str,
) -> None:
    payload = {"bounce": {"bounceType": "Transient"}}
    assert is_hard("Amazon SES", "bounced", "bounced", payload, reply)


def test_amazon_s_status_counts_where_the_server_s_reply_is_missing() -> None:
    bounce = {"bounceType": "Transient", "bouncedRecipients": [{"status": "5.4.4"}]}
    assert is_hard("Amazon SES", "bounced", "bounced", {"bounce": bounce}, "")


def test_words_alone_do_not_overrule_a_provider_that_says_soft() -> None:
    assert not is_hard("Brevo", "bounced", "bounced", {"event": "soft_bounce"}, "user unknown")


def test_a_full_mailbox_is_not_hard_though_the_provider_says_so() -> None:
    payload = {"Type": "HardBounce"}
    assert not is_hard("Postmark", "bounced", "bounced", payload, "552 5.2.2 mailbox full")


def test_postal_s_failure_is_hard_by_the_server_s_words() -> None:
    assert is_hard("Postal", "failed", "", {}, "550 User unknown")
    assert not is_hard("Postal", "failed", "", {}, "550 5.7.1 blocked")
