"""Events of a mail provider at 500 requests a second: answered in time, and none lost.

Each request is one bounce, delivery or complaint of another mail, as Postmark posts them: one event
a request, which is the most that a mail can cost. The site stores them; then they are processed as
the task does it, and counted.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Final

from django.utils import timezone

from bench.database import empty_database, scalar
from bench.measuring import is_quick
from bench.result_files import write
from bench.web_site import at_rate, serving
from newsletter.events.process import process_events

_RATE: Final = 500  # a second
_NOT_COUNTED: Final = 10_000_000  # the first number of others
_PROOF: Final = "reports:0123456789abcdefghij"
_HEADERS: Final = {
    "Content-Type": "application/json",
    "Authorization": f"Basic {b64encode(_PROOF.encode()).decode()}",
}
_SETTINGS: Final = {
    "MAIL_PROVIDER": "postmark",
    "ANYMAIL_POSTMARK_SERVER_TOKEN": "token",
    "ANYMAIL_WEBHOOK_SECRET": _PROOF,
}


def main(quick: bool) -> None:
    with empty_database():
        found = _measure(5 if quick else 60)
    print(f"Written to {write('events', {'quick': quick, **found})}")


def _measure(seconds: int) -> dict[str, Any]:
    with serving(**_SETTINGS) as site:
        at_rate(site.port, 10, 2, _post_earlier)  # as of a service that runs already
        before = site.cpu_seconds()
        found = at_rate(site.port, _RATE, seconds, _post)
        cpu = (site.cpu_seconds() - before) / found.requests * 1000
    stored = int(scalar("SELECT count(*) FROM newsletter_deliveryevent WHERE message_id < 'n'"))
    start = time.perf_counter()
    processed = 0
    while done := process_events(timezone.now()):
        processed += done
    took = time.perf_counter() - start
    figures = f"p50 {found.p50_ms:,.0f} ms   p99 {found.p99_ms:,.0f} ms   {cpu:.2f} ms CPU"
    print(f"{found.requests:,} events   {figures}   {found.requests - stored} lost", flush=True)
    print(f"processed {processed / took:,.0f} a second", flush=True)
    return {
        **found.as_json(),
        "cpu_ms": cpu,
        "stored": stored,
        "lost": found.requests - stored,
        "processed_per_second": processed / took,
    }


def _post_earlier(peer: HTTPConnection, number: int) -> HTTPResponse:
    """An event that is not among those that are counted, and none of them again."""
    return _post(peer, _NOT_COUNTED + number, "n")


def _post(peer: HTTPConnection, number: int, name: str = "m") -> HTTPResponse:
    """Of a hundred mails ninety arrive, nine bounce and one is a complaint."""
    kind = "Bounce" if number % 100 < 9 else "SpamComplaint" if number % 100 == 9 else "Delivery"
    recipient = "Recipient" if kind == "Delivery" else "Email"
    event: dict[str, Any] = {
        "RecordType": kind,
        "MessageID": f"{name}{number}",
        recipient: f"reader{number}@x.example",
        "DeliveredAt" if kind == "Delivery" else "BouncedAt": "2025-03-14T12:05:00Z",
        "Metadata": {"delivery": str(number)},
    }
    if kind != "Delivery":
        event |= {"ID": number, "Type": "HardBounce", "Details": "550 5.1.1 no such user"}
    peer.request("POST", "/anymail/postmark/tracking/", json.dumps(event), _HEADERS)
    return peer.getresponse()


if __name__ == "__main__":
    main(is_quick())
