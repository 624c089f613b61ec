"""The export has every row about a reader, from every table, and nothing of another one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

import pytest
from django.apps import apps
from django.db.models import Field

from newsletter.models import ArchivedDelivery, Delivery, StoredPick
from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.feedback.save import save_paper
from subscribers.feedback.vote import vote
from subscribers.models import (
    AddressChange,
    ConsentEntry,
    Feedback,
    Interest,
    SeedRequest,
    Subscriber,
    Suppression,
)
from subscribers.privacy.export import export, rows_about
from subscribers.suppress import salted
from tests.factories import (
    NOON,
    make_content,
    make_delivery,
    make_edition,
    make_event,
    make_inbound,
    make_mail,
    make_paper,
    make_subscriber,
    make_topic,
)

pytestmark = pytest.mark.django_db
ADA, BOB = "ada@example.com", "bob@example.com"
# Columns of these names may hold an address, or stand for one.
_ADDRESSES: Final = ("email", "address", "recipient")
OPERATORS: Final = {"auth.User": "operators of the site, who are no readers"}


def make_reader(email: str) -> Subscriber:
    """A reader whom every table names that can."""
    reader = make_subscriber(email)
    paper = make_paper(f"A paper of {email}")
    Interest.objects.create(subscriber=reader, topic=make_topic(f"Topic of {reader.pk}"))
    Interest.objects.create(subscriber=reader, kind="keyword", term=f"words of {email}")
    consent.record(
        ConsentEntry.Step.CONFIRMED,
        email=email,
        subscriber=reader,
        origin=RequestOrigin(ip="192.0.2.0", user_agent="Lynx"),
        now=NOON,
    )
    make_mail(reader, draft={"keywords": [f"draft of {email}"]})
    edition = make_edition(day=NOON.date() + timedelta(days=reader.pk % 1000))
    delivery = make_delivery(edition, reader, state="sent")
    make_content(delivery, [StoredPick(1, paper.pk, f"a reason of {email}")])
    make_event(delivery, address_hash=address_hash(email))
    make_inbound(address_hash=address_hash(email), raw=f"From: {email}\xe9".encode("latin-1"))
    ArchivedDelivery.objects.create(id=reader.pk, edition=edition, subscriber=reader, state="sent")
    Suppression.objects.create(
        address_hash=salted([address_hash(email)])[0], reason="operator", at=NOON
    )
    AddressChange.objects.create(
        subscriber=reader, old_email=email, new_email=f"new.{email}", requested_at=NOON
    )
    save_paper(reader, paper, NOON)
    vote(reader, paper, Feedback.Kind.MORE, NOON)
    SeedRequest.objects.create(
        subscriber=reader, kind="arxiv", identity="1706.03762", next_attempt_at=NOON, asked_at=NOON
    )
    return reader


def stored(reader: Subscriber) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads("".join(export(reader, NOON)))["stored"]
    return found


def may_be_about_a_reader(field: Field[Any, Any]) -> bool:
    named = any(word in field.name for word in _ADDRESSES)
    return field.related_model in (Subscriber, Delivery) or named


def test_every_table_that_can_name_a_reader_is_in_it() -> None:
    possible = {
        model._meta.label
        for model in apps.get_models()
        if any(may_be_about_a_reader(field) for field in model._meta.concrete_fields)
    }
    exported = {rows.model._meta.label for rows in rows_about(make_subscriber())}
    assert possible - set(OPERATORS) <= exported
    assert not exported & set(OPERATORS)


def test_each_table_has_one_row_or_more_of_a_reader_with_everything() -> None:
    assert {name: len(rows) for name, rows in stored(make_reader(ADA)).items()} == {
        "subscribers": 1,
        "interests": 2,
        "consent entries": 1,
        "suppressions": 1,
        "address changes": 1,
        "saved papers and feedback": 2,
        "reader profiles": 1,
        "papers to look up": 1,
        "transactional mails": 1,
        "deliveries": 1,
        "digest contents": 1,
        "archived deliveries": 1,
        "events": 1,
        "incoming mail": 1,
    }


def test_rows_are_readable_without_our_database() -> None:
    found = stored(make_reader(ADA))
    assert found["subscribers"][0]["email"] == ADA
    assert found["interests"][0]["topic"].startswith("Topic of")
    told = [(row["kind"], row["paper"]) for row in found["saved papers and feedback"]]
    assert told == [("save", f"A paper of {ADA}"), ("more", f"A paper of {ADA}")]
    assert found["reader profiles"][0]["liked"] == [f"A paper of {ADA}"]
    assert found["deliveries"][0]["edition"].startswith("weekly edition of ")
    assert found["digest contents"][0]["papers"] == [f"A paper of {ADA}"]
    assert found["digest contents"][0]["reasons"] == [f"a reason of {ADA}"]
    assert found["consent entries"][0]["user_agent"] == "Lynx"


def test_it_holds_nothing_of_another_reader() -> None:
    ada, bob = make_reader(ADA), make_reader(BOB)
    assert BOB not in "".join(export(ada, NOON))
    assert ADA not in "".join(export(bob, NOON))
    assert "".join(export(ada, NOON)).count(ADA) > 5


def test_it_holds_no_secret() -> None:
    ada = make_reader(ADA)
    text = "".join(export(ada, NOON))
    assert str(ada.secret) not in text
    assert ada.secret.hex not in text


def test_a_reader_with_nothing_gets_a_valid_document() -> None:
    found = stored(make_subscriber(ADA))
    assert [name for name, rows in found.items() if rows] == ["subscribers"]


def test_more_rows_than_are_read_at_once_are_all_in_it() -> None:
    ada = make_subscriber(ADA)
    Interest.objects.bulk_create(
        Interest(subscriber=ada, kind="keyword", term=f"word {number}") for number in range(450)
    )
    terms = [row["term"] for row in stored(ada)["interests"]]
    assert terms == [f"word {number}" for number in range(450)]


def test_odd_characters_do_not_break_it() -> None:
    ada = make_subscriber(ADA)
    Interest.objects.create(subscriber=ada, kind="muted", term='"quoted" \\ 漢字 </script>')
    assert stored(ada)["interests"][0]["term"] == '"quoted" \\ 漢字 </script>'


def test_a_mail_that_they_wrote_is_in_it_as_text() -> None:
    [mail] = stored(make_reader(ADA))["incoming mail"]
    assert mail["raw"] == f"From: {ADA}\ufffd"
