"""What a server's refusal can be about: this mailbox, this message, us, or the server itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

# missing: there is no such mailbox. mailbox: this one does not take it. message: its content or
# size. us: our settings, address or reputation. server: its own trouble. unclear: none of these.
Subject = Literal["missing", "mailbox", "message", "us", "server", "unclear"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reply is about, and for `us` what an operator can do, as a sentence."""

    subject: Subject
    advice: str = ""


LOGIN: Final = Meaning(
    "us", "the mail server wants a login: check EMAIL_HOST_USER and EMAIL_HOST_PASSWORD"
)
TLS: Final = Meaning(
    "us", "the mail server wants an encrypted connection: set EMAIL_USE_TLS or EMAIL_USE_SSL"
)
RELAY: Final = Meaning(
    "us",
    "the mail server does not send mail to other domains for this machine: "
    "log in to it, or allow this machine there",
)
NAME: Final = Meaning(
    "us", "the mail server does not accept the name of this machine: set EHLO_NAME"
)
PROOF: Final = Meaning(
    "us", "the mail fails SPF, DKIM or DMARC: correct the DNS records of the domain in MAIL_FROM"
)
REVERSE: Final = Meaning(
    "us", "the sending address has no reverse DNS (PTR) that fits: ask its network's operator"
)
LISTED: Final = Meaning(
    "us", "the sending address or domain is on a block list, or has a bad reputation"
)
SENDER: Final = Meaning("us", "the mail server does not accept the sender: check MAIL_FROM")
RATE: Final = Meaning(
    "us", "a sending limit of the mail server is reached: lower SEND_RATE, or raise the limit"
)
ACCOUNT: Final = Meaning("us", "the account at the mail server may not send: ask its operator")
MISSING: Final = Meaning("missing")
MAILBOX: Final = Meaning("mailbox")
BUSY: Final = Meaning("mailbox", "the mailbox gets too much mail at the moment")
MESSAGE: Final = Meaning("message")
# Unlike a size, it says nothing about a mailbox: the next message may look like no spam.
SPAM: Final = Meaning("message", "a filter takes the message for spam, or for dangerous")
SERVER: Final = Meaning("server")
UNCLEAR: Final = Meaning("unclear")
