"""Any mail for any reader, with links that open nothing, and no row."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from newsletter.editions.compose import compose
from newsletter.editions.personalize import Interests
from newsletter.previews.any_mail import (
    CannotPreview,
    invented_reader,
    preview_digest,
    preview_single,
    reader_of,
)
from subscribers import tokens
from subscribers.models import AddressChange, Subscriber, TransactionalMail
from tests.factories import DAY, NOON, make_paper, make_signal, make_subscriber

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"[0-9]+\.[0-9A-Za-z]{1,8}\.[0-9A-Za-z_-]{43}")


@pytest.mark.parametrize("kind", TransactionalMail.Kind.values)
def test_no_link_of_a_readers_preview_works(kind: str) -> None:
    reader = make_subscriber("ada@example.com")
    mail = preview_single(reader_of(reader), kind, NOON)
    found = set(TOKEN.findall(mail.text + mail.html))
    assert found
    for token in found:
        for purpose in ("confirm", "preferences", "feed", "undo", "return", "browser"):
            with pytest.raises(tokens.BadToken):
                tokens.read(purpose, token)
        assert TransactionalMail.objects.count() == AddressChange.objects.count() == 0
    assert Subscriber.objects.get().secret == reader.secret


@pytest.mark.parametrize("kind", TransactionalMail.Kind.values)
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_kind_is_made_for_an_invented_reader(kind: str, language: str) -> None:
    mail = preview_single(invented_reader(Interests(), language), kind, NOON)
    assert (mail.to, mail.headers["Content-Language"]) == ("reader@example.com", language)
    assert not Subscriber.objects.exists()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(CannotPreview, match="of the kind teapot"):
        preview_single(invented_reader(Interests()), "teapot", NOON)


def test_a_digest_names_no_real_delivery(client: Client) -> None:
    make_signal(make_paper("Walking robots"), 90)
    edition = compose("weekly", DAY, datetime(2025, 3, 20, tzinfo=UTC))
    mail = preview_digest(reader_of(make_subscriber("ada@example.com")), edition, NOON)
    assert (mail.to, mail.reference) == ("ada@example.com", 0)
    assert "Walking robots" in mail.text
    with pytest.raises(CannotPreview, match="no paper for these interests"):
        preview_digest(invented_reader(Interests(keywords=("zebra",))), edition, NOON)
