"""One message a request over any backend: several at once, each with its outcome."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from anymail.exceptions import AnymailRecipientsRefused
from django.core import mail
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections
from pytest_django import Settings

from mail import backend as django_module
from mail.backend import DjangoTransport, takes_metadata
from mail.factory import open_transport
from mail.message import django_message
from mail.outcome import Outcome
from mail.providers import backend_of, known_providers
from tests.mail.mails import make_burst, make_digest

PROVIDERS = [name for name in known_providers() if name != "smtp"]
KEYS = ("API_KEY", "API_TOKEN", "SECRET_KEY", "SERVER_TOKEN", "PROJECT_ID", "SENDER_DOMAIN")
WITHOUT_METADATA = {"mailersend", "postal"}


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Each provider of django-anymail, with invalid keys."""
    name = str(request.param)
    settings.EMAIL_BACKEND = backend_of(name)
    settings.ANYMAIL = {f"{name.upper()}_{key}": "x" for key in KEYS} | {
        f"{name.upper()}_API_URL": "http://127.0.0.1:1/",
        "AMAZON_SES_CLIENT_PARAMS": {"region_name": "eu-west-1"},
    }
    settings.MAIL_REPLY_TO = "editors@papers.test"
    return name


@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")
def test_every_provider_takes_a_digest_completely(provider: str) -> None:
    backend: Any = get_connection()
    message = django_message(make_digest(7), has_metadata=takes_metadata(backend))
    payload = backend.build_message_payload(message, backend.send_defaults)
    said = str(getattr(payload, "data", None) or payload.mime_message.as_string())
    if provider == "amazon_ses":
        said = payload.mime_message.as_string()
    assert "reader7@example.com" in said
    assert "/u/token-7" in said
    assert "List-Unsubscribe" in said


@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")
def test_metadata_is_sent_where_events_repeat_it(provider: str) -> None:
    assert takes_metadata(get_connection()) == (provider not in WITHOUT_METADATA)


def test_other_backends_take_no_metadata(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert not takes_metadata(get_connection())


def test_a_digest_goes_to_exactly_one_address() -> None:
    message = django_message(make_digest(1))
    assert message.recipients() == ["reader1@example.com"]


class Stage:
    """What the backend below received, and which errors it raises for which address."""

    faults: ClassVar[dict[str, Exception]] = {}
    meeting: ClassVar[threading.Barrier | None] = None
    asks: ClassVar[bool] = False
    lock: ClassVar = threading.Lock()
    sent: ClassVar[list[str]] = []
    users: ClassVar[dict[int, set[str]]] = {}
    clashes: ClassVar[int] = 0
    opened: ClassVar[int] = 0
    closed: ClassVar[int] = 0


class Backend(BaseEmailBackend):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.is_busy = False
        Stage.opened += 1

    def close(self) -> None:
        Stage.closed += 1

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        [message] = email_messages
        [to] = message.to
        Stage.clashes += self.is_busy
        self.is_busy = True
        if Stage.meeting:
            Stage.meeting.wait(timeout=5)
        if Stage.asks:
            connection.ensure_connection()
        self.is_busy = False
        if to in Stage.faults:
            raise Stage.faults[to]
        with Stage.lock:
            Stage.sent.append(to)
        message.anymail_status = SimpleNamespace(message_id=f"id-{to}")  # type: ignore[attr-defined]
        return 1


@pytest.fixture
def stage(settings: Settings) -> type[Stage]:
    settings.EMAIL_BACKEND = f"{__name__}.Backend"
    settings.SEND_THREADS = 4
    Stage.faults, Stage.meeting, Stage.asks = {}, None, False
    Stage.sent, Stage.clashes, Stage.opened, Stage.closed = [], 0, 0, 0
    return Stage


def test_the_providers_id_is_kept(stage: type[Stage]) -> None:
    with DjangoTransport() as transport:
        [outcome] = transport.send(make_burst("ada"))
    assert outcome == Outcome("accepted", provider_id="id-ada@example.com")


def test_an_error_of_the_provider_is_an_outcome(stage: type[Stage]) -> None:
    stage.faults["ada@example.com"] = AnymailRecipientsRefused()
    with DjangoTransport() as transport:
        [outcome] = transport.send(make_burst("ada"))
    assert outcome.state == "refused"
    assert "rejected or invalid" in outcome.error


@pytest.mark.parametrize(
    "to", ["ada@example.com, eve@example.com", "ada@example.com\nBcc: eve@example.com"]
)
def test_a_message_to_several_addresses_reaches_none(stage: type[Stage], to: str) -> None:
    with DjangoTransport() as transport:
        assert transport.send([make_digest(1, to)])[0].state == "refused"
    assert stage.sent == []


def test_outcomes_come_in_the_order_of_the_burst(stage: type[Stage]) -> None:
    burst = make_burst(*"abcdefghij")
    stage.faults["c@example.com"] = AnymailRecipientsRefused()
    with open_transport() as transport:
        states = [outcome.state for outcome in transport.send(burst)]
    assert states == ["accepted"] * 2 + ["refused"] + ["accepted"] * 7
    assert sorted(stage.sent) == [digest.to for digest in burst if digest.to[0] != "c"]


def test_send_threads_messages_leave_at_once(stage: type[Stage]) -> None:
    stage.meeting = threading.Barrier(4)  # four threads must arrive before one goes on
    with DjangoTransport() as transport:
        assert {outcome.state for outcome in transport.send(make_burst(*"abcdefgh"))} == {
            "accepted"
        }
    assert (stage.opened, stage.clashes) == (4, 0)


def test_an_error_of_a_backend_affects_no_other_message(stage: type[Stage]) -> None:
    stage.faults = {"a@example.com": RuntimeError("a bug"), "b@example.com": OSError("gone")}
    with DjangoTransport() as transport:
        states = [outcome.state for outcome in transport.send(make_burst("a", "b", "c"))]
    assert states == ["unknown", "unknown", "accepted"]


def test_a_message_that_cannot_be_built_was_not_sent(
    stage: type[Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> str:
        raise KeyError("a bug")

    monkeypatch.setattr("newsletter.editions.rendering.body.DigestBody.html", property(broken))
    with DjangoTransport() as transport:
        assert transport.send([make_digest(1)])[0].state == "deferred"
    assert stage.sent == []


def test_idle_connections_are_reopened(stage: type[Stage], monkeypatch: pytest.MonkeyPatch) -> None:
    with DjangoTransport() as transport:
        transport.send([make_digest(1)])
        assert stage.closed == 0
        monkeypatch.setattr(django_module, "MAX_IDLE", -1.0)
        transport.send([make_digest(2)])
        assert stage.closed == 4
    assert len(stage.sent) == 2


def test_every_connection_is_closed_in_the_end(stage: type[Stage]) -> None:
    with DjangoTransport() as transport:
        transport.send(make_burst(*"abcdef"))
    assert stage.closed == stage.opened == 4


def test_no_thread_is_left_in_the_end(stage: type[Stage]) -> None:
    with DjangoTransport() as transport:
        transport.send(make_burst(*"abcdef"))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("send")]


@pytest.mark.django_db(transaction=True)
def test_threads_close_their_database_connections(
    stage: type[Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver of a signal may use the database; a thread's connection has no other owner."""
    stage.asks = True
    closed: list[str] = []
    really = connections.close_all

    def close_all() -> None:
        closed.append(threading.current_thread().name)
        really()
        assert all(one.connection is None for one in connections.all(initialized_only=True))

    monkeypatch.setattr(connections, "close_all", close_all)
    with DjangoTransport() as transport:
        assert transport.send([make_digest(1)])[0].state == "accepted"
    assert closed[0].startswith("send")


def test_the_callers_database_connection_stays(db: None, stage: type[Stage]) -> None:
    before = connection.connection
    with DjangoTransport() as transport:
        transport.send(make_burst("ada", "bob"))
    assert connection.connection is before


def test_any_django_backend_can_send(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with open_transport() as transport:
        assert transport.send([make_digest(1)])[0].state == "accepted"
    [message] = mail.outbox
    assert message.to == ["reader1@example.com"]
