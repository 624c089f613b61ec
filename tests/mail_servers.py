"""Mail servers of Debian's packages in tests, and a mailbox of one of them."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from imapclient import IMAPClient

from fakes.dovecot import PASSWORD, Dovecot
from fakes.postfix import HOST
from mail.receiving.account import ImapAccount, parse_account

HELLO = b"From: bob@example.net\r\nTo: reply@in.papers.test\r\nSubject: Hello\r\n\r\nHello.\r\n"


def require(missing: str) -> None:
    """Skip the test where something is missing; in CI it must be there."""
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One user's mailbox at a Dovecot."""

    server: Dovecot
    user: str

    @property
    def url(self) -> str:
        """INBOUND_IMAP_URL; on this machine nothing is encrypted."""
        login = f"{quote(self.user, safe='')}:{quote(PASSWORD, safe='')}"
        return f"imap://{login}@{HOST}:{self.server.imap}/INBOX"

    @property
    def account(self) -> ImapAccount:
        return parse_account(self.url)

    def deliver(self, *mails: bytes, extension: str = "") -> None:
        """Each mail, as a mail server hands it over."""
        with smtplib.LMTP(HOST, self.server.lmtp) as lmtp:
            for mail in mails:
                lmtp.sendmail("", [f"{self.user}{extension}@in.papers.test"], mail)

    @contextmanager
    def opened(self, folder: str = "INBOX") -> Iterator[Any]:
        """A client of the mailbox, as its owner has one."""
        with IMAPClient(HOST, self.server.imap, ssl=False) as client:
            client.login(self.user, PASSWORD)
            client.select_folder(folder)
            yield client

    def flags(self, folder: str = "INBOX") -> dict[int, set[bytes]]:
        """The flags of each mail, by UID, without \\Recent."""
        with self.opened(folder) as client:
            found = client.get_flags(client.search("ALL"))
        return {uid: set(flags) - {b"\\Recent"} for uid, flags in found.items()}
