"""Send a previewed mail as a test. No ledger has it, and no reader gets it."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from mail.factory import open_transport
from mail.message import Message
from subscribers.messages import TransactionalMessage

# A mail program that unsubscribes by them would be answered that the link does not work; and two
# tests with one Message-ID are one mail for most mailboxes.
_LEFT_OUT: Final = frozenset(("Message-ID", "Date", "List-Unsubscribe", "List-Unsubscribe-Post"))


def send_test(mail: Message, address: str) -> bool:
    """Send it to an address, with [Test] in the subject. Returns whether the server took it."""
    with open_transport() as transport:
        outcomes = transport.send([as_test(mail, address)])
    return bool(outcomes) and outcomes[0].state == "accepted"


def as_test(mail: Message, address: str) -> TransactionalMessage:
    """The mail for this address, with [Test] in its subject and without a way to unsubscribe."""
    headers = {name: value for name, value in mail.headers.items() if name not in _LEFT_OUT}
    return TransactionalMessage(
        reference=0,
        to=address,
        subject=f"[Test] {mail.subject}",
        text=mail.text,
        html=mail.html,
        headers=headers,
        dated_at=timezone.now(),
        attempts=1,
    )
