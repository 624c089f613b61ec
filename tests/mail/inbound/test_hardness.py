"""A mailbox is gone only where that is certain, and never by a refusal that is about us."""

from __future__ import annotations

import pytest

from mail.inbound.hardness import hardness_of


@pytest.mark.parametrize(
    ("status", "reply", "hardness"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <b@example.net> User unknown", "hard"),
        ("5.1.1", "", "hard"),
        ("5.1.1", "smtp;550 Requested action not taken: mailbox unavailable", "hard"),
        ("5.0.0", "smtp; 550 No such user here", "hard"),
        ("", "550 5.1.1 unknown user", "hard"),
        ("5.1.2", "", "hard"),
        ("5.0.0", "", "soft"),
        ("", "", "soft"),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", "soft"),
        ("5.2.2", "", "soft"),
        ("4.4.7", "smtp; 550 4.4.7 Message expired", "soft"),
        ("4.1.1", "", "soft"),
        ("5.1.1", "smtp; 450 4.2.0 Greylisted, try again later", "soft"),
        ("5.1.1", "smtp; 550 5.1.1 mailbox temporarily disabled", "soft"),
        ("5.3.4", "smtp; 552 5.3.4 message too big", "soft"),
        ("5.7.1", "smtp; 554 5.7.1 blocked using zen.spamhaus.org", "us"),
        ("5.1.1", "smtp; 550 5.1.1 Your IP is on a block list", "us"),
        ("5.7.1", "", "us"),
        ("5.7.26", "", "us"),
        ("4.7.0", "smtp; 421 4.7.0 IP has a bad reputation", "us"),
        ("5.7.1", "smtp; 550 5.7.1 Relaying denied", "us"),
        ("5.7.1", "smtp; 550 message looks like spam", "us"),
    ],
)  # fmt: skip
def test_the_words_come_first_and_the_codes_after_them(
    status: str, reply: str, hardness: str
) -> None:
    assert hardness_of(status, reply) == hardness
