"""A folder of Dovecot, read over IMAP; and servers that are away, silent or hostile."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient

from fakes.dovecot import PASSWORD
from mail import receiving
from mail.receiving import imap
from mail.receiving.account import ImapAccount
from mail.receiving.imap import ERRORS, ImapMailbox, UnencryptedError, error_text
from tests.mail.smtp.certificates import make_certificate
from tests.mail_servers import HELLO, Mailbox

LONG_AGO = date(2000, 1, 1)


def test_new_mails_are_read_in_order_and_stay_unread(mailbox: Mailbox) -> None:
    second = HELLO.replace(b"Hello.", b"Second.")
    mailbox.deliver(HELLO, second)
    with ImapMailbox(mailbox.account) as opened:
        contents = [opened.read(uid) for uid in opened.uids_after(0, LONG_AGO)]
    assert [bool(content and content.endswith(HELLO)) for content in contents] == [True, False]
    assert [bool(content and content.endswith(second)) for content in contents] == [False, True]
    assert mailbox.flags() == {1: set(), 2: set()}


def test_the_address_with_its_token_is_in_the_mail(mailbox: Mailbox) -> None:
    mailbox.deliver(HELLO, extension="+b-zz-0123456789abcdef")
    with ImapMailbox(mailbox.account) as opened:
        content = opened.read(1)
    assert content
    assert b"+b-zz-0123456789abcdef@in.papers.test" in content


def test_behind_the_last_mail_there_is_none(mailbox: Mailbox) -> None:
    mailbox.deliver(HELLO, HELLO)
    with ImapMailbox(mailbox.account) as opened:
        assert [opened.uids_after(last, LONG_AGO) for last in (0, 1, 2, 7)] == [[1, 2], [2], [], []]
        assert opened.uid_validity > 0


def test_mail_that_arrived_before_the_day_is_left_out(mailbox: Mailbox) -> None:
    mailbox.deliver(HELLO)
    with mailbox.opened() as owner:
        owner.append("INBOX", HELLO, msg_time=datetime(2025, 3, 1, 12, tzinfo=UTC))
    with ImapMailbox(mailbox.account) as opened:
        found = [opened.uids_after(0, date(2025, 3, day)) for day in (1, 3)]
    assert found == [[1, 2], [1]]


def test_of_a_large_mail_the_beginning_is_read(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LARGEST", 5000)
    mailbox.deliver(HELLO + b"A line.\r\n" * 1000, HELLO)
    with ImapMailbox(mailbox.account) as opened:
        large, small = opened.read(1), opened.read(2)
    assert large is not None
    assert (len(large), b"Subject: Hello" in large) == (5000, True)
    assert small is not None
    assert small.endswith(HELLO)
    assert receiving.LARGEST == 10 * 1024 * 1024


def test_a_mail_that_has_gone_is_none(mailbox: Mailbox) -> None:
    mailbox.deliver(HELLO)
    with ImapMailbox(mailbox.account) as opened:
        with mailbox.opened() as owner:
            owner.delete_messages([1])
            owner.expunge()
        assert opened.read(7) is None
        opened.mark_done(7)
        opened.mark_failed(7)


def test_a_mail_that_was_taken_in_is_marked_as_read_and_stays(mailbox: Mailbox) -> None:
    mailbox.deliver(HELLO, HELLO, HELLO)
    with ImapMailbox(mailbox.account) as opened:
        opened.mark_done(1)
        opened.mark_failed(2)
    assert mailbox.flags() == {1: {b"\\Seen"}, 2: {b"\\Flagged"}, 3: set()}


@pytest.mark.parametrize("folder", ["Processed", "INBOX/Gelesen für Später"])
def test_it_is_moved_to_a_folder_which_is_made_for_it(mailbox: Mailbox, folder: str) -> None:
    mailbox.deliver(HELLO, HELLO)
    for uid in (1, 2):
        with ImapMailbox(mailbox.account, done_folder=folder) as opened:
            opened.mark_done(uid)
    assert mailbox.flags() == {}
    assert mailbox.flags(folder) == {1: {b"\\Seen"}, 2: {b"\\Seen"}}


def test_another_s_mail_that_is_marked_for_deletion_stays(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server without MOVE: only this mail is expunged, and none without UIDPLUS."""
    mailbox.deliver(HELLO, HELLO, HELLO)
    with mailbox.opened() as owner:
        owner.delete_messages([3])
    has = IMAPClient.has_capability
    for uid, without in ((1, {"MOVE"}), (2, {"MOVE", "UIDPLUS"})):
        monkeypatch.setattr(
            IMAPClient,
            "has_capability",
            lambda self, name, without=without: name not in without and has(self, name),
        )
        with ImapMailbox(mailbox.account, done_folder="Done") as opened:
            opened.mark_done(uid)
    assert mailbox.flags() == {2: {b"\\Seen"}, 3: {b"\\Deleted"}}
    assert list(mailbox.flags("Done")) == [1]


def test_a_wrong_password_is_an_error_without_it(mailbox: Mailbox) -> None:
    account = replace(mailbox.account, password="wrong" + "-secret")
    with pytest.raises(ERRORS) as failed, ImapMailbox(account):
        pass
    text = error_text(failed.value, account)
    assert text == "[AUTHENTICATIONFAILED] Authentication failed."


def test_a_user_with_an_umlaut_logs_in(mailbox: Mailbox) -> None:
    account = replace(mailbox.account, user=f"jörg{mailbox.user}")
    with ImapMailbox(account) as opened:
        assert opened.uids_after(0, LONG_AGO) == []


def test_a_folder_that_is_missing_is_an_error(mailbox: Mailbox) -> None:
    account = replace(mailbox.account, folder="Elsewhere")
    with pytest.raises(ERRORS) as failed, ImapMailbox(account):
        pass
    assert "Elsewhere" in error_text(failed.value, account)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_is_verified(mailbox: Mailbox, tmp_path: Path, security: str) -> None:
    server = mailbox.server
    port = server.imaps if security == "tls" else server.imap
    account = replace(mailbox.account, host="localhost", port=port, security=security)  # type: ignore[arg-type]
    assert server.certificate
    known, _ = server.certificate
    with ImapMailbox(account, ca_file=str(known)) as opened:
        assert opened.uids_after(0, LONG_AGO) == []
    other, _ = make_certificate(tmp_path)
    for ca_file in ("", str(other)):
        with (
            pytest.raises(OSError, match=r"(?i)certificate"),
            ImapMailbox(account, ca_file=ca_file),
        ):
            pass


# ── servers that are not as they should be ───────────────────────────────────


@contextmanager
def answering(*answers: bytes) -> Iterator[ImapAccount]:
    """A server that writes the first at once, then one for each line; TAG is the line's tag."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer, args=(server, answers), daemon=True)
        thread.start()
        port = server.getsockname()[1]
        yield ImapAccount("reply", PASSWORD, "127.0.0.1", port, "INBOX", "none")
        server.close()
        thread.join(5)


def _answer(server: socket.socket, answers: tuple[bytes, ...]) -> None:
    tag = b""
    with server.accept()[0] as peer, peer.makefile("rwb") as lines, suppress(OSError):
        for answer in answers:
            lines.write(answer.replace(b"TAG", tag))
            lines.flush()
            tag = lines.readline().partition(b" ")[0]


@pytest.mark.parametrize(
    "answers",
    [
        (b"",),
        (b"* BYE too many connections\r\n",),
        (b"220 mx.example.org ESMTP\r\n",),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
        (b"\x00\xff\xfe\r\n",),
        (b"* OK\r\n", b"* CAPABILITY\r\nwhat\r\n"),
        (b"* OK [CAPABILITY IMAP4rev1] hello\r\n", b"* BYE\r\n"),
        (b"* OK hello\r\n", b"* " + b"a" * 2_000_000 + b"\r\n"),
    ],
)
def test_what_is_no_mail_server_is_one_of_the_known_errors(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[bytes, ...]
) -> None:
    monkeypatch.setattr(imap, "_CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(imap, "_READ_SECONDS", 1.0)
    with answering(*answers) as account, pytest.raises(ERRORS), ImapMailbox(account):
        pass


def test_a_server_without_encryption_gets_no_password() -> None:
    capabilities = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n"
    with answering(b"* OK hello\r\n", capabilities, capabilities) as plain:
        account = replace(plain, security="starttls")
        with pytest.raises(UnencryptedError, match="no encryption"), ImapMailbox(account):
            pass


def test_an_error_that_repeats_the_password_is_shown_without_it() -> None:
    account = ImapAccount("reply", "secret", "mx", 993, "INBOX", "tls")
    assert error_text(ValueError("bad LOGIN reply secret\r\nagain"), account) == (
        "bad LOGIN reply … again"
    )
    assert error_text(TimeoutError(), account) == "TimeoutError"
    assert len(error_text(ValueError("a" * 1000), account)) == 300


def test_nobody_there_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    account = ImapAccount("reply", PASSWORD, "127.0.0.1", port, "INBOX", "none")
    with pytest.raises(ConnectionRefusedError), ImapMailbox(account):
        pass
