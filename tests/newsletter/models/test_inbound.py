"""A mail that arrived is one row."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from mail.inbound import incoming
from newsletter.models import InboundMessage
from tests.factories import make_inbound

pytestmark = pytest.mark.django_db


def test_a_fingerprint_is_stored_once() -> None:
    make_inbound(fingerprint="one")
    with pytest.raises(IntegrityError):
        make_inbound(fingerprint="one")


def test_it_has_a_word_for_each_kind_of_mail() -> None:
    assert set(InboundMessage.Kind.values) == set(incoming.Kind.__args__)  # type: ignore[attr-defined]


def test_its_name_says_what_and_when() -> None:
    assert str(make_inbound(kind="bounce")) == "returned mail at 2025-03-14 12:00"
