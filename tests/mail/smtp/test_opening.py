"""How a connection is opened: our name, a login with any password, and a CA of one's own."""

from __future__ import annotations

import shutil
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import Moment, Reply, Rule, Sink
from mail.outcome import Outcome
from mail.smtp.opening import tls_context
from mail.smtp.pool import SmtpTransport
from tests.mail.smtp.bursts import BACKEND, make_burst, reply_at, states, strict_sink
from tests.mail.smtp.certificates import make_certificate, server_context

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
UMLAUT = ("digest", "pässwörd €")


@pytest.fixture(autouse=True)
def _smtp(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = BACKEND, "localhost"
    settings.EMAIL_TIMEOUT, settings.SMTP_CONNECTIONS = 3, 2
    settings.EHLO_NAME = "papers.example.org"


def sent(sink: Sink, settings: Settings, count: int = 12) -> list[Outcome]:
    settings.EMAIL_PORT = sink.port
    with SmtpTransport() as transport:
        return transport.send(make_burst(count))


# ── our name ─────────────────────────────────────────────────────────────────


def test_the_name_in_ehlo_is_a_setting(settings: Settings) -> None:
    with strict_sink() as sink:
        sent(sink, settings, 1)
    assert sink.verbs[0].lower() == "ehlo papers.example.org"


def needs_qualified_name() -> Rule:
    """As Postfix: it refuses each recipient from a machine whose name has no dot."""
    sinks: list[Sink] = []

    def rule(moment: Moment) -> Reply:
        named = [line for line in sinks[0].verbs if line.lower().startswith("ehlo")]
        if moment.verb == "RCPT" and "." not in named[-1].partition(" ")[2]:
            return "504 5.5.2 <web-1>: Helo command rejected: need fully-qualified hostname"
        return None

    rule.sinks = sinks  # type: ignore[attr-defined]
    return rule


@pytest.mark.parametrize(
    ("name", "state"), [("web-1", "misconfigured"), ("papers.example.org", "accepted")]
)
def test_a_server_that_refuses_the_name_refuses_no_message(
    settings: Settings, name: str, state: str
) -> None:
    settings.EHLO_NAME = name
    rule = needs_qualified_name()
    with strict_sink(rule) as sink:
        rule.sinks.append(sink)  # type: ignore[attr-defined]
        outcomes = sent(sink, settings, 20)
    assert states(outcomes) == [state] * 20
    if state == "misconfigured":
        assert outcomes[0].advice.endswith("set EHLO_NAME")


def test_a_name_that_is_refused_at_once_is_a_wrong_setting(settings: Settings) -> None:
    def rule(moment: Moment) -> Reply:
        is_name = moment.verb in ("EHLO", "HELO")
        return "550 Access denied - Invalid HELO name" if is_name else None

    with strict_sink(rule) as sink:
        [outcome] = sent(sink, settings, 1)
    assert (outcome.state, outcome.advice[-13:]) == ("misconfigured", "set EHLO_NAME")


# ── the login ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "ways", ["PLAIN", "LOGIN", "plain login", "XOAUTH2 PLAIN", "CRAM-MD5 LOGIN"]
)
def test_a_password_that_is_not_ascii_is_sent_as_utf_8(settings: Settings, ways: str) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = UMLAUT
    with strict_sink(login=UMLAUT, ways=ways) as sink:
        assert states(sent(sink, settings)) == ["accepted"] * 12


@pytest.mark.parametrize("ways", ["PLAIN", "LOGIN", "auth plain"])
def test_a_password_in_ascii_works_as_before(settings: Settings, ways: str) -> None:
    login = ("digest", "a password")
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = login
    with strict_sink(login=login, ways=ways) as sink:
        assert states(sent(sink, settings)) == ["accepted"] * 12


@pytest.mark.parametrize("ways", ["PLAIN", "LOGIN"])
def test_a_wrong_password_that_is_not_ascii_is_a_wrong_setting(
    settings: Settings, ways: str
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "digest", "fälsch"
    with strict_sink(login=UMLAUT, ways=ways) as sink:
        outcomes = sent(sink, settings)
    assert states(outcomes) == ["misconfigured"] * 12
    assert "EMAIL_HOST_PASSWORD" in outcomes[0].advice
    assert sum(line.startswith("AUTH") for line in sink.verbs) == 1


@pytest.mark.parametrize("password", ["a password", "pässwörd"])
@pytest.mark.parametrize("ways", ["XOAUTH2", "OAUTHBEARER XOAUTH2", "GSSAPI NTLM"])
def test_a_server_without_passwords_is_a_wrong_setting_in_plain_words(
    settings: Settings, ways: str, password: str
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "digest", password
    with strict_sink(login=UMLAUT, ways=ways) as sink:
        [outcome] = sent(sink, settings, 1)
    assert outcome.state == "misconfigured"
    assert outcome.advice.startswith("the mail server offers no login with a password")
    assert f"offered: {', '.join(ways.split())}" in outcome.error
    assert not any(line.startswith("AUTH") for line in sink.verbs)


def test_a_server_without_any_login_is_a_wrong_setting(settings: Settings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "digest", "a password"
    with strict_sink() as sink:
        [outcome] = sent(sink, settings, 1)
    assert (outcome.state, outcome.error[-13:]) == ("misconfigured", "offered: none")


def test_a_login_that_fails_for_now_is_the_server_s_trouble(settings: Settings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = UMLAUT
    rule = reply_at("AUTH", "454 4.7.0 Temporary authentication failure")
    with strict_sink(rule, login=UMLAUT) as sink:
        [outcome] = sent(sink, settings, 1)
    assert (outcome.state, outcome.cause) == ("deferred", "server")


# ── TLS ──────────────────────────────────────────────────────────────────────


@needs_openssl
@pytest.mark.parametrize("at_once", [True, False])
def test_a_ca_of_one_s_own_is_a_setting(settings: Settings, tmp_path: Path, at_once: bool) -> None:
    files = make_certificate(tmp_path)
    settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = at_once, not at_once
    with strict_sink(tls=server_context(files), tls_at_once=at_once) as sink:
        [untrusted] = sent(sink, settings, 1)
        settings.EMAIL_SSL_CA_FILE = str(files[0])
        assert states(sent(sink, settings)) == ["accepted"] * 12
    assert (untrusted.state, untrusted.cause) == ("misconfigured", "us")
    assert "EMAIL_SSL_CA_FILE" in untrusted.advice


@needs_openssl
@pytest.mark.parametrize(
    ("host", "days", "words"),
    [("mail.example.org", 2, "Hostname mismatch"), ("localhost", -1, "certificate has expired")],
)
def test_a_certificate_that_does_not_fit_is_a_wrong_setting(
    settings: Settings, tmp_path: Path, host: str, days: int, words: str
) -> None:
    files = make_certificate(tmp_path, host, days)
    settings.EMAIL_USE_TLS, settings.EMAIL_SSL_CA_FILE = True, str(files[0])
    with strict_sink(tls=server_context(files)) as sink:
        outcomes = sent(sink, settings)
    assert states(outcomes) == ["misconfigured"] * 12
    assert words in outcomes[0].error
    assert sink.connections == 1


def test_tls_at_a_port_without_is_a_wrong_setting(settings: Settings) -> None:
    settings.EMAIL_USE_SSL = True
    with sinking() as sink:  # not a strict one: the TLS hello is no command
        [outcome] = sent(sink, settings, 1)
    assert outcome.state == "misconfigured"
    assert outcome.advice.endswith("check EMAIL_PORT and EMAIL_USE_SSL")


@contextmanager
def ending_tls() -> Iterator[int]:
    """A port at which each connection is closed within the TLS handshake."""
    with create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            connection.recv(100)
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_handshake_that_breaks_off_is_the_server_s_trouble(settings: Settings) -> None:
    settings.EMAIL_USE_SSL, settings.EMAIL_HOST = True, "127.0.0.1"
    with ending_tls() as port:
        settings.EMAIL_PORT = port
        with SmtpTransport() as transport:
            [outcome] = transport.send(make_burst(1))
    assert (outcome.state, outcome.cause) == ("deferred", "server")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_is_none_is_a_wrong_setting(
    settings: Settings, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_SSL_CA_FILE"):
        tls_context(str(file))
    settings.EMAIL_USE_SSL, settings.EMAIL_SSL_CA_FILE, settings.EMAIL_PORT = True, str(file), 1
    with SmtpTransport() as transport:
        [outcome] = transport.send(make_burst(1))
    assert outcome.state == "misconfigured"


def test_without_a_ca_file_the_system_s_cas_are_trusted() -> None:
    context = tls_context("")
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
