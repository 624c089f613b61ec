"""Readers in the admin: finding them, stopping their mail, forgetting them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.admin import readers_like
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression, TransactionalMail
from subscribers.suppress import suppress
from tests.factories import NOON, make_subscriber, make_topic
from web.admin import row_url, rows_url

pytestmark = pytest.mark.django_db
YES = {"_form_submitted": "True"}


def found(client: Client, model: type[Any], words: str) -> list[int]:
    response = client.get(rows_url(model, q=words))
    return [row.pk for row in response.context["cl"].result_list]


def button(name: str, row: Any) -> str:
    return reverse(f"admin:subscribers_{row._meta.model_name}_{name}", args=[row.pk])


# ── finding ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["ada@", "ADA@Example.org", " ada ", "@example.org"])
def test_a_reader_is_found_by_the_start_of_the_address_or_by_the_domain(
    admin_client: Client, words: str
) -> None:
    ada = make_subscriber("ada@example.org")
    make_subscriber("bob@example.com")
    assert found(admin_client, Subscriber, words) == [ada.pk]


def test_a_wildcard_in_a_search_is_only_a_character(admin_client: Client) -> None:
    make_subscriber("ada@example.org")
    assert found(admin_client, Subscriber, "%") == []


def test_the_start_of_an_address_is_looked_up_in_an_index(transactional_db: None) -> None:
    for number in range(2000):
        make_subscriber(f"{number}@example.org")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE subscribers_subscriber")
    assert "Index" in readers_like("1999@").explain()


def test_rows_that_belong_to_a_reader_are_found_by_the_address(admin_client: Client) -> None:
    ada, bob = make_subscriber("ada@example.org"), make_subscriber("bob@example.org")
    mails = [
        TransactionalMail.objects.create(subscriber=r, kind="confirm", next_attempt_at=NOON)
        for r in (ada, bob)
    ]
    assert found(admin_client, TransactionalMail, "bob@") == [mails[1].pk]


def test_a_suppression_is_found_by_the_typed_address(admin_client: Client) -> None:
    row = suppress("ada@example.org", Suppression.Reason.COMPLAINT, now=NOON)
    suppress("bob@example.org", Suppression.Reason.COMPLAINT, now=NOON)
    assert found(admin_client, Suppression, " Ada@Example.org ") == [row.pk]
    assert found(admin_client, Suppression, row.address_hash) == [row.pk]
    assert found(admin_client, Suppression, "ada@") == []


def test_consent_is_found_by_the_address_of_a_reader_who_is_gone(admin_client: Client) -> None:
    entry = consent.record(
        ConsentEntry.Step.REQUESTED,
        email="ada@example.org",
        subscriber=None,
        origin=RequestOrigin(),
        now=NOON,
    )
    assert found(admin_client, ConsentEntry, "ada@example.org") == [entry.pk]


@pytest.mark.parametrize("rows", [1, 25])
def test_the_list_of_readers_takes_the_same_queries_however_long(
    admin_client: Client, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        make_subscriber()
    with django_assert_num_queries(4):  # session, user, count, rows
        response = admin_client.get(rows_url(Subscriber))
    assert len(response.context["cl"].result_list) == rows


@pytest.mark.parametrize("model", [Interest, ConsentEntry, TransactionalMail])
def test_a_ledger_of_readers_takes_no_query_for_each_row(
    admin_client: Client, django_assert_max_num_queries: Any, model: type[Any]
) -> None:
    topic = make_topic()
    for _ in range(20):
        reader = make_subscriber()
        Interest.objects.create(subscriber=reader, topic=topic)
        TransactionalMail.objects.create(subscriber=reader, kind="confirm", next_attempt_at=NOON)
        consent.record(
            ConsentEntry.Step.REQUESTED,
            email=reader.email,
            subscriber=reader,
            origin=RequestOrigin(),
            now=NOON,
        )
    with django_assert_max_num_queries(5):  # session, user, count, rows, and a filter's choices
        response = admin_client.get(rows_url(model))
    assert len(response.context["cl"].result_list) == 20


# ── stopping mail ────────────────────────────────────────────────────────────


def test_asking_to_unsubscribe_changes_nothing_yet(admin_client: Client) -> None:
    reader = make_subscriber()
    admin_client.get(button("stop_mail_to_one", reader))
    reader.refresh_from_db()
    assert reader.state == "active"


def test_an_operator_unsubscribes_a_reader_and_the_consent_trail_says_who(
    admin_client: Client, admin_user: User
) -> None:
    reader = make_subscriber(next_send_at=timezone.now())
    answer = admin_client.post(button("stop_mail_to_one", reader), YES)
    assert answer.headers["Location"] == row_url(reader)
    reader.refresh_from_db()
    assert (reader.state, reader.next_send_at) == ("unsubscribed", None)
    entry = reader.consent_entries.get()
    assert (entry.step, entry.ip) == ("unsubscribed", None)
    assert admin_user.get_username() in entry.user_agent


def test_several_readers_are_unsubscribed_at_once(admin_client: Client) -> None:
    readers = [make_subscriber(), make_subscriber(state="unsubscribed"), make_subscriber()]
    chosen = {"action": "stop_mail", "_selected_action": [reader.pk for reader in readers]}
    page = admin_client.post(rows_url(Subscriber), chosen, follow=True).content.decode()
    assert "Unsubscribed: 2" in page
    assert not Subscriber.objects.filter(state="active").exists()


@pytest.mark.parametrize("name", ["stop_mail_to_one", "forget"])
def test_a_clerk_who_may_only_look_stops_and_forgets_nobody(client: Client, name: str) -> None:
    from django.contrib.auth.models import Permission

    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_subscriber"))
    client.force_login(clerk)
    reader = make_subscriber()
    assert client.post(button(name, reader), YES).status_code == 403
    assert button(name, reader) not in client.get(row_url(reader)).content.decode()
    bulk = {"action": "stop_mail", "_selected_action": [reader.pk]}
    client.post(rows_url(Subscriber), bulk)
    reader.refresh_from_db()
    assert reader.state == "active"


def test_a_reader_who_asks_for_it_is_forgotten(admin_client: Client) -> None:
    reader = make_subscriber("ada@example.org")
    consent.record(
        ConsentEntry.Step.REQUESTED,
        email=reader.email,
        subscriber=reader,
        origin=RequestOrigin(ip="192.0.2.0"),
        now=NOON,
    )
    answer = admin_client.post(button("forget", reader), YES)
    assert answer.headers["Location"] == rows_url(Subscriber)
    assert not Subscriber.objects.exists()
    entry = ConsentEntry.objects.get()
    assert (entry.subscriber, entry.ip) == (None, None)
    assert entry.address_hash == address_hash("ada@example.org")


# ── suppressions ─────────────────────────────────────────────────────────────


def test_an_operator_suppresses_a_typed_address(admin_client: Client) -> None:
    reader = make_subscriber("ada@example.org")
    url = reverse("admin:subscribers_suppression_add")
    admin_client.post(url, {"address": "Ada@example.org", "detail": "asked by phone"})
    row = Suppression.objects.get()
    assert (row.reason, row.detail) == ("operator", "asked by phone")
    assert row.address_hash == address_hash("ada@example.org")
    reader.refresh_from_db()
    assert reader.state == "suppressed"


@pytest.mark.parametrize(
    ("address", "complaint"),
    [("ada@example.org", "suppressed already"), ("not an address", "valid email address")],
)
def test_a_suppression_that_makes_no_sense_is_refused_with_a_reason(
    admin_client: Client, address: str, complaint: str
) -> None:
    suppress("ada@example.org", Suppression.Reason.COMPLAINT, now=NOON)
    url = reverse("admin:subscribers_suppression_add")
    page = admin_client.post(url, {"address": address, "detail": ""}).content.decode()
    assert complaint in page
    assert Suppression.objects.count() == 1


def test_lifting_a_suppression_asks_for_the_address_itself(admin_client: Client) -> None:
    row = suppress("ada@example.org", Suppression.Reason.OPERATOR, now=NOON)
    wrong = {**YES, "address": "bob@example.org"}
    page = admin_client.post(button("allow_again", row), wrong).content.decode()
    assert "not the address of this suppression" in page
    assert Suppression.objects.exists()


def test_mail_to_an_address_is_allowed_again(admin_client: Client) -> None:
    reader = make_subscriber("ada@example.org")
    row = suppress(reader, Suppression.Reason.OPERATOR, now=NOON)
    answer = admin_client.post(button("allow_again", row), {**YES, "address": "ada@example.org"})
    assert answer.headers["Location"] == rows_url(Suppression)
    assert not Suppression.objects.exists()
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"
