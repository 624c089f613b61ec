"""The queue of messages: each is taken, and finished once."""

from __future__ import annotations

from math import inf

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from dkim import DKIMException

from mail.outcome import Outcome
from mail.smtp.queue import MAX_TRIES, OutgoingMessage, OutgoingQueue, stuffed
from tests.mail.smtp.bursts import PlainMessage, make_burst, make_message


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (b"a\r\n", b"a\r\n"),
        (b"a", b"a\r\n"),
        (b".a\r\n.\r\n", b"..a\r\n..\r\n"),
        (b"a.b\r\n.", b"a.b\r\n..\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_leading_dots_are_stuffed_and_the_end_is_crlf(content: bytes, wire: bytes) -> None:
    assert stuffed(content) == wire


def test_a_stopped_queue_gives_out_no_requeued_message() -> None:
    queue = make_queue(2)
    outgoing = take(queue)
    queue.stop()
    queue.requeue(outgoing, "the connection broke", is_suspect=False)
    assert queue.take() is None


def make_queue(count: int = 1) -> OutgoingQueue:
    return OutgoingQueue(make_burst(count), until=inf)


def take(queue: OutgoingQueue) -> OutgoingMessage:
    outgoing = queue.take()
    assert outgoing
    return outgoing


def test_messages_are_taken_in_their_order() -> None:
    queue = make_queue(3)
    assert [take(queue).message.reference for _ in range(3)] == [1, 2, 3]
    assert queue.take() is None
    assert (queue.waiting, queue.unfinished) == (0, 3)


def test_only_the_first_outcome_of_a_message_counts() -> None:
    queue = make_queue()
    outgoing = take(queue)
    queue.finish(outgoing, Outcome("accepted"))
    queue.finish(outgoing, Outcome("unknown"))
    assert (queue.unfinished, queue.outcomes) == (0, [Outcome("accepted")])


def test_a_requeued_message_is_the_next() -> None:
    queue = make_queue(2)
    first = take(queue)
    queue.requeue(first, "the connection broke", is_suspect=False)
    assert take(queue) is first


def test_a_suspect_message_goes_last_and_is_deferred_in_the_end() -> None:
    queue = make_queue(2)
    first, second = take(queue), take(queue)
    queue.requeue(second, "the connection broke", is_suspect=False)
    queue.requeue(first, "the connection broke", is_suspect=True)
    assert take(queue) is second
    for _ in range(MAX_TRIES - 1):
        assert take(queue) is first
        queue.requeue(first, "the connection broke again", is_suspect=True)
    assert queue.take() is None
    assert first.outcome == Outcome(
        "deferred", error="the connection broke again", cause="message or server"
    )
    assert second.outcome is None


def test_messages_without_a_connection_end_with_the_failure() -> None:
    queue, failure = make_queue(2), Outcome("misconfigured", error="535 wrong password")
    queue.note_failure(failure)
    queue.finish_rest()
    assert queue.outcomes == [failure] * 2


def test_a_message_of_which_no_connection_reported_is_in_doubt() -> None:
    queue = make_queue()
    take(queue)
    queue.finish_rest()
    assert [outcome.state for outcome in queue.outcomes] == ["unknown"]


@pytest.mark.parametrize(
    "to",
    [
        "ada@example.com, eve@example.com",
        "ada@example.com,eve@example.com",
        "ada@example.com\nBcc: eve@example.com",
        "ada@example.com>",
        "ada",
        "",
    ],
)
def test_an_address_that_is_not_exactly_one_is_refused(to: str) -> None:
    queue = OutgoingQueue([PlainMessage(1, to)], until=inf)
    assert queue.take() is None
    assert [outcome.state for outcome in queue.outcomes] == ["refused"]


@pytest.mark.parametrize(
    "error", [ValueError("a header with a line end"), KeyError("no rank"), TypeError("no text")]
)
def test_a_message_that_cannot_be_built_is_an_error_of_ours(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    class Invalid(PlainMessage):
        def as_bytes(self) -> bytes:
            raise error

    queue = OutgoingQueue([Invalid(1, "ada@example.com"), make_message(2)], until=inf)
    assert take(queue).message.reference == 2
    wrong = f"{type(error).__name__}: {error}"
    assert queue.outcomes[0] == Outcome("deferred", error=wrong, is_ours=True)
    assert "an error of ours: a message cannot be built" in caplog.text


def test_the_time_limit_of_a_task_is_no_error_of_a_message() -> None:
    class Slow(PlainMessage):
        def as_bytes(self) -> bytes:
            raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        OutgoingQueue([Slow(1, "ada@example.com")], until=inf).take()


def test_the_next_message_is_encoded_ahead_and_stays_the_next() -> None:
    queue = make_queue(2)
    first = take(queue)
    queue.encode_next()
    assert queue.waiting == 1
    second = take(queue)
    assert (first.message.reference, second.message.reference) == (1, 2)
    assert second.content == second.message.as_bytes()


class SharedLines:
    """What messages with the same lines have in common."""


def wire(message: PlainMessage) -> bytes:
    return take(OutgoingQueue([message], until=inf)).content


def test_messages_with_dotted_shared_lines_are_all_stuffed() -> None:
    shared = SharedLines()
    for number in (1, 2):
        message = PlainMessage(number, "ada@example.com", b".a\r\n", shared_lines=shared)
        assert b"\r\n\r\n..a\r\n" in wire(message)


def test_shared_lines_without_dots_are_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bytes] = []

    def check(content: bytes) -> bytes:
        checked.append(content)
        return content

    monkeypatch.setattr("mail.smtp.queue.stuffed", check)
    shared = SharedLines()
    for number in (1, 2, 3):
        wire(PlainMessage(number, "ada@example.com", shared_lines=shared))
    wire(make_message(4))
    wire(make_message(5))
    assert len(checked) == 3


def test_messages_whose_time_is_over_are_not_begun() -> None:
    queue = OutgoingQueue(make_burst(2), until=0)
    assert queue.take() is None
    queue.finish_rest()
    error = "the server was too slow for the whole burst"
    assert queue.outcomes == [Outcome("deferred", error=error, cause="message or server")] * 2


def test_a_message_that_cannot_be_signed_does_not_hold_the_others() -> None:
    def sign(content: bytes) -> bytes:
        if b"reader1@" in content:
            raise DKIMException("no signature")
        return b"DKIM-Signature: x\r\n" + content

    queue = OutgoingQueue(make_burst(2), until=inf, sign=sign)
    assert take(queue).content.startswith(b"DKIM-Signature: x\r\nTo: reader2@example.com")
    assert [outcome.state for outcome in queue.outcomes] == ["deferred", "unknown"]
