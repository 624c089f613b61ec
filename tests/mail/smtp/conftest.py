"""Settings for a server on this machine, and transports to it."""

from __future__ import annotations

from math import inf

import pytest
from pytest_django import Settings

from fakes.smtp_sink_rules import Sink
from mail.smtp import pool
from mail.smtp.pool import SmtpTransport
from tests.mail.smtp.bursts import BACKEND, Connect


@pytest.fixture(autouse=True)
def _smtp(settings: Settings) -> None:
    settings.EMAIL_BACKEND = BACKEND
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 20
    settings.MAIL_FROM = "Trending Papers <digest@papers.test>"
    settings.MAIL_DOMAIN = "papers.test"
    settings.SMTP_CONNECTIONS = 1


@pytest.fixture
def _short_timeout(settings: Settings) -> None:
    """For servers that become silent; a busy machine delays others, so not for them."""
    settings.EMAIL_TIMEOUT = 0.5


@pytest.fixture(params=[True, False], ids=["pipelining", "step by step"])
def pipelining(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=[inf, 0], ids=["near", "far"])
def _distance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server counts as near (one thread for all connections), or as far away."""
    monkeypatch.setattr(pool, "_NEAR", request.param)


@pytest.fixture
def _connect(settings: Settings) -> Connect:
    def connect(sink: Sink) -> SmtpTransport:
        settings.EMAIL_PORT = sink.port
        return SmtpTransport()

    return connect


@pytest.fixture
def connect(_connect: Connect, _distance: None) -> Connect:
    """A transport to a server, near and far."""
    return _connect


@pytest.fixture
def connect_near(_connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """A transport to a server that counts as near from the start."""
    monkeypatch.setattr(pool, "_NEAR", inf)
    return _connect
