"""The values that reading a mail gives."""

from __future__ import annotations

from mail.inbound.addresses import InboundAddress
from mail.inbound.incoming import Failure, Incoming


def test_the_worst_of_several_recipients_counts() -> None:
    failures = (Failure(hardness="us"), Failure("bob@example.net", status="5.1.1", hardness="hard"))
    mail = Incoming("bounce", failures=failures)
    assert (mail.hardness, mail.recipient, mail.status) == ("hard", "bob@example.net", "5.1.1")
    assert Incoming("reply").hardness == ""


def test_tokens_are_given_by_the_kind_of_their_address() -> None:
    addresses = (InboundAddress("reply"), InboundAddress("bounce", "1a-0f"))
    mail = Incoming("bounce", addresses)
    assert mail.tokens("bounce") == ("1a-0f",)
    assert mail.tokens("unsubscribe") == mail.tokens("reply") == ()
