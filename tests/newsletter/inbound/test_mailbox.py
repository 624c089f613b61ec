"""The mailbox is read from where it was left, and no mail holds up those behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, OperationalError
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError
from pytest_django import Settings

from mail.receiving.imap import ImapMailbox
from newsletter.inbound import mailbox as module
from newsletter.inbound.mailbox import read_mailbox
from newsletter.inbound.receive import receive
from newsletter.models import InboundMailbox
from tests.factories import NOON
from tests.mail_servers import HELLO, Mailbox

pytestmark = pytest.mark.django_db
SECOND, THIRD = (HELLO.replace(b"Hello.", word) for word in (b"Second.", b"Third."))


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The last lines of the mails that were taken in, by the real function."""
    return note_received(monkeypatch, bytes.strip)


def note_received(
    monkeypatch: pytest.MonkeyPatch, before: Callable[[bytes], object]
) -> list[bytes]:
    """Note what is taken in; `before` may raise, as the database or a mail that is broken does."""
    lines: list[bytes] = []

    def noted(raw: bytes, **values: Any) -> str:
        line = raw.split(b"\r\n")[-2]
        before(line)
        lines.append(line)
        assert values == {"source": "imap", "now": NOON}
        return receive(raw, **values)

    monkeypatch.setattr(module, "receive", noted)
    return lines


def row() -> InboundMailbox:
    return InboundMailbox.objects.get()


def test_each_mail_is_taken_in_once(mailbox: Mailbox, received: list[bytes]) -> None:
    mailbox.deliver(HELLO, SECOND)
    assert read_mailbox(mailbox.account, NOON) is False
    mailbox.deliver(THIRD)
    assert read_mailbox(mailbox.account, NOON) is False
    assert read_mailbox(mailbox.account, NOON) is False
    assert received == [b"Hello.", b"Second.", b"Third."]
    assert mailbox.flags() == {1: {b"\\Seen"}, 2: {b"\\Seen"}, 3: {b"\\Seen"}}
    assert (row().last_uid, row().read_at, row().leased_until) == (3, NOON, None)
    assert row().name == mailbox.account.name


def test_an_empty_mailbox_is_read_too(mailbox: Mailbox, received: list[bytes]) -> None:
    assert read_mailbox(mailbox.account, NOON) is False
    assert (received, row().last_uid, row().read_at) == ([], 0, NOON)


def test_it_is_read_in_batches(
    mailbox: Mailbox, received: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    mailbox.deliver(HELLO, SECOND, THIRD)
    assert read_mailbox(mailbox.account, NOON) is True
    assert received == [b"Hello.", b"Second."]
    assert read_mailbox(mailbox.account, NOON) is False
    assert received == [b"Hello.", b"Second.", b"Third."]


def test_a_folder_that_was_made_anew_is_read_from_its_beginning(
    mailbox: Mailbox, received: list[bytes]
) -> None:
    """Its UIDs begin anew, and its UIDVALIDITY is another one."""
    account = replace(mailbox.account, folder="Bounces")
    for mails in ([HELLO, SECOND], [THIRD]):
        with mailbox.opened() as owner:
            owner.create_folder("Bounces")
            for mail in mails:
                owner.append("Bounces", mail)
        read_mailbox(account, NOON)
        with mailbox.opened() as owner:
            owner.delete_folder("Bounces")
    assert received == [b"Hello.", b"Second.", b"Third."]
    assert row().last_uid == 1


def test_what_is_taken_in_is_moved_if_there_is_a_folder_for_it(
    mailbox: Mailbox, received: list[bytes], settings: Settings
) -> None:
    settings.INBOUND_DONE_FOLDER = "Processed"
    mailbox.deliver(HELLO, SECOND)
    read_mailbox(mailbox.account, NOON)
    mailbox.deliver(THIRD)
    read_mailbox(mailbox.account, NOON)
    assert len(received) == 3
    assert mailbox.flags() == {}
    assert len(mailbox.flags("Processed")) == 3


def test_a_broken_mail_is_skipped_and_stays_with_a_flag(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.INBOUND_DONE_FOLDER = "Processed"

    def fail(line: bytes) -> None:
        if line == b"Second.":
            raise ValueError("broken")

    received = note_received(monkeypatch, fail)
    mailbox.deliver(HELLO, SECOND, THIRD)
    read_mailbox(mailbox.account, NOON)
    assert received == [b"Hello.", b"Third."]
    assert mailbox.flags() == {2: {b"\\Flagged"}}
    assert (row().skipped, row().last_uid, row().error) == (1, 3, "")


@pytest.mark.parametrize("error", [OperationalError("deadlock"), DataError("too long")])
def test_a_mail_that_the_database_refuses_is_skipped_after_three_tries(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(line: bytes) -> None:
        if line == b"Second.":
            raise error

    received = note_received(monkeypatch, fail)
    mailbox.deliver(HELLO, SECOND, THIRD)
    for tries in (1, 2):
        with pytest.raises(type(error)):
            read_mailbox(mailbox.account, NOON)
        assert (row().last_uid, row().failing_uid, row().failures) == (1, 2, tries)
        assert row().leased_until is None
    read_mailbox(mailbox.account, NOON)
    assert received == [b"Hello.", b"Third."]
    assert (row().last_uid, row().failing_uid, row().failures, row().skipped) == (3, 0, 0, 1)


@pytest.mark.parametrize(
    "error", [IMAPClientError("FETCH failed: [SERVERBUG]"), IMAPClientAbortError("EOF"), OSError()]
)
def test_a_mail_that_the_mailbox_does_not_give_is_skipped_after_three_tries(
    mailbox: Mailbox, received: list[bytes], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Dovecot refuses a damaged mail, or ends the connection at it."""
    read = ImapMailbox.read

    def refuse(self: ImapMailbox, uid: int) -> bytes | None:
        if uid == 2:
            raise error
        return read(self, uid)

    monkeypatch.setattr(ImapMailbox, "read", refuse)
    mailbox.deliver(HELLO, SECOND, THIRD)
    for tries in (1, 2, 3):
        read_mailbox(mailbox.account, NOON)
        assert (row().last_uid, row().failing_uid, row().failures) == (1, 2, tries)
        assert row().failed_since == NOON
    read_mailbox(mailbox.account, NOON)
    assert received == [b"Hello.", b"Third."]
    assert (row().last_uid, row().failures, row().skipped, row().failed_since) == (3, 0, 1, None)
    assert mailbox.flags()[2] == {b"\\Flagged"}


@pytest.mark.parametrize("size", [(1,), b"many", {}, "raise MemoryError"])
def test_an_answer_that_is_not_like_imap_stops_at_no_mail(
    mailbox: Mailbox, received: list[bytes], monkeypatch: pytest.MonkeyPatch, size: object
) -> None:
    fetch = IMAPClient.fetch

    def odd(self: IMAPClient, uids: list[int], names: list[str]) -> object:
        if uids != [1]:
            return fetch(self, uids, names)
        if size == "raise MemoryError":
            raise MemoryError
        return {1: {b"RFC822.SIZE": size}}

    monkeypatch.setattr(IMAPClient, "fetch", odd)
    mailbox.deliver(HELLO, SECOND)
    for _ in range(4):
        read_mailbox(mailbox.account, NOON)
    assert (received, row().skipped, row().last_uid) == ([b"Second."], 1, 2)


def test_a_server_that_fails_at_the_flag_of_a_skipped_mail_goes_on_behind_it(
    mailbox: Mailbox, received: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: ImapMailbox, uid: int) -> None:
        raise IMAPClientAbortError("EOF")

    InboundMailbox.objects.create(name=mailbox.account.name, failing_uid=1, failures=3)
    mailbox.deliver(HELLO, SECOND)
    with mailbox.opened() as owner:
        status = owner.folder_status("INBOX", ["UIDVALIDITY"])
    InboundMailbox.objects.update(uid_validity=status[b"UIDVALIDITY"])
    monkeypatch.setattr(ImapMailbox, "mark_failed", fail)
    for _ in range(2):
        read_mailbox(mailbox.account, NOON)
    assert (received, row().last_uid, row().skipped) == ([b"Second."], 2, 1)


def test_a_server_that_is_away_skips_no_mail(
    mailbox: Mailbox, received: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_away(*_: object) -> list[int]:
        raise TimeoutError

    mailbox.deliver(HELLO)
    with monkeypatch.context() as patched:
        patched.setattr(ImapMailbox, "uids_after", raise_away)
        for _ in range(5):
            read_mailbox(mailbox.account, NOON)
    read_mailbox(mailbox.account, NOON)
    assert received == [b"Hello."]
    assert row().skipped == 0


def test_mail_whose_rows_may_be_deleted_is_not_taken_in_again(
    mailbox: Mailbox, received: list[bytes], settings: Settings
) -> None:
    """After a move to another server all mail seems to be new."""
    settings.INBOUND_DAYS = 10
    with mailbox.opened() as owner:
        for days, mail in ((11, HELLO), (10, SECOND), (8, THIRD)):
            owner.append("INBOX", mail, msg_time=NOON - timedelta(days=days))
    read_mailbox(mailbox.account, NOON)
    assert received == [b"Third."]


def test_a_database_that_comes_back_loses_no_mail(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = [OperationalError("away")]

    def fail(line: bytes) -> None:
        if failing:
            raise failing.pop()

    received = note_received(monkeypatch, fail)
    mailbox.deliver(HELLO, SECOND)
    with pytest.raises(OperationalError):
        read_mailbox(mailbox.account, NOON)
    read_mailbox(mailbox.account, NOON)
    assert received == [b"Hello.", b"Second."]
    assert (row().skipped, row().failures) == (0, 0)


def test_a_mailbox_that_cannot_be_read_says_since_when_and_why(
    mailbox: Mailbox, received: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    wrong = replace(mailbox.account, password="another" + "-one")
    assert read_mailbox(wrong, NOON) is False
    assert read_mailbox(wrong, NOON) is False
    failed = row()
    assert (failed.failed_since, failed.leased_until, failed.read_at) == (NOON, NOON, None)
    assert failed.error == "[AUTHENTICATIONFAILED] Authentication failed."
    assert len(caplog.records) == 1  # the first time only
    assert "another-one" not in caplog.text
    read_mailbox(mailbox.account, NOON)
    assert (row().failed_since, row().error, row().read_at) == (None, "", NOON)


def test_a_login_that_is_refused_is_tried_less_and_less_often(
    mailbox: Mailbox, received: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some servers shut a machine out after five wrong passwords in ten minutes."""
    tries: list[int] = []

    def refuse(*_: object) -> None:
        tries.append(minute)
        raise LoginError("wrong password")

    mailbox.deliver(HELLO)
    with monkeypatch.context() as patched:
        patched.setattr(IMAPClient, "login", refuse)
        for minute in range(40):
            read_mailbox(mailbox.account, NOON + timedelta(minutes=minute))
    assert tries == [0, 1, 3, 9, 19, 29, 39]
    assert read_mailbox(mailbox.account, NOON + timedelta(minutes=45)) is False
    assert received == []
    monkeypatch.setattr(module, "receive", lambda raw, **_: received.append(raw))
    read_mailbox(mailbox.account, NOON + timedelta(minutes=49))
    assert (len(received), row().leased_until, row().failed_since) == (1, None, None)


@pytest.mark.parametrize(
    ("leased_until", "is_read"),
    [
        (None, True),
        (NOON + timedelta(seconds=1), False),
        (NOON, True),  # of a worker that was killed
        (NOON + timedelta(hours=1), True),  # of a clock that was ahead
    ],
)
def test_one_worker_reads_at_a_time(
    mailbox: Mailbox, received: list[bytes], leased_until: datetime | None, *, is_read: bool
) -> None:
    InboundMailbox.objects.create(name=mailbox.account.name, leased_until=leased_until)
    mailbox.deliver(HELLO)
    read_mailbox(mailbox.account, NOON)
    assert bool(received) == is_read
    assert row().leased_until == (None if is_read else leased_until)
