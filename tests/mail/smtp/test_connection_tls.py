"""TLS and passwords, as Django's EMAIL_* settings say, with a certificate made for the test."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings

from fakes.smtp_sink_rules import HANG_UP, Sink
from mail.smtp.pool import SmtpTransport
from tests.mail.smtp.bursts import (
    BACKEND,
    make_burst,
    make_message,
    reply_at,
    states,
    strict_sink,
)

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
LOGIN = ("digest", "a password")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for localhost, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(made)]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *names, *files], check=True, capture_output=True
    )
    return made, key


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture(autouse=True)
def _smtp(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = BACKEND, "localhost"
    settings.EMAIL_TIMEOUT, settings.SMTP_CONNECTIONS = 3, 2
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = LOGIN


@pytest.fixture
def _trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


def sent(sink: Sink, settings: Settings, count: int = 12) -> list[str]:
    settings.EMAIL_PORT = sink.port
    with SmtpTransport() as transport:
        return states(transport.send(make_burst(count)))


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize("pipelining", [True, False])
def test_starttls_and_a_password(tls: ssl.SSLContext, settings: Settings, pipelining: bool) -> None:
    settings.EMAIL_USE_TLS = True
    with strict_sink(tls=tls, login=LOGIN, pipelining=pipelining) as sink:
        assert sent(sink, settings) == ["accepted"] * 12
    assert len(sink.mails) == 12
    assert sink.verbs.count("STARTTLS") == sink.connections


@pytest.mark.usefixtures("_trusted")
def test_tls_from_the_first_byte(tls: ssl.SSLContext, settings: Settings) -> None:
    settings.EMAIL_USE_SSL = True
    with strict_sink(tls=tls, tls_at_once=True, login=LOGIN) as sink:
        assert sent(sink, settings) == ["accepted"] * 12


@pytest.mark.usefixtures("_trusted")
def test_large_messages_and_refusals_within_tls(tls: ssl.SSLContext, settings: Settings) -> None:
    """Several records a message, and replies between them."""
    settings.EMAIL_USE_TLS = True
    burst = [
        make_message(number, lines=b"%04d words\r\n" % number * 9000) for number in range(1, 9)
    ]
    with strict_sink(reply_at("RCPT", "550 5.1.1 no", 2, 5), tls=tls, login=LOGIN) as sink:
        settings.EMAIL_PORT = sink.port
        with SmtpTransport() as transport:
            outcomes = transport.send(burst)
    refused = {
        message.to
        for message, outcome in zip(burst, outcomes, strict=True)
        if outcome.state == "refused"
    }
    assert refused == {"reader2@example.com", "reader5@example.com"}
    content = {message.to: message.as_bytes() for message in burst if message.to not in refused}
    assert {mail.to: mail.content for mail in sink.mails} == content


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize(("verb", "state"), [("MAIL", "deferred"), ("end", "unknown")])
def test_a_connection_that_breaks_within_tls(
    tls: ssl.SSLContext, settings: Settings, verb: str, state: str
) -> None:
    settings.EMAIL_USE_TLS = True
    settings.SMTP_CONNECTIONS = 1
    with strict_sink(reply_at(verb, HANG_UP), tls=tls, login=LOGIN) as sink:
        outcome = sent(sink, settings, 3)
    assert (outcome[0], outcome[-1], sink.connections) == (state, "deferred", 2)


@pytest.mark.usefixtures("_trusted")
def test_a_connection_within_tls_is_kept_between_bursts(
    tls: ssl.SSLContext, settings: Settings
) -> None:
    settings.EMAIL_USE_TLS = True
    with strict_sink(tls=tls, login=LOGIN) as sink:
        settings.EMAIL_PORT = sink.port
        with SmtpTransport() as transport:
            for number in (1, 2, 3):
                assert states(transport.send([make_message(number)])) == ["accepted"]
    assert sink.connections == 1


def test_an_untrusted_certificate_is_a_wrong_setting(
    tls: ssl.SSLContext, settings: Settings
) -> None:
    settings.EMAIL_USE_TLS = True
    with strict_sink(tls=tls, login=LOGIN) as sink:
        assert sent(sink, settings) == ["misconfigured"] * 12
    assert not any(line.startswith("AUTH") for line in sink.verbs)


@pytest.mark.usefixtures("_trusted")
def test_a_wrong_password_is_tried_once(tls: ssl.SSLContext, settings: Settings) -> None:
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_PASSWORD = True, "guess"
    with strict_sink(tls=tls, login=LOGIN) as sink:
        assert sent(sink, settings) == ["misconfigured"] * 12
    assert sum(line.startswith("AUTH") for line in sink.verbs) == 1


def test_a_server_without_tls_gets_no_password(settings: Settings) -> None:
    settings.EMAIL_USE_TLS = True
    with strict_sink(login=LOGIN) as sink:
        assert sent(sink, settings) == ["misconfigured"] * 12
    assert not any(line.startswith("AUTH") for line in sink.verbs)
