"""The streaming interface over a transport that sends a whole burst at once."""

from __future__ import annotations

from collections.abc import Sequence

from mail.message import Message
from mail.outcome import Outcome
from mail.transport import BatchAdapter
from tests.mail.mails import make_burst


class Recording:
    """A transport that accepts each message, and remembers its bursts."""

    def __init__(self) -> None:
        self.bursts: list[list[str]] = []

    def send(self, burst: Sequence[Message]) -> list[Outcome]:
        self.bursts.append([message.to for message in burst])
        return [Outcome("accepted", provider_id=message.to) for message in burst]


class NeverReady:
    """A result that does not come."""

    def fileno(self) -> int:
        raise AssertionError("a burst is not interrupted")

    def is_ready(self) -> bool:
        return False


def test_submitted_messages_leave_as_one_burst() -> None:
    transport = Recording()
    stream = BatchAdapter(transport)
    stream.submit(make_burst("ada"), 60)
    stream.submit(make_burst("bob", "cy"), 60)
    assert transport.bursts == []
    stream.run_until(left=2, pending=NeverReady())
    assert transport.bursts == [["ada@example.com", "bob@example.com", "cy@example.com"]]


def test_each_outcome_is_reported_once_with_its_message() -> None:
    stream = BatchAdapter(Recording())
    burst = make_burst("ada", "bob")
    stream.submit(burst, 60)
    stream.run_until()
    assert stream.drain() == [
        (burst[0], Outcome("accepted", provider_id="ada@example.com")),
        (burst[1], Outcome("accepted", provider_id="bob@example.com")),
    ]
    assert stream.drain() == []


def test_without_messages_there_is_no_request() -> None:
    transport = Recording()
    BatchAdapter(transport).run_until()
    assert transport.bursts == []


def test_a_reset_forgets_messages_and_outcomes() -> None:
    transport = Recording()
    stream = BatchAdapter(transport)
    stream.submit(make_burst("ada"), 60)
    stream.run_until()
    stream.submit(make_burst("bob"), 60)
    stream.reset()
    stream.run_until()
    assert (stream.drain(), transport.bursts) == ([], [["ada@example.com"]])


def test_it_does_not_stream() -> None:
    assert not BatchAdapter(Recording()).is_streaming
