"""The admin's preview of a mail: who sees what, and that only a confirmed POST mails it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.core import mail as outbox
from django.test import Client

from newsletter.models import Delivery
from subscribers.models import TransactionalMail
from tests.factories import make_subscriber
from tests.subscribers.page_text import text_of

pytestmark = pytest.mark.django_db
URL = "/admin/newsletter/edition/preview/"
WELCOME = f"{URL}?mail=welcome"


@pytest.fixture
def operator(client: Client) -> User:
    user = User.objects.create_superuser("op", "op@example.org", "secret")
    client.force_login(user)
    return user


def test_it_shows_each_kind_in_a_frame_without_scripts(client: Client, operator: User) -> None:
    for kind in TransactionalMail.Kind.values:
        page = text_of(client.get(f"{URL}?mail={kind}"))
        assert 'sandbox=""' in page
        assert "To: reader@example.com" in page
        assert "an HTML and a text part" in page
    assert not TransactionalMail.objects.exists()


def test_without_an_edition_a_digest_says_so(client: Client, operator: User) -> None:
    assert "There is no edition yet." in text_of(client.get(f"{URL}?mail=digest"))


def test_the_source_is_a_file(client: Client, operator: User) -> None:
    answer = client.get(f"{WELCOME}&raw=1")
    assert answer["Content-Type"] == "message/rfc822"
    assert b"To: reader@example.com" in answer.content


def test_only_who_may_see_readers_finds_one(client: Client, operator: User) -> None:
    make_subscriber("ada@example.com")
    assert "To: ada@example.com" in text_of(client.get(f"{WELCOME}&reader=ada"))
    other = User.objects.create_user("other", "other@example.org", "secret", is_staff=True)
    other.user_permissions.add(Permission.objects.get(codename="view_edition"))
    client.force_login(other)
    page = text_of(client.get(f"{WELCOME}&reader=ada"))
    assert "ada@example.com" not in page
    assert "To: reader@example.com" in page


def test_who_may_not_see_editions_gets_none(client: Client) -> None:
    user = User.objects.create_user("staff", "s@example.org", "secret", is_staff=True)
    client.force_login(user)
    assert client.get(WELCOME).status_code == 403


def test_a_confirmed_post_mails_it_to_the_operator_alone(client: Client, operator: User) -> None:
    make_subscriber("ada@example.com")
    client.get(f"{WELCOME}&reader=ada&confirm=on")
    client.post(f"{WELCOME}&reader=ada")
    assert outbox.outbox == []
    page = text_of(client.post(f"{WELCOME}&reader=ada", {"confirm": "on"}))
    assert "Sent to op@example.org." in page
    assert [one.to for one in outbox.outbox] == [["op@example.org"]]
    assert outbox.outbox[0].subject.startswith("[Test] ")
    assert not TransactionalMail.objects.exists()
    assert not Delivery.objects.exists()
