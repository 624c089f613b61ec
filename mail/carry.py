"""Hand one message to whatever carries the mail, and say what became of it. Never an error.

SMTP is spoken step by step, because only then is it known whether a connection that broke
had already taken the mail, and what the server called it.
"""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Callable
from email.utils import parseaddr
from typing import Final, cast

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.core.mail.message import sanitize_address

from mail import outcome as outcomes
from mail.outcome import Outcome, Stage

log = logging.getLogger(__name__)
_SHUTTING_DOWN: Final = 421
_LEADING_DOT: Final = re.compile(rb"(?m)^\.")


def deliver(connection: BaseEmailBackend, message: EmailMessage) -> Outcome:
    """Send one message to its one reader over a connection that stays open for the next.

    The connection is opened when it is not, and again when the server hung up in between;
    the caller closes it.

    Raises:
        ValueError: the message is not to exactly one address. Two would read each other's.
    """
    if len(message.recipients()) != 1:
        raise ValueError(f"a mail goes to one reader, not to {len(message.recipients())}")
    if isinstance(connection, SmtpBackend):
        return _over_smtp(connection, message)
    return _over_api(connection, message)


def _over_api(connection: BaseEmailBackend, message: EmailMessage) -> Outcome:
    try:
        connection.open()
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001 (a backend may raise anything; it is sorted here)
        return outcomes.of_error(error)
    status = getattr(message, "anymail_status", None)
    return Outcome("accepted", provider_id=str(getattr(status, "message_id", None) or "")[:200])


def _over_smtp(backend: SmtpBackend, message: EmailMessage) -> Outcome:
    is_new, exchange = _exchange(backend, message)
    # A server drops a connection that was idle, or that carried its fill of mails. Nothing
    # of this mail was said yet, so it simply starts over on a new one.
    if exchange.is_stale and not is_new:
        _, exchange = _exchange(backend, message)
    return exchange.outcome


def _exchange(backend: SmtpBackend, message: EmailMessage) -> tuple[bool, _Exchange]:
    """One try; also says whether the connection was opened for it."""
    try:
        is_new = bool(backend.open())
    except Exception as error:  # noqa: BLE001 (whatever it was, nothing has been sent)
        return True, _Exchange(outcomes.of_opening(error))
    exchange = _Exchange()
    smtp = cast("smtplib.SMTP", backend.connection)
    exchange.run(smtp, message)
    if exchange.is_broken:
        # Without the polite QUIT: a dead server would keep us waiting for its answer.
        smtp.close()
        backend.connection = None
    return is_new, exchange


class _Exchange:
    """One mail's conversation with an SMTP server, and how far it got."""

    def __init__(self, outcome: Outcome | None = None) -> None:
        self.outcome = outcome or Outcome("deferred", error="nothing was said")
        self.is_broken = False  # the connection cannot carry another mail
        self._stage: Stage = "sender"
        self._body_is_out = False

    @property
    def is_stale(self) -> bool:
        """The connection was dead before this mail's first word."""
        return self.is_broken and self._stage == "sender"

    def run(self, smtp: smtplib.SMTP, message: EmailMessage) -> None:
        try:
            self.outcome = self._speak(smtp, message)
        except (smtplib.SMTPException, OSError) as error:
            self.is_broken = True
            # The last bytes of the body are the dot without which a server keeps nothing:
            # until they are out, the mail has not been sent.
            state: outcomes.State = "unknown" if self._body_is_out else "deferred"
            self.outcome = Outcome(state, error=f"{type(error).__name__}: {error}"[:500])
        except (ValueError, UnicodeError) as error:  # a header or an address that cannot be
            self.outcome = Outcome("refused", error=f"{type(error).__name__}: {error}"[:500])

    def _speak(self, smtp: smtplib.SMTP, message: EmailMessage) -> Outcome:
        body: bytes = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        sender, recipient = _address(message.from_email), _address(message.recipients()[0])
        smtp.ehlo_or_helo_if_needed()
        steps: list[tuple[Stage, Callable[[], tuple[int, bytes]], int]] = [
            ("sender", lambda: smtp.mail(sender, _options(smtp, len(body))), 250),
            ("recipient", lambda: smtp.rcpt(recipient), 250),
            ("content", lambda: smtp.docmd("DATA"), 354),
        ]
        for stage, step, wanted in steps:
            self._stage = stage
            code, text = step()
            if code // 10 != wanted // 10:
                return self._no(smtp, code, text)
        return self._hand_over(smtp, body)

    def _hand_over(self, smtp: smtplib.SMTP, body: bytes) -> Outcome:
        end = b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"
        smtp.send(_LEADING_DOT.sub(b"..", body) + end)
        self._body_is_out = True
        code, text = smtp.getreply()
        if code // 100 != 2:
            return self._no(smtp, code, text)
        return Outcome("accepted", provider_id=text.decode(errors="replace")[:200])

    def _no(self, smtp: smtplib.SMTP, code: int, text: bytes) -> Outcome:
        """The server has answered, so the mail was surely not taken: reset for the next one."""
        refusal = outcomes.of_reply(self._stage, code, text)
        self._body_is_out = False
        try:
            self.is_broken = code == _SHUTTING_DOWN or smtp.rset()[0] != 250
        except (smtplib.SMTPException, OSError):
            self.is_broken = True
        return refusal


def _address(mailbox: str) -> str:
    """The bare address for the envelope, its domain in ASCII."""
    return parseaddr(sanitize_address(mailbox, "utf-8"))[1]


def _options(smtp: smtplib.SMTP, size: int) -> list[str]:
    options = [f"SIZE={size}"] if smtp.has_extn("size") else []
    return [*options, "BODY=8BITMIME"] if smtp.has_extn("8bitmime") else options
