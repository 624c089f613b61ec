"""Which mail of ours a mail is about, by a proof that cannot be guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from mail.inbound.addresses import InboundAddress
from mail.inbound.incoming import Incoming
from newsletter.editions.old_tokens import make_old_tokens
from newsletter.editions.rendering.return_path import bounce_token
from newsletter.editions.tokens import BadToken
from newsletter.inbound.prove import Proved, prove, reader_of_address
from newsletter.models import Delivery, DigestContent
from subscribers.models import Subscriber
from tests.factories import NOON, tokens_of
from tests.newsletter.inbound.mails import id_of

pytestmark = pytest.mark.django_db


def to(kind: str, token: str, sender: str = "") -> Incoming:
    return Incoming("reply", (InboundAddress(kind, token),), sender=sender)  # type: ignore[arg-type]


def returned(delivery: Delivery) -> Incoming:
    return to("bounce", bounce_token(delivery.pk, tokens_of(delivery)))


def test_a_return_path_proves_its_delivery(delivery: Delivery, bob: Subscriber) -> None:
    found = prove(returned(delivery))
    assert found == Proved(bob, delivery)
    assert found.email == bob.email


@pytest.mark.parametrize("part", [0, -1])
def test_one_digit_changed_proves_nothing(delivery: Delivery, part: int) -> None:
    token = bounce_token(delivery.pk, tokens_of(delivery))
    changed = "0" if token[part] != "0" else "1"
    assert prove(to("bounce", changed + token[1:] if part == 0 else token[:-1] + changed)) is None


def test_a_message_id_proves_its_delivery_and_a_short_one_nothing(delivery: Delivery) -> None:
    whole = id_of(delivery)
    assert prove(Incoming("reply", original_ids=(whole,)))
    short = whole.replace(tokens_of(delivery).message, tokens_of(delivery).message[:8])
    assert prove(Incoming("reply", original_ids=(short,))) is None


def test_the_first_genuine_trace_counts_and_junk_before_it_does_not(delivery: Delivery) -> None:
    ids = (*(f"<digest.{n}.0123456789abcdef0123@papers.example.org>" for n in range(5)),)
    assert prove(Incoming("bounce", original_ids=(*ids, id_of(delivery))))


def test_a_mail_of_the_first_renderer_is_known(delivery: Delivery) -> None:
    DigestContent.objects.update(renderer="1")
    tokens = make_old_tokens(delivery.pk, "")
    assert prove(to("bounce", bounce_token(delivery.pk, tokens)))


def test_a_key_that_is_gone_proves_nothing_and_is_no_error(delivery: Delivery) -> None:
    token = bounce_token(delivery.pk, tokens_of(delivery))
    DigestContent.objects.update(key_id="00000000")
    assert prove(to("bounce", token)) is None


def test_a_delivery_without_content_or_reader_proves_nothing(delivery: Delivery) -> None:
    token = bounce_token(delivery.pk, tokens_of(delivery))
    Delivery.objects.update(subscriber=None)
    assert prove(to("bounce", token)) is None
    DigestContent.objects.all().delete()
    assert prove(to("bounce", token)) is None


def test_a_link_proves_its_reader_though_the_ledger_has_lost_the_delivery(
    delivery: Delivery, bob: Subscriber
) -> None:
    token = tokens_of(delivery).unsubscribe
    mail = Incoming("complaint", links=(token,))
    assert prove(mail) == Proved(bob, delivery)
    DigestContent.objects.all().delete()
    Delivery.objects.all().delete()
    assert prove(mail) == Proved(bob, None)
    assert prove(Incoming("complaint", links=(token.swapcase(),))) is None


def test_a_link_for_another_purpose_proves_nothing(delivery: Delivery) -> None:
    assert prove(Incoming("complaint", links=(tokens_of(delivery).read,))) is None


def test_a_mail_to_a_former_address_is_known_as_one(delivery: Delivery, bob: Subscriber) -> None:
    assert not Proved(bob, delivery).is_former_address
    bob.address_changed_at = NOON + timedelta(hours=1)
    assert Proved(bob, delivery).is_former_address
    assert Proved(bob, None).is_former_address
    assert not Proved(bob, single_to="bob@old.example").is_former_address
    bob.address_changed_at = NOON - timedelta(hours=1)
    assert not Proved(bob, delivery).is_former_address


def test_the_token_of_an_address_leads_to_its_reader(delivery: Delivery, bob: Subscriber) -> None:
    token = tokens_of(delivery).unsubscribe
    assert reader_of_address(to("unsubscribe", token)) == bob
    assert reader_of_address(to("unsubscribe", token.lower(), bob.email)) == bob
    for mail in (to("unsubscribe", token.lower()), to("unsubscribe", "x" * 36), to("reply", "")):
        with pytest.raises(BadToken):
            reader_of_address(mail)


def test_fifty_traces_take_two_queries(
    delivery: Delivery, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    ids = tuple(f"<digest.{n}.0123456789abcdef0123@papers.example.org>" for n in range(50))
    singles = tuple(f"<confirm.{n}.0123456789abcdef0123@papers.example.org>" for n in range(50))
    with django_assert_num_queries(2):
        assert prove(Incoming("bounce", original_ids=ids + singles)) is None
