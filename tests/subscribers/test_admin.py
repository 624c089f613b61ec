"""Subscribers in the admin: searches, lists, unsubscribing, erasing and suppressing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression, TransactionalMail
from subscribers.suppress import is_suppressed, suppress
from tests.factories import NOON, make_mail, make_subscriber, make_topic
from web.admin import row_url, rows_url

pytestmark = pytest.mark.django_db
YES = {"_form_submitted": "True"}


def found(client: Client, model: type[Any], words: str) -> list[int]:
    response = client.get(rows_url(model, q=words))
    return [row.pk for row in response.context["cl"].result_list]


def action_url(name: str, row: Any) -> str:
    return reverse(f"admin:subscribers_{row._meta.model_name}_{name}", args=[row.pk])


def make_entry(email: str, subscriber: Subscriber | None = None) -> ConsentEntry:
    return consent.record(
        ConsentEntry.Step.REQUESTED,
        email=email,
        subscriber=subscriber,
        origin=RequestOrigin(ip="192.0.2.0", user_agent="Lynx"),
        now=NOON,
    )


# ── searches ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["ada@", "ADA@Example.org", " ada ", "@example.org"])
def test_a_search_finds_the_start_of_an_address_or_its_domain(
    admin_client: Client, words: str
) -> None:
    ada = make_subscriber("ada@example.org")
    make_subscriber("bob@example.com")
    assert found(admin_client, Subscriber, words) == [ada.pk]


@pytest.mark.parametrize(
    "words",
    [
        "jo@bücher.example.org",
        "JO@BÜCHER.Example.org",
        "jo@xn--bcher-kva.ex",
        "jo@bücher.ex",
        "jo@büch",
        "@bücher.example.org",
    ],
)
def test_a_search_finds_an_international_domain_as_people_read_it(
    admin_client: Client, words: str
) -> None:
    jo = make_subscriber("jo@xn--bcher-kva.example.org")
    make_subscriber("jo@xn--brger-kva.example.org")
    make_subscriber("jo@bucher.example.org")
    assert found(admin_client, Subscriber, words) == [jo.pk]


def test_an_operator_suppresses_and_allows_an_international_address(admin_client: Client) -> None:
    url = reverse("admin:subscribers_suppression_add")
    admin_client.post(url, {"address": "jo@bücher.example.org", "detail": ""})
    assert is_suppressed("jo@xn--bcher-kva.example.org")
    row = Suppression.objects.get()
    assert found(admin_client, Suppression, "Jo@Bücher.example.org") == [row.pk]
    again = admin_client.post(url, {"address": "jo@xn--bcher-kva.example.org", "detail": ""})
    assert "suppressed already" in again.content.decode()


def test_a_wildcard_in_a_search_is_only_a_character(admin_client: Client) -> None:
    make_subscriber("ada@example.org")
    assert found(admin_client, Subscriber, "%") == []


def test_a_suppression_is_found_by_the_typed_address(admin_client: Client) -> None:
    row = suppress("ada@example.org", Suppression.Reason.COMPLAINT, now=NOON)
    suppress("bob@example.org", Suppression.Reason.COMPLAINT, now=NOON)
    assert found(admin_client, Suppression, " Ada@Example.org ") == [row.pk]
    assert found(admin_client, Suppression, row.address_hash) == [row.pk]
    assert found(admin_client, Suppression, "ada@") == []


def test_consent_of_an_erased_subscriber_is_found_by_the_address(admin_client: Client) -> None:
    entry = make_entry("ada@example.org")
    make_entry("bob@example.org")
    assert found(admin_client, ConsentEntry, "ada@example.org") == [entry.pk]


# ── lists ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("length", [1, 3])
@pytest.mark.parametrize(
    ("model", "queries"),
    [  # session, user, count, rows; a list with a filter by topic also reads the topics
        (Subscriber, 4),
        (Interest, 5),
        (TransactionalMail, 4),
        (ConsentEntry, 4),
        (Suppression, 4),
    ],
)
def test_a_list_takes_the_same_queries_for_each_length(
    admin_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    model: type[Any],
    queries: int,
    length: int,
) -> None:
    for number in range(length):
        subscriber = make_subscriber()
        Interest.objects.create(subscriber=subscriber, topic=make_topic())
        make_mail(subscriber)
        make_entry(subscriber.email, subscriber)
        Suppression.objects.create(address_hash=f"{number:064}", reason="operator", at=NOON)
    with django_assert_num_queries(queries):
        response = admin_client.get(rows_url(model))
    assert len(response.context["cl"].result_list) == length


@pytest.mark.parametrize("length", [1, 3])
def test_the_page_of_a_subscriber_takes_the_same_queries(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    subscriber = make_subscriber("ada@example.org")
    for _ in range(length):
        Interest.objects.create(subscriber=subscriber, topic=make_topic())
        make_entry(subscriber.email, subscriber)
    ContentType.objects.get_for_model(Subscriber)  # read once for each process
    with django_assert_num_queries(5):  # session, user, row, interests, consent
        page = admin_client.get(row_url(subscriber)).content.decode()
    assert page.count("asked for the digest") == length


def test_the_page_of_a_subscriber_shows_no_row_of_another(admin_client: Client) -> None:
    ada, bob = make_subscriber("ada@example.org"), make_subscriber("bob@example.org")
    Interest.objects.create(subscriber=bob, kind=Interest.Kind.MUTED, term="a secret word")
    make_entry(bob.email, bob)
    page = admin_client.get(row_url(ada)).content.decode()
    assert "bob@" not in page
    assert "a secret word" not in page
    assert "asked for the digest" not in page
    assert "a secret word" in admin_client.get(row_url(bob)).content.decode()


# ── unsubscribing and erasing ────────────────────────────────────────────────


def test_opening_the_unsubscribe_dialog_changes_nothing(admin_client: Client) -> None:
    subscriber = make_subscriber()
    admin_client.get(action_url("unsubscribe_one", subscriber))
    subscriber.refresh_from_db()
    assert subscriber.state == "active"


def test_an_operator_unsubscribes_a_subscriber_and_is_recorded(
    admin_client: Client, admin_user: User
) -> None:
    subscriber = make_subscriber(next_send_at=timezone.now())
    answer = admin_client.post(action_url("unsubscribe_one", subscriber), YES)
    assert answer.headers["Location"] == row_url(subscriber)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.next_send_at) == ("unsubscribed", None)
    entry = subscriber.consent_entries.get()
    assert (entry.step, entry.ip) == ("unsubscribed", None)
    assert entry.user_agent == f"admin, by {admin_user.get_username()}"
    assert not subscriber.mails.exists()  # the operator answers by themselves


def test_unsubscribing_again_says_that_nothing_changed(admin_client: Client) -> None:
    subscriber = make_subscriber("ada@example.org", state="unsubscribed")
    answer = admin_client.post(action_url("unsubscribe_one", subscriber), YES, follow=True)
    assert "ada@example.org got no digests before." in answer.content.decode()
    assert not ConsentEntry.objects.exists()


def test_several_subscribers_are_unsubscribed_at_once(admin_client: Client) -> None:
    selected = [make_subscriber(), make_subscriber(state="unsubscribed"), make_subscriber()]
    other = make_subscriber()
    data = {"action": "unsubscribe_selected", "_selected_action": [row.pk for row in selected]}
    page = admin_client.post(rows_url(Subscriber), data, follow=True).content.decode()
    assert "Unsubscribed: 2. The others were so already." in page
    assert list(Subscriber.objects.filter(state="active")) == [other]


@pytest.mark.parametrize("name", ["unsubscribe_one", "erase_one"])
def test_an_operator_with_view_permission_only_changes_nothing(client: Client, name: str) -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_subscriber"))
    client.force_login(staff)
    subscriber = make_subscriber()
    assert client.post(action_url(name, subscriber), YES).status_code == 403
    assert action_url(name, subscriber) not in client.get(row_url(subscriber)).content.decode()
    bulk = {"action": "unsubscribe_selected", "_selected_action": [subscriber.pk]}
    client.post(rows_url(Subscriber), bulk)
    subscriber.refresh_from_db()
    assert subscriber.state == "active"


def test_an_operator_erases_a_subscriber(admin_client: Client) -> None:
    subscriber, other = make_subscriber("ada@example.org"), make_subscriber()
    make_entry(subscriber.email, subscriber)
    answer = admin_client.post(action_url("erase_one", subscriber), YES)
    assert answer.headers["Location"] == rows_url(Subscriber)
    assert list(Subscriber.objects.all()) == [other]
    entry = ConsentEntry.objects.get()
    assert (entry.subscriber, entry.ip, entry.user_agent) == (None, None, "")
    assert entry.address_hash == address_hash("ada@example.org")


# ── suppressions ─────────────────────────────────────────────────────────────


def test_an_operator_suppresses_a_typed_address(admin_client: Client) -> None:
    subscriber = make_subscriber("ada@example.org")
    url = reverse("admin:subscribers_suppression_add")
    admin_client.post(url, {"address": "Ada@example.org", "detail": "requested by phone"})
    row = Suppression.objects.get()
    assert (row.reason, row.detail) == ("operator", "requested by phone")
    assert is_suppressed("ada@example.org")
    subscriber.refresh_from_db()
    assert subscriber.state == "suppressed"


@pytest.mark.parametrize(
    ("address", "error"),
    [("ada@example.org", "suppressed already"), ("not an address", "@-sign")],
)
def test_an_invalid_suppression_is_refused_with_a_reason(
    admin_client: Client, address: str, error: str
) -> None:
    suppress("ada@example.org", Suppression.Reason.COMPLAINT, now=NOON)
    url = reverse("admin:subscribers_suppression_add")
    page = admin_client.post(url, {"address": address, "detail": ""}).content.decode()
    assert error in page
    assert Suppression.objects.count() == 1


def test_unsuppressing_needs_the_right_address(admin_client: Client) -> None:
    row = suppress("ada@example.org", Suppression.Reason.OPERATOR, now=NOON)
    suppress("bob@example.org", Suppression.Reason.OPERATOR, now=NOON)
    wrong = {**YES, "address": "bob@example.org"}
    page = admin_client.post(action_url("allow_again", row), wrong).content.decode()
    assert "not the address of this suppression" in page
    assert Suppression.objects.count() == 2


def test_an_operator_allows_mail_to_an_address_again(admin_client: Client) -> None:
    subscriber = make_subscriber("ada@example.org")
    row = suppress(subscriber, Suppression.Reason.OPERATOR, now=NOON)
    data = {**YES, "address": "ada@example.org"}
    answer = admin_client.post(action_url("allow_again", row), data)
    assert answer.headers["Location"] == rows_url(Suppression)
    assert not Suppression.objects.exists()
    subscriber.refresh_from_db()
    assert subscriber.state == "unsubscribed"


def test_a_reader_whose_mails_came_back_is_mailed_then(admin_client: Client) -> None:
    subscriber = make_subscriber("ada@example.org", confirmed_at=NOON)
    row = suppress(subscriber, Suppression.Reason.HARD_BOUNCE, now=NOON)
    data = {**YES, "address": "ada@example.org"}
    answer = admin_client.post(action_url("allow_again", row), data, follow=True)
    assert "We mail them a link to go on." in answer.content.decode()
    assert subscriber.mails.get().kind == "paused"


def test_pages_of_suppressions_and_consent_show_no_address(admin_client: Client) -> None:
    row = suppress("ada@example.org", Suppression.Reason.COMPLAINT, now=NOON)
    entry = ConsentEntry.objects.get()
    for shown in (row, entry):
        for url in (rows_url(type(shown)), row_url(shown)):
            page = admin_client.get(url).content.decode()
            assert shown.address_hash[:12] in page
            assert "ada@" not in page


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "/etc/passwd", "Europe"])
def test_a_zone_that_this_machine_lacks_stops_no_page(admin_client: Client, zone: str) -> None:
    subscriber = make_subscriber(timezone=zone, next_send_at=NOON)
    assert admin_client.get(rows_url(Subscriber)).status_code == 200
    assert admin_client.get(row_url(subscriber)).status_code == 200
