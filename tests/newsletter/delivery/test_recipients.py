"""Recipients as the database has them: address, interests, and why they get no digest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from newsletter.delivery.recipients import Recipient, recipients
from newsletter.editions.personalize import Interests
from newsletter.editions.profile import Profile
from papers.models import Topic
from subscribers.models import Interest, ReaderProfile, Subscriber, Suppression
from subscribers.suppress import suppress
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)
TERMS = {"keyword": "diffusion", "author": "Ada Lovelace", "muted": "survey"}


def follow(subscriber: Subscriber, *slugs: str, **terms: str) -> None:
    """Add topics, then terms by their kind, in this order."""
    for slug in slugs:
        topic = Topic.objects.get(slug=slug)
        Interest.objects.create(subscriber=subscriber, topic=topic)
    for kind, term in terms.items():
        Interest.objects.create(subscriber=subscriber, kind=kind, term=term)


def recipient(subscriber: Subscriber) -> Recipient:
    return recipients([subscriber.pk])[subscriber.pk]


def test_a_recipient_has_an_address_and_all_interests() -> None:
    ada = make_subscriber("ada@example.com", digest_size=7)
    follow(ada, "robotics", "graphs", **TERMS)
    assert recipient(ada) == Recipient(
        id=ada.pk,
        email="ada@example.com",
        interests=Interests(
            topics=frozenset({"robotics", "graphs"}),
            keywords=("diffusion",),
            authors=("Ada Lovelace",),
            muted=("survey",),
            size=7,
        ),
        secret=str(ada.secret),
        skip_reason="",
    )


def test_a_recipient_shows_neither_address_nor_secret() -> None:
    ada = make_subscriber("ada@example.com")
    assert repr(recipient(ada)) == f"<Recipient {ada.pk}>"


def test_a_subscriber_without_interests_follows_all() -> None:
    found = recipient(make_subscriber(digest_size=10))
    assert found.interests == Interests(size=10)
    assert found.interests.follows_all


def test_only_the_named_subscribers_are_read() -> None:
    ada, bob, other = make_subscriber(), make_subscriber(), make_subscriber()
    follow(ada, "robotics")
    follow(bob, keyword="agents")
    follow(other, "graphs", keyword="diffusion")
    found = recipients([ada.pk, bob.pk])
    assert {number: one.interests for number, one in found.items()} == {
        ada.pk: Interests(topics=frozenset({"robotics"}), size=ada.digest_size),
        bob.pk: Interests(keywords=("agents",), size=bob.digest_size),
    }


def test_a_deleted_subscriber_is_absent() -> None:
    kept, deleted = make_subscriber(), make_subscriber()
    number = deleted.pk
    deleted.delete()
    assert list(recipients([kept.pk, number])) == [kept.pk]


# ── interests ────────────────────────────────────────────────────────────────


def test_terms_keep_the_order_in_which_they_were_added() -> None:
    ada = make_subscriber()
    for term in ("zebra", "agents", "memory"):
        follow(ada, keyword=term)
    assert recipient(ada).interests.keywords == ("zebra", "agents", "memory")


def test_a_line_break_in_a_term_makes_no_second_interest() -> None:
    ada = make_subscriber()
    follow(ada, keyword="graph\ntopic robotics", author="Ada\nLovelace")
    found = recipient(ada).interests
    assert (found.topics, found.keywords) == (frozenset(), ("graph topic robotics",))
    assert found.authors == ("Ada Lovelace",)


@pytest.mark.parametrize(
    "term", ["two words", " leading space", "a\rb", "a\u2028b", "Ünïcode 数学"]
)
def test_other_characters_of_a_term_stay(term: str) -> None:
    ada = make_subscriber()
    follow(ada, keyword=term)
    assert recipient(ada).interests.keywords == (term,)


def test_equal_interests_are_one_object() -> None:
    one, same, other = make_subscriber(), make_subscriber(), make_subscriber()
    for subscriber in (one, same):
        follow(subscriber, "robotics", keyword="agents")
    follow(other, "robotics", keyword="memory")
    found = recipients([one.pk, same.pk, other.pk])
    assert found[one.pk].interests is found[same.pk].interests
    assert found[one.pk].interests is not found[other.pk].interests


def test_a_digest_size_is_part_of_the_interests() -> None:
    small, large = make_subscriber(digest_size=5), make_subscriber(digest_size=20)
    found = recipients([small.pk, large.pk])
    assert [found[one.pk].interests.size for one in (small, large)] == [5, 20]


@pytest.mark.parametrize("count", [1, 3])
def test_all_recipients_take_one_query(
    django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    made = [make_subscriber() for _ in range(count)]
    for subscriber in made:
        follow(subscriber, "robotics", **TERMS)
    ids = [subscriber.pk for subscriber in made]
    with django_assert_num_queries(1):
        assert sorted(recipients(ids)) == ids


# ── who gets no digest ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("active", ""),
        ("pending", "pending before it was sent"),
        ("unsubscribed", "unsubscribed before it was sent"),
        ("suppressed", "suppressed before it was sent"),
    ],
)
def test_only_an_active_subscriber_gets_a_digest(state: str, reason: str) -> None:
    assert recipient(make_subscriber(state=state)).skip_reason == reason


def test_a_suppressed_address_is_skipped_with_the_reason() -> None:
    ada, other = make_subscriber("ada@example.com"), make_subscriber()
    suppress("ADA@example.com", Suppression.Reason.COMPLAINT, now=NOW)
    found = recipients([ada.pk, other.pk])
    label = Suppression.Reason.COMPLAINT.label
    assert [found[one.pk].skip_reason for one in (ada, other)] == [f"suppressed: {label}", ""]


def test_a_suppressed_address_is_skipped_though_active_again() -> None:
    ada = make_subscriber()
    suppress(ada, Suppression.Reason.HARD_BOUNCE, now=NOW)
    Subscriber.objects.update(state="active")
    assert recipient(ada).skip_reason == "suppressed: hard bounce"


@pytest.mark.parametrize(
    ("mailbox", "provider", "is_skipped"),
    [("var/mail", "smtp", False), ("", "smtp", True), ("var/mail", "postmark", True)],
)
def test_a_sample_subscriber_gets_mail_in_the_mailbox_only(
    settings: Settings, mailbox: str, provider: str, is_skipped: bool
) -> None:
    settings.MAILBOX_DIR, settings.MAIL_PROVIDER = mailbox, provider
    reason = recipient(make_subscriber(is_sample=True)).skip_reason
    expected = "sample reader: only the local mailbox may receive this"
    assert reason == (expected if is_skipped else "")


# ── profiles ─────────────────────────────────────────────────────────────────


def learn(subscriber: Subscriber, **values: object) -> None:
    ReaderProfile.objects.create(subscriber=subscriber, **values)


def test_a_recipient_has_the_profile_that_follows_from_their_feedback() -> None:
    ada = make_subscriber()
    follow(ada, "robotics")
    learn(
        ada, liked=[7, 5], liked_days=[20_001, 20_000], disliked=[9], disliked_days=[19_999],
        balance=75, ignored_topics=["graphs"], ignored_words=['a "word", two', "{}", "Größe"],
    )  # fmt: skip
    assert recipient(ada).interests == Interests(
        topics=frozenset({"robotics"}),
        size=ada.digest_size,
        profile=Profile(
            liked=((7, 20_001), (5, 20_000)),
            disliked=((9, 19_999),),
            balance=75,
            ignored_topics=frozenset({"graphs"}),
            ignored_words=('a "word", two', "{}", "Größe"),
        ),
    )


@pytest.mark.parametrize("balance", [0, 49, 51, 100])
def test_a_balance_alone_is_a_profile(balance: int) -> None:
    ada = make_subscriber()
    learn(ada, balance=balance)
    assert recipient(ada).interests.profile == Profile(balance=balance)


def test_a_profile_that_says_nothing_is_none() -> None:
    ada = make_subscriber()
    learn(ada, ignored_topics=["graphs"], ignored_words=["walrus"])
    assert recipient(ada).interests.profile is None


def test_a_dislike_alone_is_a_profile() -> None:
    ada = make_subscriber()
    learn(ada, disliked=[9], disliked_days=[19_999])
    assert recipient(ada).interests.profile == Profile(disliked=((9, 19_999),))


def test_events_without_a_day_are_left_out() -> None:
    """A damaged row must not stop the batch that it is in."""
    ada = make_subscriber()
    learn(ada, liked=[7, 5], liked_days=[20_001])
    assert recipient(ada).interests.profile == Profile(liked=((7, 20_001),))


def test_readers_of_one_profile_share_the_object() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    for reader in (ada, bob):
        learn(reader, liked=[7], liked_days=[20_001])
    found = recipients([ada.pk, bob.pk])
    assert found[ada.pk].interests.profile is found[bob.pk].interests.profile


@pytest.mark.parametrize("readers", [1, 3])
def test_profiles_are_part_of_the_one_query(
    readers: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = [make_subscriber() for _ in range(readers)]
    for reader in made:
        learn(reader, liked=[7], liked_days=[20_001])
    with django_assert_num_queries(1):
        assert len(recipients([reader.pk for reader in made])) == readers


def test_the_welcome_digest_is_the_first_one_until_a_regular_one_is_queued() -> None:
    slot = datetime(2025, 3, 22, 9, tzinfo=UTC)
    ada = make_subscriber(timezone="Asia/Tokyo", next_send_at=slot, welcomed_at=NOW)
    first = recipient(ada)
    assert (first.is_first, first.next_slot, first.timezone) == (True, slot, "Asia/Tokyo")
    Subscriber.objects.filter(pk=ada.pk).update(last_digest_at=NOW)
    regular = recipient(ada)
    assert (regular.is_first, regular.next_slot) == (False, None)


def test_a_reader_without_a_welcome_digest_gets_a_regular_first_one() -> None:
    assert not recipient(make_subscriber(next_send_at=NOW)).is_first
