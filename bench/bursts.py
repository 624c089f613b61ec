"""How fast distinct mails go into providers' batch APIs, beside django-anymail mail by mail.

The provider is a local server in a process of its own, which speaks the three APIs; a delay
before each answer stands for the way to a real one. What is measured is the transport: mails
are rendered, made into requests, sent, and their answers taken apart. No database is used.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import requests
from django.test import override_settings

from bench.stage import is_quick, write
from config.providers import backend_of
from newsletter.pieces import PAPERS, TOKEN, Piece, Shell
from newsletter.render import Digest, Sheet
from newsletter.transports import BATCH_APIS, Transport
from newsletter.transports.burst import BurstTransport
from newsletter.transports.django import DjangoTransport

PROVIDERS: Final = {
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
    "brevo": "BREVO_API_KEY",
}
WAYS: Final = ("one by one", "8 threads", "bursts of 50")
DELAYS: Final = (0.0, 0.05)  # seconds
BURST: Final = 50
_PAPERS: Final = 10
_HTML_OF_A_PAPER: Final = 3_200  # characters; with the text part a mail has about 46 KB


@dataclass(frozen=True, slots=True)
class Run:
    """One provider, one way, one delay, once."""

    mails: int
    requests: int
    seconds: float
    cpu_seconds: float


def main(quick: bool) -> None:
    mails, times = (100, 1) if quick else (200, 5)
    results: list[dict[str, Any]] = []
    for delay in DELAYS:
        with provider(delay) as url:
            results += _measure(url, delay, mails, times)
    _print(results)
    ratios = _ratios(results)
    print(f"Written to {write('bursts', {'quick': quick, 'results': results, **ratios})}")


@contextmanager
def provider(delay: float) -> Iterator[str]:
    """The address of a server that answers after so many seconds."""
    command = [sys.executable, "-m", "fakes.mail_api", "--delay", str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _measure(url: str, delay: float, mails: int, times: int) -> list[dict[str, Any]]:
    """Every way over every provider, `times` over and in turns: all meet the same weather."""
    runs: dict[tuple[str, str], list[Run]] = {}
    digests = [_digest(number) for number in range(1, mails + 1)]
    for round_ in range(times):
        for name in PROVIDERS:
            for way in WAYS:
                # The slow way gets half of them, or it would take most of the time.
                share = digests[: len(digests) // (2 if way == WAYS[0] else 1)]
                again = [_again(digest, round_) for digest in share]
                runs.setdefault((name, way), []).append(_run(url, name, way, again))
    return [_summary(name, way, delay, done) for (name, way), done in runs.items()]


def _run(url: str, name: str, way: str, digests: Sequence[Digest]) -> Run:
    key, threads = PROVIDERS[name], 8 if way == "8 threads" else 1
    anymail = {key: "secret", f"{name.upper()}_API_URL": url}
    backend = backend_of(name)
    with (
        override_settings(EMAIL_BACKEND=backend, ANYMAIL=anymail, SEND_THREADS=threads),
        _transport(way, backend) as transport,
    ):
        before = requests.get(url, timeout=5).json()
        start, cpu = time.perf_counter(), time.process_time()
        for first in range(0, len(digests), BURST):
            outcomes = transport.send(digests[first : first + BURST])
            assert all(outcome.state == "accepted" for outcome in outcomes), outcomes[0]
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        after = requests.get(url, timeout=5).json()
    taken = after["mails"] - before["mails"]
    assert taken == len(digests), f"{taken} of {len(digests)} mails arrived"
    return Run(taken, after["requests"] - before["requests"], seconds, cpu)


def _transport(way: str, backend: str) -> AbstractContextManager[Transport]:
    return BurstTransport(BATCH_APIS[backend]()) if way.startswith("bursts") else DjangoTransport()


def _digest(number: int) -> Digest:
    return Digest(
        delivery_id=number,
        to=f"reader{number}@example.com",
        token=f"{number:043}",
        dated_at=datetime(2025, 3, 15, 8, tzinfo=UTC),
        sheet=_sheet(number % 20),
    )


def _again(digest: Digest, round_: int) -> Digest:
    """The same mail under another number, so that no request is known already."""
    number = digest.delivery_id + (round_ + 1) * 1_000_000
    return Digest(number, digest.to, digest.token, digest.dated_at, digest.sheet)


@cache
def _sheet(choice: int) -> Sheet:
    """One of twenty choices of papers: some readers share theirs, as in an edition."""
    link = f'<a href="https://papers.example.org/r/{TOKEN}/1">read</a>'
    filler = "A line of an abstract, about as long as such lines are. " * 100
    html = f"<p>{choice} {link} {filler}"[: _HTML_OF_A_PAPER - 4] + "</p>"
    piece = Piece(html=html, text=f"{link} {filler}"[:1_200], title=f"A study of {choice}")
    shell = Shell(html=f"<html>{PAPERS}</html>", text=PAPERS)
    return Sheet(shell, [(piece, "Robotics · ▲ 84")] * _PAPERS)


def _summary(name: str, way: str, delay: float, runs: Sequence[Run]) -> dict[str, Any]:
    rates = [run.mails / run.seconds for run in runs]
    return {
        "provider": name,
        "way": way,
        "delay_ms": round(delay * 1000),
        "mails": runs[0].mails,
        "mails_per_request": round(runs[0].mails / runs[0].requests, 1),
        "mails_per_second": round(statistics.median(rates), 1),
        "spread": [round(min(rates), 1), round(max(rates), 1)],
        "cpu_ms_per_mail": round(
            statistics.median(run.cpu_seconds / run.mails for run in runs) * 1000, 3
        ),
    }


def _ratios(results: Sequence[dict[str, Any]]) -> dict[str, float]:
    """How many times as fast bursts are as mail by mail, over the provider where it is least."""
    found = {}
    for delay in DELAYS:
        rate = {
            (one["provider"], one["way"]): one["mails_per_second"]
            for one in results
            if one["delay_ms"] == round(delay * 1000)
        }
        least = min(rate[name, WAYS[2]] / rate[name, WAYS[0]] for name in PROVIDERS)
        found[f"ratio_bursts_to_one_by_one_{delay * 1000:.0f}_ms"] = round(least, 1)
    return found


def _print(results: Sequence[dict[str, Any]]) -> None:
    print(
        f"{'provider':<10}{'way':<14}{'delay':>7}{'mails/request':>15}{'mails/s':>10}  CPU a mail"
    )
    for one in results:
        print(
            f"{one['provider']:<10}{one['way']:<14}{one['delay_ms']:>4} ms"
            f"{one['mails_per_request']:>15}{one['mails_per_second']:>10}"
            f"{one['cpu_ms_per_mail']:>9} ms"
        )


if __name__ == "__main__":
    main(is_quick())
