"""After a reader is erased, no table names them: each is dumped, every column as text."""

from __future__ import annotations

from typing import Final

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection

from mail.without_address import spellings_in_code
from newsletter.models import (
    Delivery,
    DeliveryEvent,
    DigestContent,
    Edition,
    InboundMessage,
    StoredPick,
)
from papers.models import JobStep
from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression
from subscribers.privacy import erase
from subscribers.privacy.sweep import _WHOLE_TABLES, rows_of, text_fields
from subscribers.suppress import salted
from tests.factories import (
    NOON,
    make_content,
    make_delivery,
    make_edition,
    make_event,
    make_inbound,
    make_job,
    make_mail,
    make_subscriber,
)
from web.sql import rows

pytestmark = pytest.mark.django_db
ADA: Final = "ada.lovelace@xn--bcher-kva.example"
SAID: Final = (
    "550 <ada.lovelace@xn--bcher-kva.example> Ada.Lovelace@BÜCHER.example, "
    "ada.lovelace%40b%C3%BCcher.example ada.lovelace=xn--bcher-kva.example@x.example "
    f"user ada.lovelace unknown {spellings_in_code(ADA)[1]}"
)
CUT: Final = "550 <…> …, … …@x.example user … unknown …"


def dump() -> str:
    """Every row of every table as text, in lower case; sessions are decoded."""
    parts = [str(session.get_decoded()) for session in Session.objects.all()]
    for table in connection.introspection.table_names():
        parts += [text for (text,) in rows(f'SELECT row::text FROM "{table}" AS row')]  # noqa: S608
    return "\n".join(parts).lower()


def names(text: str) -> list[str]:
    """What of the address a text still holds."""
    spelled = ["ada.lovelace", "bcher-kva", "bücher", "b%c3%bccher"]
    return [one for one in [*spelled, *map(str.lower, spellings_in_code(ADA))] if one in text]


def make_reader() -> Subscriber:
    """A reader whom each table names that can."""
    ada = make_subscriber(ADA)
    Interest.objects.create(subscriber=ada, kind="keyword", term=ADA)
    make_mail(ada, error=SAID, draft={"keywords": [ADA]})
    for subscriber in (ada, None):
        consent.record(
            ConsentEntry.Step.CHANGED,
            email=ADA,
            subscriber=subscriber,
            origin=RequestOrigin(user_agent=f"Lynx ({ADA})"),
            now=NOON,
            detail={"keywords": [ADA]},
        )
    edition = make_edition(pause_reason=SAID[:300])
    delivery = make_delivery(edition, ada, error=SAID, provider_id=f"250 {ADA}")
    make_content(delivery, [StoredPick(1, 1, f"you follow {ADA}")])
    Suppression.objects.create(
        address_hash=salted([address_hash(ADA)])[0], reason="operator", at=NOON, detail=SAID
    )
    make_event(delivery=delivery, detail=SAID, address_hash="")
    make_event(detail=SAID, recipient=ADA, address_hash=address_hash(ADA), due_at=NOON)
    make_inbound(delivery=delivery, subject=f"Re: {ADA}", detail=f"550 <{ADA}> unknown")
    make_inbound(address_hash=address_hash(ADA), raw=f"From: {ADA}".encode(), due_at=NOON)
    operator = User.objects.create(username="operator")
    LogEntry.objects.create(
        user=operator,
        content_type=ContentType.objects.get_for_model(Subscriber),
        object_id=str(ada.pk),
        object_repr=ADA,
        action_flag=CHANGE,
        change_message=SAID,
    )
    session = SessionStore()
    session["_messages"] = f"{ADA} gets no more digests."
    session["_auth_user_id"] = str(operator.pk)
    session.save()
    JobStep.objects.create(job=make_job("stars"), started_at=NOON, error=SAID)
    return ada


def test_no_table_names_an_erased_reader() -> None:
    ada = make_reader()
    assert {"ada.lovelace", "bcher-kva", "bücher"} <= set(names(dump()))
    erase(ada)
    assert names(dump()) == []


def test_what_servers_said_stays_without_the_address() -> None:
    erase(make_reader())
    delivery = Delivery.objects.get()
    assert (delivery.subscriber, delivery.error, delivery.provider_id) == (None, CUT, "250 …")
    assert Suppression.objects.get().detail == CUT
    assert [event.detail for event in DeliveryEvent.objects.all()] == [CUT, CUT]
    assert DigestContent.objects.get().reasons == ["you follow …"]
    assert Edition.objects.get().pause_reason == CUT
    assert LogEntry.objects.get().object_repr == "…"


def test_a_mail_of_an_erased_reader_is_emptied_and_another_s_is_not() -> None:
    other = make_inbound(address_hash=address_hash("bob@example.org"), raw=b"From: bob")
    erase(make_reader())
    kept = {row.pk: bytes(row.raw) for row in InboundMessage.objects.all()}
    assert kept.pop(other.pk) == b"From: bob"
    assert set(kept.values()) == {b""}


def test_an_operator_stays_signed_in_when_a_notice_named_the_reader() -> None:
    erase(make_reader())
    assert Session.objects.get().get_decoded() == {
        "_messages": "… gets no more digests.",
        "_auth_user_id": str(User.objects.get().pk),
    }


def test_other_readers_keep_what_is_said_of_them() -> None:
    ada, bob = make_reader(), make_subscriber("bob@example.org")
    said = "550 <bob@example.org> unknown"
    other = make_delivery(make_edition(cadence="daily"), bob, error=said)
    make_event(delivery=other, detail=said, address_hash=address_hash(bob.email))
    erase(ada)
    other.refresh_from_db()
    assert (other.error, other.events.get().detail) == (said, said)


def test_every_table_with_a_key_to_a_reader_is_swept() -> None:
    swept = {f"{found.model._meta.label}: {fields}" for found, fields in rows_of(make_subscriber())}
    assert swept == {
        "newsletter.Delivery: ['provider_id', 'error']",
        "newsletter.DeliveryEvent: ['message_id', 'recipient', 'detail']",
        "newsletter.DigestContent: ['reasons', 'teams', 'sections', 'opening']",
        "newsletter.InboundMessage: ['subject', 'detail', 'raw']",
        "subscribers.AddressChange: ['old_email', 'new_email']",
        "subscribers.ConsentEntry: ['user_agent', 'detail']",
        "subscribers.Interest: ['term']",
        "subscribers.ReaderProfile: ['ignored_topics', 'ignored_words']",
        "subscribers.SeedRequest: ['identity', 'error']",
        "subscribers.Suppression: ['detail']",
        "subscribers.TransactionalMail: ['recipient', 'provider_id', 'error', 'draft']",
    }


# Texts about papers, and names that operators and the code give.
NOT_ABOUT_READERS: Final = {
    *("admin", "auth", "contenttypes", "papers", "sessions"),
    *("newsletter.Edition", "newsletter.Candidate", "newsletter.EditionTranslation"),
    "newsletter.Tally",
    *("newsletter.ArchivedDelivery", "newsletter.DatabaseOrigin", "subscribers.Subscriber"),
}


def test_every_other_table_with_text_is_about_something_else() -> None:
    swept = {found.model._meta.label for found, _ in rows_of(make_subscriber())}
    others = {model for model in apps.get_models() if model._meta.label not in swept}
    unknown = {
        model._meta.label
        for model in others
        if text_fields(model) and not {model._meta.label, model._meta.app_label} & NOT_ABOUT_READERS
    }
    assert unknown == set()
    for label, column in _WHOLE_TABLES:
        assert column in text_fields(apps.get_model(label))
