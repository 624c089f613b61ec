"""How far a mailbox has been read."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from newsletter.models import InboundMailbox

pytestmark = pytest.mark.django_db


def test_a_mailbox_has_one_row() -> None:
    InboundMailbox.objects.create(name="reply@imap.example.org/INBOX")
    with pytest.raises(IntegrityError):
        InboundMailbox.objects.create(name="reply@imap.example.org/INBOX")


def test_it_begins_before_the_first_mail_and_holds_numbers_of_64_bits() -> None:
    row = InboundMailbox.objects.create(name="reply@imap.example.org/INBOX")
    assert (row.uid_validity, row.last_uid, row.failures, row.error) == (0, 0, 0, "")
    InboundMailbox.objects.update(uid_validity=2**32 - 1, last_uid=2**32 - 1)  # as IMAP allows
    row.refresh_from_db()
    assert row.last_uid == 4_294_967_295
