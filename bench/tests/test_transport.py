"""The ready mails of the benchmark leave as digests do."""

from __future__ import annotations

from bench.transport import BURST, ours
from fakes.smtp_sink import sinking


def test_every_ready_mail_leaves_and_is_counted() -> None:
    mails = BURST + 1
    with sinking() as sink:
        sent = ours(sink.port, connections=2, mails=mails)
    assert (sent.mails, sink.received, sink.faults) == (mails, mails, [])
