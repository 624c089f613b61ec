"""Several connections in one thread: none waits for another."""

from __future__ import annotations

from collections import Counter
from math import inf
from threading import active_count

import pytest
from pytest_django import Settings

from fakes.smtp_sink_rules import SILENCE
from mail.smtp.loop import ConnectionLoop
from mail.smtp.queue import OutgoingQueue
from mail.smtp.worker import SmtpWorker
from tests.mail.smtp.bursts import Connect, make_burst, reply_once, states, strict_sink


def test_connections_to_a_near_server_use_no_threads(
    connect_near: Connect, settings: Settings
) -> None:
    settings.SMTP_CONNECTIONS = 3
    with strict_sink() as sink, connect_near(sink) as transport:
        before = active_count()
        transport.send(make_burst(40))
        assert active_count() == before
    assert len({mail.connection for mail in sink.mails}) == 3


@pytest.mark.usefixtures("_short_timeout")
def test_a_silent_connection_delays_no_other(connect_near: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 2
    silent = reply_once("end", SILENCE, after=4)
    with strict_sink(silent) as sink, connect_near(sink) as transport:
        outcomes = transport.send(make_burst(40))
    assert Counter(states(outcomes)) == {"accepted": 39, "unknown": 1}


def make_queue(count: int) -> OutgoingQueue:
    return OutgoingQueue(make_burst(count), until=inf)


def make_worker() -> SmtpWorker:
    return SmtpWorker("digest@papers.test", max_messages=100)


def test_a_loop_ends_when_no_message_waits(settings: Settings) -> None:
    queue, loop, workers = make_queue(10), ConnectionLoop(), {make_worker(), make_worker()}
    with strict_sink() as sink:
        settings.EMAIL_PORT = sink.port
        for worker in workers:
            loop.start(worker, queue)
        assert (len(loop), loop.workers) == (2, workers)
        while loop:
            loop.step()
        for worker in workers:
            worker.close()
    assert states(queue.outcomes) == ["accepted"] * 10
    assert loop.stopped == set()


def test_a_worker_without_a_server_is_stopped(settings: Settings) -> None:
    queue, loop, worker = make_queue(2), ConnectionLoop(), make_worker()
    settings.EMAIL_PORT = 1
    loop.start(worker, queue)
    assert (len(loop), loop.stopped) == (0, {worker})
    assert queue.unfinished == 2


def test_closing_a_loop_leaves_messages_under_way_in_doubt(settings: Settings) -> None:
    queue, loop, worker = make_queue(3), ConnectionLoop(), make_worker()
    with strict_sink() as sink:
        settings.EMAIL_PORT = sink.port
        loop.start(worker, queue)
        loop.close()
        assert not worker.is_open
    queue.finish_rest()
    assert states(queue.outcomes) == ["unknown", "deferred", "deferred"]
    assert sink.mails == []
