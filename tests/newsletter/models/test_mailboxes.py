"""A mailbox has one row, so that two workers cannot read it at the same time."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from newsletter.models import InboundMailbox

pytestmark = pytest.mark.django_db
NAME = "reply at imap.example.org:993, INBOX"


def test_a_mailbox_has_one_row() -> None:
    InboundMailbox.objects.create(name=NAME)
    with pytest.raises(IntegrityError):
        InboundMailbox.objects.create(name=NAME)


def test_a_row_is_shown_by_its_user_its_server_and_its_folder() -> None:
    assert str(InboundMailbox(name=NAME)) == NAME
