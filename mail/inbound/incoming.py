"""What a mail that arrived here is: the values that reading it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mail.inbound.addresses import InboundAddress

# bounce: a mail of ours was not delivered. delay: it is still tried. delivered: it arrived.
# complaint: a reader reported it as spam. report: another report of a machine, which asks nothing.
# auto_reply: nobody wrote it. unsubscribe: a reader wants no more mail. reply: anything else that
# can be read.
Kind = Literal[
    "bounce",
    "delay",
    "delivered",
    "complaint",
    "report",
    "auto_reply",
    "unsubscribe",
    "reply",
    "unreadable",
]
# hard: there is no such mailbox. soft: it did not take this mail. us: the refusal is about who
# sends, and says nothing of the mailbox.
Hardness = Literal["", "hard", "soft", "us"]


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says of one recipient, in lower case but for the words of the server."""

    recipient: str = ""  # the address at which it ended; empty: not named
    original: str = ""  # the one to which it was sent, where the report knows it
    action: str = ""  # failed, delayed, delivered, relayed or expanded
    status: str = ""  # the enhanced code: 5.1.1
    reply: str = ""  # the server's words
    hardness: Hardness = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail that arrived here. Nothing in it is proved: anyone can write any of it."""

    kind: Kind
    addresses: tuple[InboundAddress, ...] = ()  # of ours to which it came, the envelope's first
    sender: str = ""  # the bare address of From
    subject: str = ""
    dated_at: datetime | None = None
    fingerprint: str = ""  # 32 hexadecimal digits, the same however often it arrives
    failures: tuple[Failure, ...] = ()
    # Message-IDs that it names as those of mails of ours: the returned mail's, those it replies to.
    original_ids: tuple[str, ...] = ()
    links: tuple[str, ...] = ()  # tokens of List-Unsubscribe in the mail that it returns
    returned: tuple[InboundAddress, ...] = ()  # our addresses in the mail that it returns
    text: str = ""  # of a reply, with what it quotes
    answer_to: str = ""  # of a reply: where an answer to it goes
    attachments: tuple[str, ...] = ()  # the names of the files with it
    note: str = ""  # of a report: its kind, as the report says it

    @property
    def hardness(self) -> Hardness:
        """The worst that it says of a mailbox."""
        found = {one.hardness for one in self.failures}
        return next((one for one in ("hard", "soft", "us") if one in found), "")

    @property
    def recipient(self) -> str:
        """The first address that a report names."""
        return next((one.recipient for one in self.failures if one.recipient), "")

    @property
    def status(self) -> str:
        """The first enhanced code that a report has."""
        return next((one.status for one in self.failures if one.status), "")

    def tokens(self, kind: str) -> tuple[str, ...]:
        """The tokens of our addresses of one kind to which it came."""
        return tuple(one.token for one in self.addresses if one.kind == kind and one.token)
