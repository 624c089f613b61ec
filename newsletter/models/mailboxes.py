"""How far each mailbox at which mail arrives has been read."""

from __future__ import annotations

from django.db import models


class InboundMailbox(models.Model):
    """A folder that is read over IMAP, up to a UID. See newsletter/inbound/mailbox.py.

    UIDs count as long as the folder's UIDVALIDITY stays; with another one it is read from its
    beginning, and what was taken in before is recognised.
    """

    name = models.CharField(max_length=300, unique=True, help_text="User, server and folder.")
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0, help_text="The last mail that was read.")
    failing_uid = models.BigIntegerField(
        default=0, help_text="A mail at which reading stopped; 0: none."
    )
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="How often it stopped there, one time after the other."
    )
    skipped = models.PositiveIntegerField(
        default=0, help_text="Mails that could not be taken in; each has a flag in the mailbox."
    )
    leased_until = models.DateTimeField(
        null=True, blank=True, help_text="Until when a worker reads it."
    )
    read_at = models.DateTimeField(null=True, blank=True, help_text="When it was last read.")
    failed_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when it could not be read; empty: it can."
    )
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name
