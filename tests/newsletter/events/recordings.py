"""The recorded requests of providers: read from shared/data, and posted as they came."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from tests.newsletter.events.conftest import select
from tests.newsletter.events.payloads import SECRET

# What each provider's view needs, with the keys that signed the recordings. Brevo and Resend fetch
# an incoming mail with a key: without it the answer is a 500, so that they post it again.
_KEYS: Final[dict[str, dict[str, str]]] = {
    "mailersend": {
        "MAILERSEND_SIGNING_SECRET": "TEST_WEBHOOK_SIGNING_SECRET",
        "MAILERSEND_INBOUND_SECRET": "TEST_WEBHOOK_SIGNING_SECRET",
    },
    "mailgun": {"MAILGUN_WEBHOOK_SIGNING_KEY": "TEST_WEBHOOK_SIGNING_KEY"},
    "mailjet": {"MAILJET_API_KEY": "key", "MAILJET_SECRET_KEY": "key"},
    "mandrill": {"MANDRILL_WEBHOOK_KEY": "key"},
}


@dataclass(frozen=True)
class Recording:
    """One request of a provider; `name` is unique among all."""

    provider: str
    name: str
    request: dict[str, Any]

    @property
    def body(self) -> bytes:
        if "base64" in self.request:
            return b64decode(self.request["base64"])
        if "text" in self.request:
            return str(self.request["text"]).encode()
        return json.dumps(self.request["json"]).encode()

    def post(self, client: Client) -> HttpResponse:
        """Post it with our secret, whatever secret it was recorded with."""
        given = self.request["headers"]
        headers = {key.removeprefix("HTTP_").replace("_", "-"): given[key] for key in given}
        headers["Authorization"] = f"Basic {b64encode(SECRET.encode()).decode()}"
        return client.generic(  # type: ignore[return-value]
            "POST",
            self.request["path"],
            self.body,
            content_type=self.request["content_type"],
            headers=headers,
        )


def recordings(shared: Path, provider: str = "*") -> list[Recording]:
    folder = shared / "data" / "recorded" / "esp_webhooks"
    files = sorted(folder.glob(f"{provider}/*.json"))
    return [
        Recording(file.parent.name, _name(file), json.loads(file.read_text())) for file in files
    ]


def _name(file: Path) -> str:
    suite, _, name = file.stem.partition(".")
    short = suite.removesuffix("TestCase").removesuffix("Tests")
    return f"{file.parent.name} {short} {name.removeprefix('test_')}"


TABLE: Final = Path(__file__).with_name("recorded_answers.txt")


def expected_answers() -> dict[str, str]:
    """For each recording the status, and what is stored: events with kind, address and reason."""
    lines = [line.split(" | ") for line in TABLE.read_text().splitlines() if line[:1] != "#"]
    return dict(lines)


def expect_events_of(settings: Settings, provider: str) -> None:
    select(settings, provider, **_KEYS.get(provider, {}))
    settings.INBOUND_ADDRESS, settings.INBOUND_PROVIDER = "reply@in.example.org", provider
