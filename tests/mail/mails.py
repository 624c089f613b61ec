"""Digests for transports, without a database, and transports to the local API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pytest_django import Settings

from fakes.mail_api import MailApi
from mail.batch.brevo import Brevo
from mail.batch.client import BatchApi, BurstTransport
from mail.batch.postmark import Postmark
from mail.batch.resend import Resend
from mail.providers import backend_of
from newsletter.editions.rendering.body import DigestBody
from newsletter.editions.rendering.fragments import Layout, PaperFragment
from newsletter.editions.rendering.message import Digest
from newsletter.editions.rendering.slots import Slot
from newsletter.editions.tokens import Tokens

APIS: dict[str, type[BatchApi]] = {"postmark": Postmark, "resend": Resend, "brevo": Brevo}
DATED_AT = datetime(2025, 3, 15, 8, tzinfo=UTC)
PREHEADER, PAPERS, RANK, WHY, TOKEN = (
    slot.value for slot in (Slot.PREHEADER, Slot.PAPERS, Slot.RANK, Slot.WHY, Slot.UNSUBSCRIBE)
)
_BODY = DigestBody(
    Layout(
        html=f'<p>…</p>\n{PREHEADER}\n{PAPERS}\n<a href="/u/{TOKEN}">Unsubscribe</a>',
        text=f"{PAPERS}\nUnsubscribe: /u/{TOKEN}",
    ),
    [
        (
            PaperFragment(title="Attention & Co", html=f"{RANK}\n{WHY}\n", text=f"{RANK}\n{WHY}\n"),
            "Theory",
        )
    ],
)


def make_digest(number: int = 1, to: str = "", **values: Any) -> Digest:
    fields: dict[str, Any] = {"dated_at": DATED_AT, "body": _BODY}
    fields["tokens"] = Tokens(*[f"token-{number}"] * 5)
    return Digest(delivery_id=number, to=to or f"reader{number}@example.com", **fields | values)


def make_burst(*names: str) -> list[Digest]:
    """A digest for each name, to that name at example.com."""
    return [make_digest(n, f"{name}@example.com") for n, name in enumerate(names, 1)]


def point_at(settings: Settings, provider: str, url: str, **more: Any) -> None:
    """Send over a provider whose API is at this address, as the environment would set it."""
    settings.MAIL_PROVIDER, settings.EMAIL_BACKEND = provider, backend_of(provider)
    name = provider.upper()
    keys = {"postmark": "SERVER_TOKEN", "resend": "API_KEY", "brevo": "API_KEY"}
    settings.ANYMAIL = {
        f"{name}_{keys[provider]}": "secret",
        f"{name}_API_URL": url,
        "REQUESTS_TIMEOUT": 0.3,
        **more,
    }


@contextmanager
def bursting(settings: Settings, api: MailApi, provider: str, **more: Any) -> Iterator[Bursts]:
    point_at(settings, provider, api.url, **more)
    waits: list[float] = []
    with BurstTransport(APIS[provider](), sleep=waits.append) as transport:
        yield Bursts(transport, waits)


class Bursts:
    """A transport, and the pauses that it made."""

    def __init__(self, transport: BurstTransport, waits: list[float]) -> None:
        self.transport, self.waits = transport, waits

    def states(self, burst: Sequence[Digest]) -> list[str]:
        return [outcome.state for outcome in self.transport.send(burst)]
