"""Links open what they were made for, for their own reader, also after a backup was restored."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from newsletter.editions import old_tokens
from newsletter.editions.old_tokens import make_old_token
from newsletter.editions.open_link import open_link
from newsletter.editions.rendering.body import RENDERER
from newsletter.editions.tokens import BadToken, Purpose, Tokens
from newsletter.models import Delivery, DigestContent
from subscribers.models import Subscriber
from subscribers.privacy import erase
from tests.factories import make_subscriber, tokens_of
from tests.newsletter.sent_digests import SENT, make_sent

pytestmark = pytest.mark.django_db
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber("ada@example.com")


@pytest.fixture
def delivery(ada: Subscriber) -> Delivery:
    return make_sent(ada)


@pytest.fixture
def tokens(delivery: Delivery) -> Tokens:
    return tokens_of(delivery)


def opens(token: str) -> list[tuple[str, str]]:
    """For which purposes a token opens whose link."""
    found = list[tuple[str, str]]()
    for purpose in PURPOSES:
        try:
            subscriber = open_link(purpose, token).subscriber
        except BadToken:
            continue
        found.append((purpose, subscriber.email if subscriber else "erased"))
    return found


def restored(delivery: Delivery, reader: Subscriber) -> Delivery:
    """As if a backup from before this mail were restored, and its id came back for a reader."""
    DigestContent.objects.all().delete()
    Delivery.objects.all().delete()
    return make_sent(reader, id=delivery.pk)


def test_each_token_opens_its_own_purpose_only(tokens: Tokens) -> None:
    email = "ada@example.com"
    assert [opens(token) for token in tokens[:4]] == [[(p, email)] for p in PURPOSES]


def test_to_unsubscribe_and_to_choose_take_one_query(
    tokens: Tokens, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):  # the subscriber
        open_link("unsubscribe", tokens.unsubscribe)
    with django_assert_num_queries(2):  # and the delivery
        open_link("read", tokens.read)


def test_a_link_to_a_paper_has_its_number(tokens: Tokens) -> None:
    assert open_link("read", f"{tokens.read}/12", is_numbered=True).number == 12
    assert open_link("read", tokens.read, is_numbered=True).number is None


@pytest.mark.parametrize(
    ("end", "number"),
    [
        ("/12", 12), ("/12/", 12), ("/12.", 12), ("/12>", 12), ("/12%3E", 12), ("//12", 12),
        ("/1=\r\n2", 12), ("/1\r\n2", 1), ("/12=3D", 12), ("/12=0D=0A", 12), ("/12 Title", 12),
        ("/", None), ("/x", None), ("/9999999999999999999999", None), ("/-1", None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_a_whole_or_not_at_all(
    tokens: Tokens, end: str, number: int | None
) -> None:
    assert open_link("read", tokens.read + end, is_numbered=True).number == number


class TestAfterARestore:
    """A dump, a digest to Ada, the dump again, and the ids that were given twice."""

    def test_her_token_opens_nothing_of_the_reader_who_got_her_delivery_s_id(
        self, delivery: Delivery, tokens: Tokens
    ) -> None:
        bob = make_subscriber("bob@example.com")
        again = restored(delivery, bob)
        assert again.pk == delivery.pk
        assert [opens(token) for token in tokens[:4]] == [
            [], [("unsubscribe", "ada@example.com")], [("preferences", "ada@example.com")], []
        ]  # fmt: skip
        assert opens(tokens_of(again).read) == [("read", "bob@example.com")]

    def test_her_token_opens_nothing_of_the_reader_who_got_her_own_id(
        self, delivery: Delivery, tokens: Tokens, ada: Subscriber
    ) -> None:
        number = ada.pk
        erase(ada)
        bob = make_subscriber("bob@example.com", id=number)
        restored(delivery, bob)
        assert [opens(token) for token in tokens[:4]] == [[], [], [], []]

    def test_a_digest_of_hers_that_was_lost_is_not_shown_as_another_one_of_hers(
        self, delivery: Delivery, tokens: Tokens, ada: Subscriber
    ) -> None:
        again = restored(delivery, ada)
        DigestContent.objects.update(dated_at=SENT + timedelta(days=7))
        assert opens(tokens.read) == []
        assert opens(tokens_of(Delivery.objects.get(pk=again.pk)).read) != []

    def test_she_unsubscribes_though_the_ledger_has_lost_her_delivery(
        self, delivery: Delivery, tokens: Tokens, client: Client, ada: Subscriber
    ) -> None:
        DigestContent.objects.all().delete()
        Delivery.objects.all().delete()
        assert client.post(f"/u/{tokens.unsubscribe}").status_code == 200
        ada.refresh_from_db()
        assert ada.state == "unsubscribed"


class TestErased:
    def test_the_row_without_a_subscriber_shows_that_they_were_erased(
        self, tokens: Tokens, ada: Subscriber
    ) -> None:
        erase(ada)
        assert opens(tokens.unsubscribe)[1] == ("unsubscribe", "erased")

    @pytest.mark.parametrize("place", [0, 7, 10, 14, 18])
    def test_a_changed_token_of_a_subscriber_is_not_taken_for_one_of_the_erased(
        self, tokens: Tokens, place: int
    ) -> None:
        token = tokens.unsubscribe
        changed = token[:place] + ("x" if token[place] != "x" else "y") + token[place + 1 :]
        assert opens(changed) == []
        assert opens(token.lower()) == []
        assert opens(token.upper()) == []


class TestOfTheFirstRenderer:
    """One token for all links, as mails have it that were sent before there were secrets."""

    def test_it_opens_everything_of_its_own_reader_but_feedback(self, ada: Subscriber) -> None:
        delivery = make_sent(ada, old_tokens.RENDERER)
        email = "ada@example.com"
        assert opens(make_old_token(delivery.pk)) == [(p, email) for p in PURPOSES[:3]]

    @pytest.mark.parametrize("renderer", [RENDERER, None])
    def test_it_opens_nothing_of_a_delivery_that_was_made_since(
        self, delivery: Delivery, renderer: str | None
    ) -> None:
        if renderer is None:  # queued: no renderer has made anything of it
            DigestContent.objects.all().delete()
        assert opens(make_old_token(delivery.pk)) == []

    def test_the_page_that_it_reads_is_shown_under_a_token_that_only_reads(
        self, ada: Subscriber, client: Client
    ) -> None:
        delivery = make_sent(ada, old_tokens.RENDERER)
        answer = client.get(f"/d/{make_old_token(delivery.pk)}", follow=True)
        [(path, _)] = answer.redirect_chain
        assert path == f"/d/{tokens_of(delivery).read.partition('/')[0]}"
        assert make_old_token(delivery.pk) not in answer.content.decode()
        assert opens(path.removeprefix("/d/")) == [("read", "ada@example.com")]


def test_a_token_of_no_delivery_and_no_subscriber_opens_nothing(ada: Subscriber) -> None:
    for text in ("", "A" * 36, "A" * 28, str(uuid4()), make_old_token(10**15), "é" * 36):
        assert opens(text) == []


class TestAfterAChangeOfAddress:
    """Mails to the former address open no preferences, which show the new address, nor feedback."""

    @pytest.mark.parametrize("renderer", [RENDERER, old_tokens.RENDERER])
    def test_older_mails_read_and_unsubscribe_and_open_no_preferences(
        self, ada: Subscriber, renderer: str
    ) -> None:
        delivery = make_sent(ada, renderer)
        is_old = renderer == old_tokens.RENDERER
        found = (make_old_token(delivery.pk),) * 3 if is_old else tokens_of(delivery)[:3]
        Subscriber.objects.update(address_changed_at=SENT + timedelta(seconds=1))
        read, leave, own = found
        assert open_link("read", read).subscriber == ada
        assert open_link("unsubscribe", leave).subscriber == ada
        with pytest.raises(BadToken):
            open_link("preferences", own)
        with pytest.raises(BadToken):
            open_link("feedback", tokens_of(delivery).feedback)

    def test_later_mails_open_them(self, ada: Subscriber, tokens: Tokens) -> None:
        Subscriber.objects.update(address_changed_at=SENT - timedelta(seconds=1))
        assert open_link("preferences", tokens.preferences).subscriber == ada
        assert open_link("feedback", tokens.feedback).subscriber == ada

    def test_a_mail_that_the_ledger_has_lost_opens_none(
        self, delivery: Delivery, tokens: Tokens
    ) -> None:
        Subscriber.objects.update(address_changed_at=SENT - timedelta(seconds=1))
        delivery.delete()
        with pytest.raises(BadToken):
            open_link("preferences", tokens.preferences)
