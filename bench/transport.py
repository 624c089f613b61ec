"""The SMTP transport alone, with ready mails: only the way to the server is measured."""

from __future__ import annotations

import time
from typing import Final, cast

from django.test import override_settings

from bench.measuring import Sending
from fakes import postfix
from mail.factory import SMTP
from mail.message import Message
from mail.smtp.pool import SmtpTransport

BURST: Final = 50
SENDER: Final = "digest@bench.test"
_LINE: Final = "Words of a paper and its link https://papers.bench.test/r/AbCdEfGh/7 go here.\n"
_CONTENT: Final = _LINE * 575  # 45 KB


class ReadyMail:
    """A digest whose bytes are made already."""

    def __init__(self, number: int) -> None:
        self.reference = number
        self.to = f"reader{number}@bench.test"
        self.shared_lines = type(self)  # of all of them
        self.return_path, self.is_bulk = "", True
        head = f"Message-ID: <{number}@bench.test>\nTo: {self.to}\n\n"
        self._content = (head + _CONTENT).replace("\n", "\r\n").encode()

    def as_bytes(self) -> bytes:
        return self._content


MAILS: Final = cast("list[Message]", [ReadyMail(number) for number in range(BURST)])
SIZE: Final = len(MAILS[0].as_bytes())


def ours(port: int, connections: int, mails: int) -> Sending:
    """Send so many ready mails over so many connections of this process."""
    server = {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": postfix.HOST, "EMAIL_PORT": port}
    options = {"EMAIL_TIMEOUT": 30.0, "MAIL_FROM": SENDER, "SMTP_CONNECTIONS": connections}
    start, before = time.perf_counter(), time.process_time()
    with override_settings(**server, **options), SmtpTransport() as transport:
        for first in range(0, mails, BURST):
            outcomes = transport.send(MAILS[: min(BURST, mails - first)])
            assert {outcome.state for outcome in outcomes} == {"accepted"}, outcomes
    return Sending(mails, time.perf_counter() - start, time.process_time() - before)
