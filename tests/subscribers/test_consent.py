"""One entry for each step of consent, and what it keeps of its request."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin, origin_of, truncated_ip
from subscribers.models import ConsentEntry
from tests.factories import NOON, make_subscriber


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.17", "192.0.2.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("", None),
        ("nonsense", None),
        ("192.0.2.17:443", "192.0.2.0"),
        ("::ffff:192.0.2.17", "192.0.2.0"),
        ("64:ff9b::192.0.2.17", "192.0.2.0"),
        ("2002:c000:211::1", "192.0.2.0"),
    ],
)
def test_an_ip_address_is_truncated_to_its_network(address: str, kept: str | None) -> None:
    assert truncated_ip(address) == kept


def test_the_origin_of_a_request_has_no_whole_ip_address() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.9", HTTP_USER_AGENT="Lynx")
    assert origin_of(request) == RequestOrigin(ip="198.51.100.0", user_agent="Lynx")


def test_a_request_without_a_browser_has_an_empty_user_agent() -> None:
    assert origin_of(RequestFactory().get("/", REMOTE_ADDR="")) == RequestOrigin()


def test_a_long_user_agent_with_a_nul_becomes_storable() -> None:
    request = RequestFactory().get("/", HTTP_USER_AGENT="a\x00" + "b" * 500)
    assert origin_of(request).user_agent == "a\ufffd" + "b" * 198


@pytest.mark.django_db
def test_an_entry_holds_the_step_the_origin_and_the_hash() -> None:
    subscriber = make_subscriber("ada@example.com")
    consent.record(
        ConsentEntry.Step.CHANGED,
        email=subscriber.email,
        subscriber=subscriber,
        origin=RequestOrigin(ip="192.0.2.0", user_agent="Lynx"),
        now=NOON,
        detail={"hour": [8, 9]},
    )
    entry = ConsentEntry.objects.get()
    assert ConsentEntry.objects.values().get() == {
        "id": entry.pk,
        "subscriber_id": subscriber.pk,
        "address_hash": address_hash("ada@example.com"),
        "step": "changed",
        "at": NOON,
        "ip": "192.0.2.0",
        "user_agent": "Lynx",
        "detail": {"hour": [8, 9]},
    }


@pytest.mark.django_db
def test_an_address_without_a_subscriber_gets_an_entry() -> None:
    entry = consent.record(
        ConsentEntry.Step.REQUESTED,
        email="ada@example.com",
        subscriber=None,
        origin=RequestOrigin(),
        now=NOON,
    )
    entry.refresh_from_db()
    assert (entry.subscriber, entry.ip, entry.user_agent, entry.detail) == (None, None, "", {})
