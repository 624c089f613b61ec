"""How the fake SMTP server behaves (moments, replies, rules), and what it has received."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fakes.smtp_sink_session import Session

HANG_UP: Final = "hang up"
SILENCE: Final = "silence"
LOSE: Final = "hang up and forget"  # at the end of a mail: it was not received

# `content` is the first bytes of a mail, `end` its final dot.
VERBS: Final = {"greeting", "EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"} | {
    "content",
    "end",
    "RSET",
    "QUIT",
}
USUAL: Final = {
    "greeting": "220 sink ready",
    "HELO": "250 sink",
    "AUTH": "235 2.7.0 welcome",
    "STARTTLS": "220 2.0.0 go on",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "end": "250 2.0.0 taken",
    "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
    "content": "",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment at which the server replies: to which verb, and within which mail."""

    verb: str  # one of VERBS
    to: str  # the recipient, from RCPT on
    connection: int  # counted from 1
    mails: int  # received on this connection so far
    total: int  # received on all


# The reply in place of the usual one (None: the usual): a reply, or HANG_UP, SILENCE, LOSE.
# Several replies, one after the other, are a tuple. After 421 the connection is closed.
Reply = str | tuple[str, ...] | None
Rule = Callable[[Moment], Reply]


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that was received, its dots unstuffed."""

    message_id: str
    sender: str
    to: str
    content: bytes
    connection: int


def as_usual(_moment: Moment) -> Reply:
    """The rule of a server without faults."""
    return None


@dataclass
class Sink:
    """How the server behaves, and what it has received."""

    rule: Rule = as_usual
    pipelining: bool = True
    loses_behind: bool = False  # offers pipelining, but drops the bytes after a dot
    no_recipients: str = "554 5.5.1 no valid recipients"  # to DATA; or "354 …"
    size: int = 0
    packets: int = 0  # send replies in pieces of so many bytes
    tls: ssl.SSLContext | None = None
    tls_at_once: bool = False
    login: tuple[str, str] | None = None
    ways: str = "PLAIN"  # of AUTH, as EHLO offers them
    keep: bool = True  # keep the mails; a benchmark only counts
    count: IO[str] | None = None  # gets a line for each mail: Message-ID, recipient

    port: int = 0
    connections: int = 0
    received: int = 0
    behind: int = 0  # how often commands came in one piece with a mail's end
    mails: list[Mail] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    open: set[Session] = field(default_factory=set)

    def take(self, mail: Mail) -> None:
        self.received += 1
        if self.keep:
            self.mails.append(mail)
        if self.count:
            self.count.write(f"{mail.message_id}\t{mail.to}\n")
            self.count.flush()


def rule_of(faults: Sequence[str], refused: Sequence[str], drop_after: int, seed: int) -> Rule:
    """`faults`: VERB=REPLY@CHANCE. `refused`: ADDRESS=REPLY. `drop_after`: mails, 0 for never."""
    by_address = dict(one.partition("=")[::2] for one in refused)
    by_verb: dict[str, list[tuple[str, float]]] = {}
    for one in faults:
        verb, _, rest = one.partition("=")
        reply, _, chance = rest.rpartition("@")
        if verb not in VERBS or not reply:
            raise ValueError(f"{one!r} is not VERB=REPLY@CHANCE; a verb is one of {VERBS}")
        by_verb.setdefault(verb, []).append((reply, float(chance)))
    generator = random.Random(seed)  # noqa: S311 (faults, not secrets)

    def rule(moment: Moment) -> Reply:
        if moment.verb == "RCPT" and moment.to in by_address:
            return by_address[moment.to] or "550 5.1.1 no such user"
        if moment.verb == "MAIL" and drop_after and moment.mails >= drop_after:
            return "421 4.7.0 too many mails on this connection"
        for reply, chance in by_verb.get(moment.verb, ()):
            if generator.random() < chance:
                return reply
        return None

    return rule
