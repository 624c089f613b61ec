"""Plain messages for an SMTP server, a server that checks itself, and rules for its replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import Moment, Reply, Rule, Sink, as_usual
from mail.outcome import Outcome
from mail.smtp.pool import SmtpTransport

BACKEND = "django.core.mail.backends.smtp.EmailBackend"
LINES = b"A paper.\r\n" * 40

Connect = Callable[[Sink], SmtpTransport]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class PlainMessage:
    """A message without templates: a few headers, these lines, and one that is its own."""

    reference: int
    to: str
    lines: bytes = LINES
    shared_lines: object | None = None
    retry: int = 0
    subject: str = "Papers"
    html: str = ""
    attempts: int = 1
    dated_at: datetime = datetime(2025, 3, 15, 8, tzinfo=UTC)
    return_path: str = ""
    is_bulk: bool = True

    @property
    def text(self) -> str:
        return self.lines.decode()

    @property
    def metadata(self) -> Mapping[str, str]:
        return {}

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Message-ID": f"<{self.reference}@papers.test>"}

    def as_bytes(self) -> bytes:
        head = f"To: {self.to}\r\nMessage-ID: {self.headers['Message-ID']}\r\nSubject: Papers\r\n"
        return head.encode() + b"\r\n" + self.lines + self.own_line

    @property
    def own_line(self) -> bytes:
        return f"https://papers.test/u/{self.reference}\r\n".encode()


def make_message(number: int, to: str = "", lines: bytes = LINES) -> PlainMessage:
    return PlainMessage(number, to or f"reader{number}@example.com", lines)


def make_burst(count: int, first: int = 1) -> list[PlainMessage]:
    return [make_message(number) for number in range(first, first + count)]


@contextmanager
def strict_sink(rule: Rule = as_usual, **options: object) -> Iterator[Sink]:
    """A server; in the end it has found no fault in our commands, and took no message twice."""
    with sinking(rule, **options) as sink:
        yield sink
    assert sink.faults == []
    ids = Counter(mail.message_id for mail in sink.mails)
    assert ids == Counter(set(ids))


def states(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.state for outcome in outcomes]


def recipients(sink: Sink) -> list[str]:
    return [mail.to for mail in sink.mails]


def reply_at(verb: str, answer: Reply, *numbers: int) -> Rule:
    """Reply so at this verb to these recipients (without numbers: to all). MAIL names none."""
    chosen = {f"reader{number}@example.com" for number in numbers}

    def rule(moment: Moment) -> Reply:
        return answer if moment.verb == verb and (not chosen or moment.to in chosen) else None

    return rule


def reply_once(verb: str, answer: Reply, *, after: int = 0) -> Rule:
    """Reply so the first time that `verb` comes after so many messages."""
    replied: list[Moment] = []

    def rule(moment: Moment) -> Reply:
        if moment.verb != verb or moment.total < after or replied:
            return None
        replied.append(moment)
        return answer

    return rule
