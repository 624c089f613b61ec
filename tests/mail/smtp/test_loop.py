"""Several connections in one thread: none waits for another."""

from __future__ import annotations

import time
from collections import Counter
from threading import active_count

import pytest
from pytest_django import Settings

from tests.mail.smtp.bursts import Connect, make_burst, reply_once, states, strict_sink
from tests.sink_rules import SILENCE


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
def test_a_reply_that_is_read_late_still_counts(connect_near: Connect, settings: Settings) -> None:
    """The database may keep us for longer than the mail server may take."""
    settings.SMTP_CONNECTIONS = 3
    with strict_sink() as sink, connect_near(sink) as transport:
        transport.submit(make_burst(20), 60)
        transport.run_until(left=15)
        found = transport.drain()
        time.sleep(1.2)
        transport.run_until()
        found += transport.drain()
    assert states([outcome for _, outcome in found]) == ["accepted"] * 20
    assert len(sink.mails) == 20


@pytest.mark.usefixtures("_short_timeout")
def test_a_silent_connection_delays_no_other(connect_near: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 2
    silent = reply_once("end", SILENCE, after=4)
    with strict_sink(silent) as sink, connect_near(sink) as transport:
        outcomes = transport.send(make_burst(40))
    assert Counter(states(outcomes)) == {"accepted": 39, "unknown": 1}
