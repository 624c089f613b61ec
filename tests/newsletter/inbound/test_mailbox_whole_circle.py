"""A digest leaves over Postfix to a mailbox that does not exist, and its reader is suppressed.

Postfix accepts it and returns it to its return path; Dovecot, a pipe or LMTP brings it back.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from fakes.dovecot import Dovecot
from fakes.postfix import HOST
from fakes.postfix_server import INBOUND, READERS, Postfix, missing, postfix
from mail.factory import open_transport
from mail.providers import backend_of
from newsletter.events.process import process_events
from newsletter.inbound.mailbox import read_mailbox
from newsletter.models import Delivery, DeliveryEvent, InboundMessage
from subscribers.models import Subscriber
from tests.factories import make_content, make_delivery, make_edition, make_subscriber, tokens_of
from tests.mail.mails import make_digest
from tests.mail_servers import Mailbox, require
from tests.newsletter.inbound.processes import serving
from tests.servers import with_database
from tests.service import ROOT, SLOW, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gone(settings: Settings) -> Delivery:
    """A digest for an address at which there is no mailbox, sent but not delivered yet."""
    settings.INBOUND_ADDRESS, settings.RETURN_PATH = f"reply@{INBOUND}", "verp"
    settings.MAIL_FROM = "Trending Papers <digest@papers.test>"
    reader = make_subscriber(f"gone@{READERS}", state="active")
    other = make_subscriber(f"there@{READERS}", state="active")
    edition = make_edition()
    make_delivery(edition, other, state="sent")
    delivery = make_delivery(edition, reader, state="sent", sent_at=timezone.now())
    make_content(delivery)
    return delivery


def send(delivery: Delivery, server: Postfix, settings: Settings) -> None:
    """Over the service's own transport, as a worker does."""
    settings.EMAIL_BACKEND = backend_of("smtp")
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    content = delivery.content_or_none
    assert content
    to, tokens = f"gone@{READERS}", tokens_of(delivery)
    digest = make_digest(delivery.pk, to, tokens=tokens, dated_at=content.dated_at)
    with open_transport() as transport:
        [outcome] = transport.send([digest])
    assert outcome.state == "accepted"


def assert_suppressed(delivery: Delivery, source: str) -> None:
    """The mail was taken in as a proved bounce of this delivery, and of no other."""
    mail = InboundMessage.objects.get()
    assert (mail.kind, mail.source, mail.delivery_id) == ("bounce", source, delivery.pk)
    process_events(timezone.now())
    event = DeliveryEvent.objects.get()
    assert (event.kind, event.is_hard, event.delivery_id) == ("bounced", True, delivery.pk)
    states = dict(Subscriber.objects.values_list("email", "state"))
    assert states == {f"gone@{READERS}": "suppressed", f"there@{READERS}": "active"}


def test_over_a_mailbox(gone: Delivery, dovecot_server: Dovecot, settings: Settings) -> None:
    require(missing())
    mailbox = Mailbox(dovecot_server, "reply")
    with postfix(f"lmtp:inet:{HOST}:{dovecot_server.lmtp}") as server:
        send(gone, server, settings)
        wait_until(mailbox.flags, "the report in the mailbox")
    read_mailbox(mailbox.account, timezone.now())
    assert_suppressed(gone, "imap")
    read_mailbox(mailbox.account, timezone.now())
    assert InboundMessage.objects.count() == 1


def test_over_lmtp(gone: Delivery, settings: Settings) -> None:
    require(missing())
    with (
        serving(**environment()) as (_, port),
        postfix(f"lmtp:inet:{HOST}:{port}") as server,
    ):
        send(gone, server, settings)
        wait_until(InboundMessage.objects.exists, "the report over LMTP")
        wait_until(lambda: "2.0.0 taken" in server.log, "Postfix's line about it")
    assert_suppressed(gone, "lmtp")


def test_over_a_pipe(gone: Delivery, settings: Settings) -> None:
    require(missing())
    with piping() as command, postfix("papers:", command=command) as server:
        send(gone, server, settings)
        wait_until(InboundMessage.objects.exists, "the report through the pipe")
        wait_until(lambda: "relay=papers" in server.log, "Postfix's line about it")
        assert "status=sent (delivered via papers service)" in server.log
    assert_suppressed(gone, "pipe")


def test_a_mail_waits_at_postfix_until_the_database_is_back(
    gone: Delivery, settings: Settings
) -> None:
    """It was told "later" by the pipe's exit status."""
    require(missing())
    away = {"DATABASE_URL": "postgres://nobody:none@127.0.0.1:9/none"}
    environments = [away, {}]
    with piping(environments) as command, postfix("papers:", command=command) as server:
        send(gone, server, settings)
        wait_until(InboundMessage.objects.exists, "the report at the second try")
        assert server.log.count("status=deferred") == 1
    assert_suppressed(gone, "pipe")


def environment() -> dict[str, str]:
    """The database of the tests, and the settings that a fixture gave, for another process."""
    name = str(connection.settings_dict["NAME"])
    return {
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], name),
        "INBOUND_ADDRESS": f"reply@{INBOUND}",
        "SECRET_KEY": settings_key(),
    }


def settings_key() -> str:
    from django.conf import settings  # noqa: PLC0415 (the fixture of this name is another object)

    return str(settings.SECRET_KEY)


@contextmanager
def piping(environments: list[dict[str, str]] | None = None) -> Iterator[str]:
    """The command for Postfix's pipe. It runs as nobody, who may not read a developer's Python.

    So it hands the mail and its arguments over to this process, which runs `manage.py inbound`
    and replies with its exit status. `environments`: of each run; the last one is for the rest.
    """
    given = iter(environments or [])
    with socket.create_server((HOST, 0)) as listening:
        answering = threading.Thread(target=_run_each, args=(listening, given), daemon=True)
        answering.start()
        yield f"/usr/bin/python3 -c {{{_HAND_OVER % listening.getsockname()[1]}}} ${{recipient}}"
        listening.shutdown(socket.SHUT_RDWR)
        answering.join(SLOW)


_HAND_OVER: Final = (
    "import socket,sys;"
    "s=socket.create_connection(('127.0.0.1',%d));"
    "s.sendall(sys.argv[1].encode()+b'\\0'+sys.stdin.buffer.read());"
    "s.shutdown(1);"
    "sys.exit(int(s.recv(9)))"
)


def _run_each(listening: socket.socket, environments: Iterator[dict[str, str]]) -> None:
    while True:
        try:
            peer, _ = listening.accept()
        except OSError:
            return
        with peer, peer.makefile("rb") as stream:
            recipient, _, mail = stream.read().partition(b"\0")
            done = subprocess.run(
                [sys.executable, "manage.py", "inbound", recipient.decode()],
                input=mail,
                cwd=ROOT,
                env=os.environ | environment() | next(environments, {}),
                timeout=SLOW,
                check=False,
            )
            peer.sendall(str(done.returncode).encode())
