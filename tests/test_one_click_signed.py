"""One-click as a mailbox provider has it (RFC 8058): the signature first, then the POST.

Two independent programs read the signatures: dkimpy, with a name server on this machine, and
OpenDKIM of Debian's package. A relay that signs is Postfix with OpenDKIM as its milter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

import dkim
import pytest
from django.test import Client
from pytest_django import Settings

from fakes import opendkim, postfix_server
from fakes.dns_server import DnsServer, serving_dns
from fakes.postfix import wait_for
from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import Sink
from mail.smtp.pool import SmtpTransport
from newsletter.editions.loaded_edition import rebuild
from newsletter.editions.rendering.message import Digest
from subscribers.messages import build
from subscribers.models import Subscriber
from tests.factories import NOON, make_mail, make_subscriber
from tests.mail.dkim.keys import DOMAIN, SELECTOR, make_key, pem
from tests.newsletter.sent_digests import make_sent

pytestmark = pytest.mark.django_db

ONE_CLICK = {"list-unsubscribe", "list-unsubscribe-post"}


def require(missing: str) -> None:
    """Skip the test where a program is missing; in CI it must be there."""
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


@pytest.fixture(autouse=True)
def _settings(settings: Settings) -> None:
    settings.EMAIL_HOST, settings.SMTP_CONNECTIONS = "127.0.0.1", 1
    settings.MAIL_FROM = f"Trending Papers <digest@{DOMAIN}>"
    settings.MAIL_DOMAIN = settings.EHLO_NAME = DOMAIN
    settings.SITE_URL = "https://papers.example.org"


@pytest.fixture
def _own_key(settings: Settings) -> None:
    settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = DOMAIN, SELECTOR
    settings.DKIM_PRIVATE_KEY = pem()


@pytest.fixture
def dns_server() -> Iterator[DnsServer]:
    key = make_key()
    with serving_dns({}, {f"TXT {key.name}": key.record}) as server:
        yield server


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sinking() as sink:
        yield sink


@pytest.fixture
def reader() -> Subscriber:
    return make_subscriber(f"ada@{postfix_server.INBOUND}")


@pytest.fixture
def digest(reader: Subscriber) -> Digest:
    return rebuild(make_sent(reader), reader.email)


def arrived(digest: Digest, port: int, sink: Sink, settings: Settings) -> bytes:
    """The digest as a receiver gets it over the server at this port."""
    settings.EMAIL_PORT = port
    with SmtpTransport() as transport:
        [outcome] = transport.send([digest])
    assert outcome.state == "accepted", outcome.error
    wait_for(lambda: bool(sink.mails), "the mail", seconds=30)
    return sink.mails[0].content


def verified(content: bytes, server: DnsServer) -> tuple[EmailMessage, set[str]]:
    """The mail and the names of its signed headers; an error if the signature is not valid."""

    def txt(name: bytes, timeout: int = 5) -> bytes:
        answer = server.resolver().resolve(name.decode(), "TXT", lifetime=timeout)
        return b"".join(answer[0].strings)

    checked = dkim.DKIM(content)
    assert checked.verify(dnsfunc=txt)
    names = {name.decode() for name, _ in checked.signed_headers}
    return message_from_bytes(content, policy=policy.default), names


def post_as_a_provider(mail: EmailMessage) -> tuple[int, str]:
    """The POST of a mailbox provider: no cookie, no referrer, no redirect."""
    url = urlsplit(mail["List-Unsubscribe"].partition(">")[0].strip().removeprefix("<"))
    assert url.scheme == "https"
    answer = Client(enforce_csrf_checks=True).post(
        url.path,
        mail["List-Unsubscribe-Post"],
        content_type="application/x-www-form-urlencoded",
        secure=True,
        headers={"host": url.netloc},
    )
    return answer.status_code, answer.get("Location", "")


# ── signed by this service ───────────────────────────────────────────────────


@pytest.mark.usefixtures("_own_key")
def test_our_signature_covers_both_headers_and_then_one_post_unsubscribes(
    digest: Digest, reader: Subscriber, sink: Sink, dns_server: DnsServer, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["papers.example.org"]
    mail, signed = verified(arrived(digest, sink.port, sink, settings), dns_server)
    assert signed >= ONE_CLICK
    assert post_as_a_provider(mail) == (200, "")
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"


@pytest.mark.usefixtures("_own_key")
def test_opendkim_takes_our_signatures_of_digests_and_single_mails_for_valid(
    digest: Digest, reader: Subscriber, sink: Sink, settings: Settings
) -> None:
    require(opendkim.missing())
    settings.EMAIL_PORT = sink.port
    with SmtpTransport() as transport:
        transport.send([digest])
        transport.send([build(make_mail(reader), NOON)])
    name, record = make_key().name, make_key().record
    assert [opendkim.is_valid(mail.content, name, record) for mail in sink.mails] == [True, True]
    changed = sink.mails[0].content.replace(b"/u/", b"/v/")
    assert not opendkim.is_valid(changed, name, record)


def test_opendkim_takes_an_ed25519_signature_for_valid(
    digest: Digest, sink: Sink, settings: Settings
) -> None:
    require(opendkim.missing())
    settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = DOMAIN, SELECTOR
    settings.DKIM_PRIVATE_KEY = pem("ed25519")
    content = arrived(digest, sink.port, sink, settings)
    key = make_key("ed25519")
    assert opendkim.is_valid(content, key.name, key.record)


# ── signed by the mail server ────────────────────────────────────────────────


def relayed(digest: Digest, sink: Sink, settings: Settings, more: str) -> bytes:
    """The digest after Postfix, whose milter OpenDKIM signed it by these lines."""
    require(opendkim.missing() or postfix_server.missing())
    with opendkim.signing_milter(pem(), DOMAIN, SELECTOR, more) as milter:
        lines = f"smtpd_milters = inet:127.0.0.1:{milter}\nmilter_default_action = tempfail\n"
        transport = f"smtp:[127.0.0.1]:{sink.port}"
        with postfix_server.postfix(transport, more=lines) as server:
            return arrived(digest, server.port, sink, settings)


def test_a_relay_set_up_as_the_docs_say_signs_both_headers_and_one_post_unsubscribes(
    digest: Digest, reader: Subscriber, sink: Sink, dns_server: DnsServer, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["papers.example.org"]
    content = relayed(digest, sink, settings, opendkim.SIGNING)
    mail, signed = verified(content, dns_server)
    assert signed >= ONE_CLICK | {"feedback-id", "auto-submitted", "list-id", "from", "subject"}
    assert not dkim.verify(b"Subject: Another\r\n" + content, dnsfunc=lambda *_, **__: b"")
    assert post_as_a_provider(mail) == (200, "")
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"


def test_opendkim_as_debian_sets_it_up_does_not_sign_the_second_header(
    digest: Digest, sink: Sink, dns_server: DnsServer, settings: Settings
) -> None:
    _, signed = verified(
        relayed(digest, sink, settings, "Canonicalization relaxed/simple\nOversignHeaders From\n"),
        dns_server,
    )
    assert signed & ONE_CLICK == {"list-unsubscribe"}


@pytest.mark.usefixtures("_own_key")
def test_our_signature_outlives_a_relay_that_does_not_sign(
    digest: Digest, sink: Sink, dns_server: DnsServer, settings: Settings
) -> None:
    require(postfix_server.missing())
    with postfix_server.postfix(f"smtp:[127.0.0.1]:{sink.port}") as server:
        content = arrived(digest, server.port, sink, settings)
    assert content.startswith(b"Received: ")
    _, signed = verified(content, dns_server)
    assert signed >= ONE_CLICK
