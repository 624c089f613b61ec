"""The LMTP server in a process of its own, as an operator starts it."""

from __future__ import annotations

import signal
import smtplib

from tests.mail_servers import HELLO
from tests.newsletter.inbound.processes import serving
from tests.service import SLOW

AWAY = "postgres://nobody:none@127.0.0.1:9/none"


def test_it_says_later_while_the_database_is_away_and_ends_when_asked_to() -> None:
    with serving(DATABASE_URL=AWAY) as (process, port):
        with smtplib.LMTP("127.0.0.1", port) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("")
            assert client.rcpt("reply@in.papers.test") == (250, b"2.1.5 ok")
            assert client.data(HELLO) == (451, b"4.3.0 later")
        process.send_signal(signal.SIGTERM)
        assert process.wait(SLOW) == 0
