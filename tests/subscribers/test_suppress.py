"""Addresses that must get no mail."""

from __future__ import annotations

import hashlib
import re
from importlib import import_module
from itertools import permutations

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from pytest_django import DjangoAssertNumQueries

from subscribers.addresses import address_hash
from subscribers.models import ConsentEntry, Subscriber, Suppression
from subscribers.suppress import is_suppressed, salted, suppress, suppression_join, unsuppress
from tests.factories import NOON, make_subscriber
from web.sql import rows

pytestmark = pytest.mark.django_db
REASON = Suppression.Reason


def test_a_suppressed_subscriber_is_never_due_again() -> None:
    reader = make_subscriber(next_send_at=NOON)
    suppress(reader, REASON.HARD_BOUNCE, detail="550 no such user", now=NOON)
    reader.refresh_from_db()
    assert (reader.state, reader.next_send_at) == (Subscriber.State.SUPPRESSED, None)
    assert is_suppressed(reader.email)
    assert Suppression.objects.get().detail == "550 no such user"


@pytest.mark.parametrize(
    "order",
    list(permutations([REASON.SOFT_BOUNCES, REASON.HARD_BOUNCE, REASON.COMPLAINT])),
    ids=str,
)
def test_a_complaint_is_the_reason_that_stays_whatever_comes_first(
    order: tuple[Suppression.Reason, ...],
) -> None:
    reader = make_subscriber()
    for reason in order:
        suppress(reader, reason, detail=f"because of {reason.value}", now=NOON)
    row = Suppression.objects.get()
    assert (row.reason, row.detail) == ("complaint", "because of complaint")


@pytest.mark.parametrize("reason", [REASON.SOFT_BOUNCES, REASON.HARD_BOUNCE, REASON.COMPLAINT])
def test_an_operator_s_reason_is_the_strongest(reason: Suppression.Reason) -> None:
    reader = make_subscriber()
    suppress(reader, REASON.OPERATOR, detail="asked by letter", now=NOON)
    suppress(reader, reason, now=NOON)
    assert Suppression.objects.get().detail == "asked by letter"


def test_a_stronger_reason_is_a_consent_entry_of_its_own() -> None:
    reader = make_subscriber()
    for reason in (REASON.HARD_BOUNCE, REASON.HARD_BOUNCE, REASON.COMPLAINT, REASON.HARD_BOUNCE):
        suppress(reader, reason, now=NOON)
    details = ConsentEntry.objects.order_by("id").values_list("detail", flat=True)
    assert list(details) == [{"reason": "hard_bounce"}, {"reason": "complaint"}]


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 <jo@example.org>: Recipient address rejected",
        "550 jo@example.org... User unknown",
        "550 No such user: Jo@Example.ORG.",
        "550 5.1.1 mailto:jo%40example.org unknown",
        "550 RCPT TO:<jo@example.org> failed",
        "Postmark: 'jo@example.org' is inactive, so is (jo@example.org)",
    ],
)
def test_a_suppression_holds_no_address(reply: str) -> None:
    suppress("jo@example.org", REASON.HARD_BOUNCE, detail=reply, now=NOON)
    detail = Suppression.objects.get().detail
    assert "…" in detail
    assert "example" not in detail.lower()


def test_suppressing_twice_makes_one_entry() -> None:
    reader = make_subscriber()
    suppress(reader, REASON.HARD_BOUNCE, now=NOON)
    suppress(reader, REASON.HARD_BOUNCE, now=NOON)
    assert Suppression.objects.get().reason == REASON.HARD_BOUNCE
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.subscriber, entry.detail) == (
        ConsentEntry.Step.SUPPRESSED,
        reader,
        {"reason": "hard_bounce"},
    )


def test_an_address_without_a_subscriber_can_be_suppressed() -> None:
    suppress(" Ada@Example.com", REASON.OPERATOR, now=NOON)
    assert is_suppressed("ada@example.com")
    assert not is_suppressed("bob@example.com")


def test_a_suppression_by_address_finds_its_subscriber() -> None:
    reader = make_subscriber("ada@example.com")
    suppress("Ada@example.com", REASON.COMPLAINT, now=NOON)
    reader.refresh_from_db()
    assert reader.state == Subscriber.State.SUPPRESSED


def test_the_state_of_a_subscriber_suppresses_without_a_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    by_state = make_subscriber(state=Subscriber.State.SUPPRESSED)
    with django_assert_num_queries(0):
        assert is_suppressed(by_state)


def test_the_hash_suppresses_an_active_subscriber_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Say, an import brought the address in again after the complaint."""
    by_hash, fine = make_subscriber("ada@example.com"), make_subscriber()
    suppress("ada@example.com", REASON.COMPLAINT, now=NOON)
    Subscriber.objects.filter(pk=by_hash.pk).update(state=Subscriber.State.ACTIVE)
    by_hash.refresh_from_db()
    with django_assert_num_queries(1):
        assert is_suppressed(by_hash)
    assert not is_suppressed(fine)


@pytest.mark.parametrize("address", ["ada@example.com", " Ada@Example.com ", "straße@example.com"])
def test_postgresql_hashes_an_address_as_python_does(address: str) -> None:
    Suppression.objects.create(
        address_hash=salted([address_hash(address)])[0], reason="operator", at=NOON
    )
    assert is_suppressed(address)
    assert not is_suppressed(f"x{address.strip()}")


def test_the_join_finds_suppressed_addresses_among_others() -> None:
    suppress("ada@example.com", REASON.COMPLAINT, now=NOON)
    make_subscriber("ada@example.com")
    make_subscriber("bob@example.com")
    join = suppression_join("reader.email")
    found = rows(
        f"SELECT reader.email, suppression.reason FROM subscribers_subscriber AS reader "  # noqa: S608 (a constant)
        f"LEFT JOIN {join} ORDER BY reader.email"
    )
    assert found == [("ada@example.com", "complaint"), ("bob@example.com", None)]


def test_after_unsuppress_the_subscriber_signs_up_again() -> None:
    reader = make_subscriber()
    suppress(reader, REASON.OPERATOR, now=NOON)
    unsuppress(reader.email)
    reader.refresh_from_db()
    assert reader.state == Subscriber.State.UNSUBSCRIBED
    assert not is_suppressed(reader.email)


@pytest.mark.parametrize(
    "typed", ["jo@bücher.example.org", "Jo@BÜCHER.example.org.", "jo@xn--bcher-kva.example.org"]
)
def test_a_suppression_in_one_spelling_stops_every_other(typed: str) -> None:
    reader = make_subscriber("jo@xn--bcher-kva.example.org")
    suppress(typed, REASON.OPERATOR, now=NOON)
    reader.refresh_from_db()
    assert reader.state == Subscriber.State.SUPPRESSED
    assert is_suppressed("jo@bücher.example.org")
    assert is_suppressed("jo@xn--bcher-kva.example.org")
    unsuppress(typed)
    assert not is_suppressed("jo@bücher.example.org")


def test_a_suppression_under_the_former_hash_of_an_umlaut_still_counts() -> None:
    former = hashlib.sha256("jo@bücher.example.org".encode()).hexdigest()
    Suppression.objects.create(address_hash=salted([former])[0], reason="operator", at=NOON)
    assert is_suppressed("jo@xn--bcher-kva.example.org")
    assert not is_suppressed("jo@xn--bcher-kva.example.com")
    unsuppress("jo@xn--bcher-kva.example.org")
    assert not Suppression.objects.exists()


def test_the_list_has_no_hash_that_can_be_made_elsewhere() -> None:
    plain = [address_hash("ada@example.com"), *map(_digest, ("ada@example.com", ""))]
    row = suppress("ada@example.com", REASON.COMPLAINT, now=NOON)
    assert re.fullmatch("[0-9a-f]{64}", row.address_hash)
    assert row.address_hash not in plain
    assert ConsentEntry.objects.get().address_hash == plain[0] != row.address_hash


def test_the_hash_of_an_erased_address_suppresses_it() -> None:
    suppress(address_hash("ada@example.com"), REASON.COMPLAINT, now=NOON)
    assert is_suppressed("ada@example.com")
    assert not is_suppressed("bob@example.com")


def test_suppressions_of_before_are_salted_and_still_hold() -> None:
    Suppression.objects.create(
        address_hash=address_hash("ada@example.com"), reason="complaint", at=NOON
    )
    assert not is_suppressed("ada@example.com")
    migration = import_module("subscribers.migrations.0011_salt_suppressions")
    with connection.schema_editor(atomic=False) as editor:
        migration._salt(apps, editor)
    assert is_suppressed("ada@example.com")
    with pytest.raises(IrreversibleError):
        migration._refuse(apps, editor)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
