"""Open a connection to the SMTP server: connect, say our name, encrypt, log in.

smtplib does most of it. Where it would fail on what is no fault (a password that is not ASCII), or
fail without saying what to do (a server that offers only OAuth), this module does it instead.
"""

from __future__ import annotations

import base64
import contextlib
import smtplib
import ssl
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from mail.smtp.connection import Connection


def open_connection() -> Connection:
    """Connect, encrypt and log in by the EMAIL_* settings.

    Raises:
        Exception: any reason why this failed; `outcome.of_opening` classifies it.
    """
    timeout = float(settings.EMAIL_TIMEOUT or 30)
    smtp = _connected(timeout)
    try:
        if settings.EMAIL_USE_TLS:
            smtp.starttls(context=tls_context(settings.EMAIL_SSL_CA_FILE))
        smtp.ehlo_or_helo_if_needed()
        if settings.EMAIL_HOST_USER and settings.EMAIL_HOST_PASSWORD:
            log_in(smtp, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except BaseException:
        with contextlib.suppress(Exception):
            smtp.close()
        raise
    return Connection(smtp, timeout)


def _connected(timeout: float) -> smtplib.SMTP:
    options: dict[str, Any] = {"local_hostname": settings.EHLO_NAME or None, "timeout": timeout}
    if settings.EMAIL_USE_SSL:
        context = tls_context(settings.EMAIL_SSL_CA_FILE)
        return smtplib.SMTP_SSL(
            settings.EMAIL_HOST, settings.EMAIL_PORT, context=context, **options
        )
    return smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, **options)


def tls_context(ca_file: str) -> ssl.SSLContext:
    """A client's context: the system's CAs, and the ones of this file if it is given.

    Raises:
        ImproperlyConfigured: the file cannot be read, or holds no certificate.
    """
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # ssl.SSLError is one
            why = f"EMAIL_SSL_CA_FILE cannot be read as certificates (PEM): {ca_file} ({error})"
            raise ImproperlyConfigured(why) from error
    return context


def log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Log in with a password, by the first of the server's ways that takes one.

    smtplib writes both in ASCII only. PLAIN is UTF-8 (RFC 4616), and servers take LOGIN as that.

    Raises:
        smtplib.SMTPAuthenticationError: the server refused.
        smtplib.SMTPNotSupportedError: it offers no such way; the error names what it offers.
    """
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    ways: list[str] = [name for name in ("CRAM-MD5", "PLAIN", "LOGIN") if name in offered]
    if user.isascii() and password.isascii():
        _log_in_ascii(smtp, user, password, ways, offered)
        return
    ways = [name for name in ways if name != "CRAM-MD5"]
    if not ways:
        raise _no_way(offered)
    code, reply = _exchange(smtp, ways[0], user.encode(), password.encode())
    if code not in (235, 503):  # 503: logged in already
        raise smtplib.SMTPAuthenticationError(code, reply)


def _log_in_ascii(
    smtp: smtplib.SMTP, user: str, password: str, ways: Sequence[str], offered: list[str]
) -> None:
    if not ways:
        raise _no_way(offered)
    smtp.esmtp_features["auth"] = " ".join(offered)  # smtplib knows the names in capitals only
    smtp.login(user, password)


def _no_way(offered: list[str]) -> smtplib.SMTPNotSupportedError:
    names = ", ".join(offered) or "none"
    return smtplib.SMTPNotSupportedError(f"no login with a password; offered: {names}")


def _exchange(smtp: smtplib.SMTP, way: str, user: bytes, password: bytes) -> tuple[int, bytes]:
    """The reply at the end of AUTH PLAIN or AUTH LOGIN."""
    if way == "PLAIN":
        return smtp.docmd("AUTH", "PLAIN " + _base64(b"\0" + user + b"\0" + password))
    code, reply = smtp.docmd("AUTH", "LOGIN " + _base64(user))
    if code == 334:
        code, reply = smtp.docmd(_base64(password))
    return code, reply


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
