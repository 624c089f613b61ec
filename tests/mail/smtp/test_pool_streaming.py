"""Messages that are added while others leave, and results that are waited for beside them."""

from __future__ import annotations

import socket
from contextlib import closing

from pytest_django import Settings

from fakes.slow_proxy import delayed
from mail.message import Message
from mail.outcome import Outcome
from mail.smtp.pool import SmtpTransport
from tests.mail.smtp.bursts import Connect, make_burst, make_message, states, strict_sink
from fakes.smtp_sink_rules import Moment


class LateResult:
    """A result that is ready once `come` was called."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)

    def come(self) -> None:
        self._theirs.send(b"!")

    def fileno(self) -> int:
        return self._ours.fileno()

    def is_ready(self) -> bool:
        try:
            return bool(self._ours.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False

    def close(self) -> None:
        self._ours.close()
        self._theirs.close()


class FailedResult:
    """The result of a query that could not be sent: it is ready, and there is no socket."""

    def fileno(self) -> int:
        raise AssertionError("there is nothing to wait for")

    def is_ready(self) -> bool:
        return True


def test_reply_times_decide_whether_messages_stream(settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 3
    with strict_sink() as sink, delayed(sink.port, 0.005) as far:
        for settings.EMAIL_PORT, is_near in (sink.port, True), (far, False):
            with SmtpTransport() as transport:
                assert not transport.is_streaming
                transport.send(make_burst(40))
                assert transport.is_streaming is is_near
                transport.send([make_message(number) for number in range(41, 81)])
        sink.mails = sink.mails[:80]  # the same mails went to both
    assert len({mail.connection for mail in sink.mails}) == 3


def test_messages_are_added_while_others_leave(connect_near: Connect) -> None:
    found: list[tuple[Message, Outcome]] = []
    burst = make_burst(60)
    with strict_sink() as sink, connect_near(sink) as transport:
        for first in range(0, 60, 10):
            transport.submit(burst[first : first + 10], 60)
            transport.run_until(left=10)
            found += transport.drain()
            assert first <= len(found) <= first + 10
        transport.run_until()
        found += transport.drain()
    assert {mail.to for mail, _ in found} == {mail.to for mail in burst}
    assert states([outcome for _, outcome in found]) == ["accepted"] * 60
    assert len(sink.mails) == 60


def test_a_ready_result_stops_the_run(connect_near: Connect) -> None:
    result = LateResult()

    def rule(moment: Moment) -> None:
        if moment.total == 20:
            result.come()

    with closing(result), strict_sink(rule) as sink, connect_near(sink) as transport:
        transport.submit(make_burst(400), 60)
        transport.run_until(pending=result)
        assert 10 < len(transport.drain()) < 400
        transport.run_until()
    assert len(sink.mails) == 400


def test_a_query_that_failed_is_not_waited_for(connect_near: Connect) -> None:
    with strict_sink() as sink, connect_near(sink) as transport:
        transport.submit(make_burst(10), 60)
        transport.run_until(left=5)
        transport.run_until(pending=FailedResult())
        transport.run_until()
        assert states([outcome for _, outcome in transport.drain()]) == ["accepted"] * 10


def test_a_result_that_never_comes_delays_no_message(connect_near: Connect) -> None:
    with closing(LateResult()) as result, strict_sink() as sink, connect_near(sink) as transport:
        transport.submit(make_burst(40), 60)
        transport.run_until(pending=result)
        assert len(transport.drain()) == 40
    assert len(sink.mails) == 40


def test_after_a_reset_no_outcome_is_reported(connect_near: Connect) -> None:
    with strict_sink() as sink, connect_near(sink) as transport:
        transport.submit(make_burst(10), 60)
        transport.run_until(left=8)
        transport.reset()
        assert transport.drain() == []
        later = [make_message(number) for number in range(11, 16)]
        assert states(transport.send(later)) == ["accepted"] * 5
    assert 7 <= len(sink.mails) <= 15


def test_messages_whose_time_is_over_are_not_begun(connect_near: Connect) -> None:
    with strict_sink() as sink, connect_near(sink) as transport:
        transport.submit(make_burst(3), -1)
        transport.run_until()
        assert states([outcome for _, outcome in transport.drain()]) == ["deferred"] * 3
    assert sink.mails == []


def test_a_burst_leaves_the_outcomes_of_streamed_messages_alone(connect_near: Connect) -> None:
    """A confirmation is sent in a process whose digests have not been recorded yet."""
    streamed, others = make_burst(12), make_burst(3, first=101)
    with strict_sink() as sink, connect_near(sink) as transport:
        transport.submit(streamed, 60)
        transport.run_until(left=8)
        assert states(transport.send(others)) == ["accepted"] * 3
        found = transport.drain()
    assert {message.reference for message, _ in found} == {m.reference for m in streamed}
    assert states([outcome for _, outcome in found]) == ["accepted"] * 12
    assert len(sink.mails) == 15


def test_outcomes_are_reported_once(connect_near: Connect) -> None:
    with strict_sink() as sink, connect_near(sink) as transport:
        transport.submit(make_burst(3), 60)
        transport.run_until()
        assert len(transport.drain()) == 3
        assert transport.drain() == []
