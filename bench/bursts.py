"""How fast distinct mails go into providers' batch APIs, beside django-anymail in eight threads.

The provider is a local server in a process of its own, which has the three APIs; a delay before
each response stands for the distance to a real one. What is measured is the transport: mails are
rendered, made into requests and sent, and the responses are parsed. No database is used.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import requests
from django.test import override_settings

from bench.measuring import Sending, figure, is_quick
from bench.result_files import write
from mail.backend import DjangoTransport
from mail.batch.client import BurstTransport
from mail.factory import BATCH_APIS
from mail.providers import backend_of
from newsletter.editions.rendering.body import DigestBody
from newsletter.editions.rendering.fragments import Layout, PaperFragment
from newsletter.editions.rendering.message import Digest
from newsletter.editions.rendering.slots import Slot
from newsletter.editions.tokens import Tokens

PROVIDERS: Final = {
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
    "brevo": "BREVO_API_KEY",
}
THREADS, BURSTS = "8 threads", "bursts of 50"
DELAYS: Final = (0.0, 0.05)  # seconds
BURST: Final = 50
_PAPERS: Final = 10
_HTML_OF_A_PAPER: Final = 3_200  # characters; with the text part a mail has about 46 KB


def main(quick: bool) -> None:
    mails, rounds = (100, 1) if quick else (200, 5)
    results: list[dict[str, Any]] = []
    for delay in DELAYS:
        with provider(delay) as url:
            results += _measure(url, delay, mails, rounds)
    print(f"Written to {write('bursts', {'quick': quick, 'results': results})}")


@contextmanager
def provider(delay: float) -> Iterator[str]:
    """The URL of a server that responds after so many seconds."""
    command = [sys.executable, "-m", "fakes.mail_api", "--delay", str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _measure(url: str, delay: float, mails: int, rounds: int) -> list[dict[str, Any]]:
    """Both ways over every provider, alternately: the load of the machine is the same for all."""
    runs: dict[tuple[str, str], list[Sending]] = {}
    for round_ in range(rounds):
        for name in PROVIDERS:
            for way in (THREADS, BURSTS):
                # Other ids each time, so that no idempotency key repeats.
                first = 1 + round_ * 1_000_000
                digests = [_digest(number) for number in range(first, first + mails)]
                runs.setdefault((name, way), []).append(_run(url, name, way, digests))
    return [_summary(name, way, delay, done) for (name, way), done in runs.items()]


def _run(url: str, name: str, way: str, digests: Sequence[Digest]) -> Sending:
    anymail = {PROVIDERS[name]: "secret", f"{name.upper()}_API_URL": url}
    backend = backend_of(name)
    with (
        override_settings(EMAIL_BACKEND=backend, ANYMAIL=anymail, SEND_THREADS=8),
        BurstTransport(BATCH_APIS[backend]()) if way == BURSTS else DjangoTransport() as transport,
    ):
        before = requests.get(url, timeout=5).json()
        start, cpu = time.perf_counter(), time.process_time()
        for first in range(0, len(digests), BURST):
            outcomes = transport.send(digests[first : first + BURST])
            assert all(outcome.state == "accepted" for outcome in outcomes), outcomes[0]
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        after = requests.get(url, timeout=5).json()
    arrived = after["mails"] - before["mails"]
    assert arrived == len(digests), f"{arrived} of {len(digests)} mails arrived"
    assert after["requests"] - before["requests"] == arrived // (BURST if way == BURSTS else 1)
    return Sending(arrived, seconds, cpu)


def _digest(number: int) -> Digest:
    return Digest(
        delivery_id=number,
        to=f"reader{number}@example.com",
        tokens=Tokens(*[f"{number:036}"] * 5),
        dated_at=datetime(2025, 3, 15, 8, tzinfo=UTC),
        body=_body(number % 20),
    )


@cache
def _body(choice: int) -> DigestBody:
    """One of twenty selections of papers: some recipients share theirs, as in an edition."""
    link = f'<a href="https://papers.example.org/r/{Slot.READ.value}/1">read</a>'
    filler = "A line of an abstract, about as long as such lines are. " * 100
    html = f"<p>{choice} {link} {filler}"[: _HTML_OF_A_PAPER - 4] + "</p>"
    slots, papers = f"{Slot.RANK.value}\n{Slot.WHY.value}\n", f"\n{Slot.PAPERS.value}\n"
    text, title = f"{slots}{link} {filler}"[:1_200], f"A study of {choice}"
    piece = PaperFragment(html=slots + html, text=text, title=title)
    shell = Layout(html=f"<html>\n{Slot.PREHEADER.value}{papers}</html>", text=papers)
    return DigestBody(shell, [(piece, "Robotics · ▲ 84")] * _PAPERS)


def _summary(name: str, way: str, delay: float, runs: Sequence[Sending]) -> dict[str, Any]:
    rate, cost = figure(run.rate for run in runs), figure(run.cpu_us for run in runs)
    print(f"{name:<10}{way:<14}after {delay * 1000:.0f} ms   {rate:.0f} mails/s", flush=True)
    return {
        "provider": name.capitalize(),
        "way": way,
        "delay_ms": round(delay * 1000),
        "mails_per_request": BURST if way == BURSTS else 1,
        "rate": rate.as_json(),
        "cpu_us": cost.as_json(),
    }


if __name__ == "__main__":
    main(is_quick())
