"""How fast ready mails go over SMTP, and what each costs the sender.

Three ways, interleaved: Django with ready texts (a message built and sent on an open connection),
smtplib with ready bytes, and the transport; into a cheap sink on this machine. With Debian's
postfix package (see `bench.postfix`) its `smtp-sink` is a second server and `smtp-source` a
fourth way. What comes before the wire is in `bench.sending`, servers far away in `bench.latency`.
"""

from __future__ import annotations

import resource
import smtplib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import override_settings

from bench import postfix
from bench.costs import Sending
from bench.delay import HOST
from bench.stage import is_quick, write
from mail.factory import SMTP
from mail.smtp.pool import SmtpTransport
from newsletter.editions.render import Digest

BURST: Final = 50
SENDER: Final = "digest@bench.test"
_LINE: Final = "Words of a paper and its link https://papers.bench.test/r/AbCdEfGh/7 go here.\n"
TEXT, HTML = _LINE * 115, _LINE * 460  # 9 KB and 36 KB
DJANGO, SMTPLIB = "Django, ready texts", "smtplib, ready bytes"
SOURCE: Final = "smtp-source -d"


class Ready:
    """A digest whose bytes are made already: only the way to the server is measured."""

    shared_lines: Any

    def __init__(self, number: int) -> None:
        self.to = f"reader{number}@bench.test"
        self.shared_lines = type(self)
        head = f"Message-ID: <{number}@bench.test>\nTo: {self.to}\n\n"
        self._content = (head + TEXT + HTML).replace("\n", "\r\n").encode()

    def as_bytes(self) -> bytes:
        return self._content


BURSTS: Final = cast("list[Digest]", [Ready(number) for number in range(BURST)])


# ── the ways ─────────────────────────────────────────────────────────────────


def plain_django(mails: int) -> None:
    with get_connection() as connection:
        for number in range(mails):
            message = EmailMultiAlternatives(
                "Papers", TEXT, SENDER, [f"reader{number}@bench.test"], connection=connection
            )
            message.attach_alternative(HTML, "text/html")
            message.send()


def with_smtplib(port: int, mails: int) -> None:
    with smtplib.SMTP(HOST, port) as client:
        for number in range(mails):
            digest = BURSTS[number % BURST]
            client.sendmail(SENDER, [digest.to], digest.as_bytes())


def ours(connections: int, mails: int) -> None:
    with override_settings(SMTP_CONNECTIONS=connections), SmtpTransport() as transport:
        for first in range(0, mails, BURST):
            burst = BURSTS[: min(BURST, mails - first)]
            states = {outcome.state for outcome in transport.send(burst)}
            assert states == {"accepted"}, states


def smtp_source(port: int, sessions: int, mails: int) -> None:
    postfix.source(port, mails, len(BURSTS[0].as_bytes()), sessions)


def measured(mails: int, way: Callable[[int], None]) -> Sending:
    start, before = time.perf_counter(), _cpu()
    way(mails)
    return Sending(mails, time.perf_counter() - start, _cpu() - before)


def _cpu() -> float:
    """Processor seconds of this process and of those it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


# ── the servers ──────────────────────────────────────────────────────────────


@contextmanager
def cheap_sink() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.sink"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sink:
        assert sink.stdout
        try:
            yield int(sink.stdout.readline().rpartition(":")[2])
        finally:
            sink.terminate()


# ── the measurements ─────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Way:
    name: str
    mails: int  # so many that a run takes about a second
    act: Callable[[int], None]


def near_ways(port: int, mails: int) -> list[Way]:
    ways = [
        Way(DJANGO, mails // 10, plain_django),
        Way(SMTPLIB, mails, partial(with_smtplib, port)),
        *(Way(name(count), mails, partial(ours, count)) for count in (1, 4)),
    ]
    if postfix.program("smtp-source"):
        ways += [
            Way(f"{SOURCE} -s {count}", mails, partial(smtp_source, port, count))
            for count in (1, 4)
        ]
    return ways


def name(connections: int) -> str:
    return f"ours, {connections} connection{'s' if connections > 1 else ''}"


def measure(port: int, ways: Sequence[Way], times: int) -> dict[str, list[Sending]]:
    """Every way in turn, `times` over, after one round that is not counted."""
    runs: dict[str, list[Sending]] = {way.name: [] for way in ways}
    server = {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": HOST, "EMAIL_PORT": port}
    with override_settings(**server, EMAIL_TIMEOUT=30.0, MAIL_FROM=SENDER):
        for turn in range(times + 1):
            for way in ways:
                run = measured(way.mails, way.act)
                if turn:
                    runs[way.name].append(run)
    return runs


def main(quick: bool) -> None:
    mails, times = (500, 1) if quick else (3_000, 5)
    results: dict[str, Any] = {"quick": quick, "mail_bytes": len(BURSTS[0].as_bytes())}
    with cheap_sink() as port:
        results["cheap_sink"] = _report(
            "a cheap sink", measure(port, near_ways(port, mails), times)
        )
    if postfix.program("smtp-sink"):
        with postfix.sink() as port:
            results["smtp_sink"] = _report(
                "smtp-sink", measure(port, near_ways(port, mails), times)
            )
    else:
        print("smtp-sink is missing: apt-get install --no-install-recommends postfix")
    print(f"results in {write('smtp', results)}")


def _report(server: str, runs: dict[str, list[Sending]]) -> dict[str, Any]:
    print(f"\ninto {server:<34}{'mails/s':>9}{'(spread)':>16}{'CPU µs a mail':>15}")
    report = {}
    for way, several in runs.items():
        rates, costs = [run.rate for run in several], [run.cpu_us for run in several]
        rate, cost = statistics.median(rates), statistics.median(costs)
        spread = f"({min(rates):.0f}–{max(rates):.0f})"
        print(f"  {way:<37}{rate:>9.0f}{spread:>16}{cost:>15.0f}", flush=True)
        report[way] = {"rate": rate, "rates": rates, "cpu_us": cost, "cpus_us": costs}
    return report


if __name__ == "__main__":
    main(is_quick())
