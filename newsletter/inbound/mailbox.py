"""Read the mailbox at which mail arrives, from where it was left.

One worker at a time: it claims the mailbox's row for some minutes. Each mail is taken in by itself,
and marked only after that was committed, so a worker that is killed leaves a mail to be read again,
which changes nothing. A mail that cannot be taken in is skipped: at once, or after three tries if
that may be the database's fault or the mailbox's. Those behind it do not wait.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import F, Q
from imapclient.exceptions import LoginError

from mail.receiving.account import ImapAccount, parse_account
from mail.receiving.imap import ERRORS, ImapMailbox, error_text
from newsletter.inbound.receive import receive
from newsletter.models import InboundMailbox

log = logging.getLogger(__name__)
BATCH: Final = 50
MOST_TRIES: Final = 3
_LEASE: Final = timedelta(minutes=5)  # as long as a task may take


class _Reading:
    """What one call has seen."""

    has_more = False
    is_login_refused = False
    uid = 0  # of the mail in hand; 0: none


def configured_mailbox() -> InboundMailbox | None:
    """The row of the mailbox in the settings; None if there is none, or it was never read."""
    if not settings.INBOUND_IMAP_URL:
        return None
    name = parse_account(settings.INBOUND_IMAP_URL).name[:300]
    return InboundMailbox.objects.filter(name=name).first()


def read_mailbox(account: ImapAccount, now: datetime) -> bool:
    """Take in up to BATCH mails that are new; whether there may be more.

    A server that is away or refuses us is noted in the mailbox's row, and raises nothing.

    Raises:
        django.db.Error: the database is away; the mail in hand is read again later.
    """
    row = _claim(account.name, now)
    if row is None:
        return False
    reading = _Reading()
    try:
        _read(row, account, now, reading)
    finally:
        until = _next_login(row, now) if reading.is_login_refused else None
        InboundMailbox.objects.filter(pk=row.pk).update(leased_until=until)
    return reading.has_more


def _claim(name: str, now: datetime) -> InboundMailbox | None:
    row, _ = InboundMailbox.objects.get_or_create(name=name[:300])
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    # A lease far ahead is one of a clock that was wrong.
    free |= Q(leased_until__gt=now + 2 * _LEASE)
    claimed = InboundMailbox.objects.filter(free, pk=row.pk).update(leased_until=now + _LEASE)
    if not claimed:
        return None
    row.refresh_from_db()
    return row


def _next_login(row: InboundMailbox, now: datetime) -> datetime:
    """When to try again what the server refused. A login each minute would make it shut out this
    machine, and with that the mails which leave by the same server.
    """
    return now + min(2 * (now - (row.failed_since or now)), 2 * _LEASE)


def _read(row: InboundMailbox, account: ImapAccount, now: datetime, reading: _Reading) -> None:
    folder, ca_file = settings.INBOUND_DONE_FOLDER, settings.EMAIL_SSL_CA_FILE
    # Older mail may have been taken in already, and its row was deleted since: it would act again.
    since = (now - timedelta(days=settings.INBOUND_DAYS - 1)).date()
    with _failures_noted(row, account, now, reading):
        with ImapMailbox(account, done_folder=folder, ca_file=ca_file) as mailbox:
            _begin(row, mailbox)
            uids = mailbox.uids_after(row.last_uid, since)
            for uid in uids[:BATCH]:
                reading.uid = uid
                _read_mail(row, mailbox, uid, now)
            reading.uid = 0
            reading.has_more = len(uids) > BATCH
        _save(row, read_at=now, failed_since=None, error="")


def _read_mail(row: InboundMailbox, mailbox: ImapMailbox, uid: int, now: datetime) -> None:
    if row.failing_uid == uid and row.failures >= MOST_TRIES:
        log.error("The mail with UID %s is skipped after %s tries", uid, row.failures)
        InboundMailbox.objects.filter(pk=row.pk).update(skipped=F("skipped") + 1)
        _save(row, last_uid=uid, failing_uid=0, failures=0)  # before the server fails again
        mailbox.mark_failed(uid)
        return
    content = mailbox.read(uid)
    if content is not None and not _take_in(row, uid, content, now):
        mailbox.mark_failed(uid)
    elif content is not None:
        mailbox.mark_done(uid)
    _save(row, last_uid=uid, failing_uid=0, failures=0)


def _begin(row: InboundMailbox, mailbox: ImapMailbox) -> None:
    """Go on behind the last mail, or from the beginning of a folder that is another one now."""
    if row.uid_validity != mailbox.uid_validity:
        _save(row, uid_validity=mailbox.uid_validity, last_uid=0, failing_uid=0, failures=0)


@contextmanager
def _failures_noted(
    row: InboundMailbox, account: ImapAccount, now: datetime, reading: _Reading
) -> Iterator[None]:
    try:
        yield
    except DatabaseError:
        raise
    except ERRORS as error:
        text = error_text(error, account)
        reading.is_login_refused = isinstance(error, LoginError)
        if reading.uid:  # the server answers, and fails at this mail
            _note_failure(row, reading.uid)
        if row.failed_since is None:  # later ones are in the row
            log.warning("The mailbox %s cannot be read: %s", account.name, text)
        _save(row, failed_since=row.failed_since or now, error=text)


def _take_in(row: InboundMailbox, uid: int, content: bytes, now: datetime) -> bool:
    """Whether the mail was taken in; False: it is skipped.

    Raises:
        django.db.Error: it is to be tried again.
    """
    try:
        receive(content, source="imap", now=now)
    except DatabaseError:
        _note_failure(row, uid)  # raises while the database is away
        if row.failures < MOST_TRIES:
            raise
        log.exception("The mail with UID %s is skipped after %s tries", uid, row.failures)
    except Exception:  # any error in one mail; those behind it go on
        log.exception("The mail with UID %s cannot be taken in; it is skipped", uid)
    else:
        return True
    InboundMailbox.objects.filter(pk=row.pk).update(skipped=F("skipped") + 1)
    return False


def _note_failure(row: InboundMailbox, uid: int) -> None:
    failures = row.failures + 1 if row.failing_uid == uid else 1
    _save(row, failing_uid=uid, failures=failures)


def _save(row: InboundMailbox, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
