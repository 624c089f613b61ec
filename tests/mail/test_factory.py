"""The settings choose the transport; a process keeps one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from fakes.smtp_sink import sinking
from mail.backend import DjangoTransport
from mail.batch.client import BurstTransport
from mail.factory import SMTP, open_transport, process_transport
from mail.smtp.pool import SmtpTransport
from tests.mail.mails import APIS, make_burst, point_at


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """No test gets the transport of another."""
    process_transport.cache_clear()
    yield
    process_transport.cache_clear()


@pytest.mark.parametrize(
    ("backend", "kind"),
    [
        (SMTP, SmtpTransport),
        ("anymail.backends.mailgun.EmailBackend", DjangoTransport),
        ("django.core.mail.backends.locmem.EmailBackend", DjangoTransport),
        ("anymail.backends.resend.EmailBackend", BurstTransport),
    ],
)
def test_the_backend_chooses_the_transport(
    settings: Settings, backend: str, kind: type[object]
) -> None:
    settings.EMAIL_BACKEND = backend
    assert type(open_transport()) is kind


@pytest.mark.parametrize("provider", sorted(APIS))
def test_each_batch_api_has_its_own_client(settings: Settings, provider: str) -> None:
    point_at(settings, provider, "http://127.0.0.1:1/")
    with open_transport() as transport:
        assert isinstance(transport, BurstTransport)
        assert type(transport._api) is APIS[provider]


def test_a_process_keeps_one_transport_and_its_connection(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    with sinking() as sink:
        settings.EMAIL_PORT = sink.port
        for first in (1, 2):
            outcomes = process_transport().send(make_burst(f"reader{first}"))
            assert [outcome.state for outcome in outcomes] == ["accepted"]
        assert process_transport() is process_transport()
    assert sink.connections == 1
