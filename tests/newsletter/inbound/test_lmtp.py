"""The LMTP server in a process of its own, as an operator starts it."""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.mail_servers import HELLO
from tests.service import ROOT, SLOW

AWAY = "postgres://nobody:none@127.0.0.1:9/none"


@contextmanager
def serving(**environ: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`manage.py inbound --lmtp` on a free port."""
    command = [sys.executable, "manage.py", "inbound", "--lmtp", "127.0.0.1:0"]
    env = os.environ | environ
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith("Mail is accepted on port ")
            yield process, int(line.rsplit(" ", 1)[1])
        finally:
            process.kill()


def test_it_says_later_while_the_database_is_away_and_ends_when_asked_to() -> None:
    with serving(DATABASE_URL=AWAY) as (process, port):
        with smtplib.LMTP("127.0.0.1", port) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("")
            assert client.rcpt("reply@in.papers.test") == (250, b"2.1.5 ok")
            assert client.data(HELLO) == (451, b"4.3.0 later")
        process.send_signal(signal.SIGTERM)
        assert process.wait(SLOW) == 0
