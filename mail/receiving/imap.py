"""One folder of a mailbox, read over IMAP. Nothing in it is ever deleted.

A mail is fetched without marking it. What was taken in is then marked as read, and moved to another
folder if one is given; what could not be is marked with a flag, for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from types import TracebackType
from typing import Any, Final, Self

from imapclient import FLAGGED, SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mail.receiving import LARGEST
from mail.receiving.account import ImapAccount
from mail.smtp.opening import tls_context

# What a server that is away, refuses us or breaks the connection raises. SSLError is an OSError;
# a reply that is not like IMAP makes the client fail in its own ways; one may announce any size.
ERRORS: Final = (
    *(OSError, IMAPClientError, ValueError, LookupError, AssertionError, EOFError),
    *(TypeError, AttributeError, MemoryError),
)
_CONNECT_SECONDS: Final = 10.0
_READ_SECONDS: Final = 30.0
# How imaplib writes a server's answer: b'[AUTHENTICATIONFAILED] …'
_QUOTED_BYTES: Final = re.compile(r"""\bb(['"])(.*?)\1""")
_NUMBERS: Final = 2**32  # of a UID and a UIDVALIDITY (RFC 3501)
_SIZE: Final = b"RFC822.SIZE"


class UnencryptedError(IMAPClientError):  # type: ignore[misc]  # it has no types
    """The server offers no encryption, and the password would go over the network as it is."""


class ImapMailbox:
    """A folder that is open. Any call raises one of ERRORS when the server is away."""

    def __init__(self, account: ImapAccount, *, done_folder: str = "", ca_file: str = "") -> None:
        """
        Args:
            done_folder: where mail goes that was taken in; empty: it stays.
            ca_file: certificates that count beside the system's.
        """
        self._account, self._done_folder, self._ca_file = account, done_folder, ca_file
        self.uid_validity = 0

    def __enter__(self) -> Self:
        """Connect, log in and open the folder."""
        self._client = _connected(self._account, self._ca_file)
        try:
            _log_in(self._client, self._account)
            if self._done_folder:
                self._create_done_folder()
            # 0 (a server without it) is a value like any other: UIDs count as long as it stays.
            found = self._client.select_folder(self._account.folder)
            self.uid_validity = int(found[b"UIDVALIDITY"]) % _NUMBERS
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def uids_after(self, last: int, since: date) -> list[int]:
        """The larger UIDs of mails that arrived on this day or later, in order.

        A server gives its last UID even where it is not larger.
        """
        found = self._client.search(["UID", f"{last + 1}:*", "SINCE", since])
        return sorted(uid for uid in map(int, found) if last < uid < _NUMBERS)

    def read(self, uid: int) -> bytes | None:
        """The mail, or the first LARGEST bytes of one of more; None if it has gone since.

        Only a large one is asked for in part, since some servers do that badly. The size is asked
        for each mail: a server that refuses one mail of several refuses the whole question.
        """
        size = self._client.fetch([uid], [_SIZE]).get(uid, {}).get(_SIZE)
        if size is None:
            return None
        part = "" if int(size) <= LARGEST else f"<0.{LARGEST}>"
        found = self._client.fetch([uid], [f"BODY.PEEK[]{part}"]).get(uid, {})
        bodies = (value for name, value in found.items() if name.startswith(b"BODY["))
        content = next(bodies, None)
        return content[:LARGEST] if isinstance(content, bytes) else None

    def mark_done(self, uid: int) -> None:
        """Mark it as read, and move it if there is a folder for that.

        A server that refuses keeps it as it is: it was taken in, and is not asked for again.
        """
        with _refusals_ignored():
            self._client.add_flags([uid], [SEEN])
            if self._done_folder:
                self._move(uid)

    def mark_failed(self, uid: int) -> None:
        """Mark it for a person to look at."""
        with _refusals_ignored():
            self._client.add_flags([uid], [FLAGGED])

    def _move(self, uid: int) -> None:
        """Without MOVE and without UIDPLUS it stays: a plain EXPUNGE would delete others' mail."""
        if self._client.has_capability("MOVE"):
            self._client.move([uid], self._done_folder)
        elif self._client.has_capability("UIDPLUS"):
            self._client.copy([uid], self._done_folder)
            self._client.delete_messages([uid], silent=True)
            self._client.uid_expunge([uid])

    def _create_done_folder(self) -> None:
        if not self._client.folder_exists(self._done_folder):
            self._client.create_folder(self._done_folder)

    def _close(self) -> None:
        with suppress(*ERRORS):
            self._client.logout()
            return
        with suppress(*ERRORS):
            self._client.shutdown()


def error_text(error: BaseException, account: ImapAccount) -> str:
    """What went wrong, for an operator, without the password: some servers repeat what they got."""
    said = " ".join(_QUOTED_BYTES.sub(r"\2", str(error)).split()) or type(error).__name__
    return said.replace(account.password, "…")[:300]


def _connected(account: ImapAccount, ca_file: str) -> Any:
    client = IMAPClient(
        account.host,
        port=account.port,
        ssl=account.security == "tls",
        ssl_context=tls_context(ca_file) if account.security == "tls" else None,
        timeout=SocketTimeout(_CONNECT_SECONDS, _READ_SECONDS),
    )
    if account.security == "starttls":
        try:
            _start_tls(client, ca_file)
        except BaseException:
            with suppress(*ERRORS):
                client.shutdown()
            raise
    return client


def _start_tls(client: Any, ca_file: str) -> None:
    if not client.has_capability("STARTTLS"):
        raise UnencryptedError("the server offers no encryption (STARTTLS): use imaps://")
    client.starttls(tls_context(ca_file))


def _log_in(client: Any, account: ImapAccount) -> None:
    """LOGIN takes ASCII only, PLAIN any letters (RFC 4616)."""
    if (account.user + account.password).isascii():
        client.login(account.user, account.password)
    else:
        client.plain_login(account.user, account.password)


@contextmanager
def _refusals_ignored() -> Iterator[None]:
    """Go on when the server refuses a command, and not when the connection is broken."""
    try:
        yield
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return
