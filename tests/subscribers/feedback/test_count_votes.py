"""What readers like counts in the common trend, and a few of them steer nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import exp, sqrt

import pytest
from pytest_django import Settings

from papers.models import Paper, Signal, Trend
from papers.ranking.score import score
from subscribers.feedback.count_votes import count_votes, voices
from subscribers.models import ConsentEntry, Feedback, Subscriber
from tests.factories import DAY, NOON, make_paper, make_signal, make_subscriber

pytestmark = pytest.mark.django_db
Kind = Feedback.Kind
LONG_AGO = NOON - timedelta(days=30)


def reader(number: int, domain: str = "", network: str | None = None) -> Subscriber:
    """A reader of long ago; by default with a domain of their own, from an unknown network."""
    email = f"reader{number}@{domain or f'site{number}.example'}"
    found = make_subscriber(email, confirmed_at=LONG_AGO)
    ConsentEntry.objects.create(
        subscriber=found, address_hash="0" * 64, step="confirmed", at=LONG_AGO, ip=network
    )
    return found


def like(readers: Sequence[Subscriber], paper: Paper, kind: str = Kind.UPVOTE) -> None:
    Feedback.objects.bulk_create(
        Feedback(subscriber=one, paper=paper, kind=kind, at=NOON - timedelta(hours=1))
        for one in readers
    )


@pytest.mark.parametrize("kind", [Kind.UPVOTE, Kind.MORE, Kind.SAVE])
def test_three_readers_count_as_three(kind: str) -> None:
    paper = make_paper()
    like([reader(n) for n in range(3)], paper, kind)
    assert voices(NOON) == {paper.pk: 3}


@pytest.mark.parametrize("kind", [Kind.LESS, Kind.SEED])
def test_what_is_about_the_own_digest_only_does_not_count(kind: str) -> None:
    like([reader(n) for n in range(9)], make_paper(), kind)
    assert voices(NOON) == {}


def test_less_like_this_takes_the_voice_away() -> None:
    paper, readers = make_paper(), [reader(n) for n in range(4)]
    like(readers, paper, Kind.SAVE)
    like(readers[:1], paper, Kind.LESS)
    assert voices(NOON) == {paper.pk: 3}


def test_two_readers_are_too_few() -> None:
    like([reader(n) for n in range(2)], make_paper())
    assert voices(NOON) == {}


def test_a_reader_has_one_voice_for_a_paper() -> None:
    paper, readers = make_paper(), [reader(n) for n in range(3)]
    like(readers, paper, Kind.SAVE)
    like(readers, paper, Kind.MORE)
    assert voices(NOON) == {paper.pk: 3}


def test_addresses_of_one_mailbox_are_one_reader() -> None:
    paper = make_paper()
    spelled = ("a.d.a@gmail.com", "ad.a@gmail.com", "ada+x@googlemail.com", "ada@gmail.com")
    like([make_subscriber(email, confirmed_at=LONG_AGO) for email in spelled], paper)
    assert voices(NOON) == {}
    like([reader(n) for n in range(2)], paper)
    assert voices(NOON) == {paper.pk: 2 + 2}  # four of one mailbox: the square root


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "suppressed"])
def test_who_gets_no_digest_does_not_count(state: str) -> None:
    paper = make_paper()
    like([reader(n) for n in range(4)], paper)
    Subscriber.objects.filter(email__startswith="reader3@").update(state=state)
    assert voices(NOON) == {paper.pk: 3}


def test_a_new_reader_counts_after_a_week() -> None:
    paper, readers = make_paper(), [reader(n) for n in range(4)]
    like(readers, paper)
    confirmed = NOON - timedelta(days=7) + timedelta(seconds=1)
    Subscriber.objects.filter(pk=readers[0].pk).update(confirmed_at=confirmed)
    assert voices(NOON) == {paper.pk: 3}
    assert voices(NOON + timedelta(seconds=1)) == {paper.pk: 4}


def test_beyond_ten_papers_a_day_each_counts_less() -> None:
    papers, readers = [make_paper() for _ in range(40)], [reader(n) for n in range(3)]
    for paper in papers[:10]:
        like(readers, paper)
    assert set(voices(NOON).values()) == {3}
    for paper in papers[10:]:
        like(readers, paper)
    assert set(voices(NOON).values()) == {0.75}  # 3 × 10 / 40


def test_readers_of_one_domain_count_as_their_square_root() -> None:
    paper = make_paper()
    like([reader(n, "attacker.example") for n in range(9)], paper)
    assert voices(NOON) == {paper.pk: 3}


def test_readers_of_a_large_provider_count_each() -> None:
    paper = make_paper()
    like([reader(n, "gmail.com") for n in range(5)], paper)
    like([reader(n, "yahoo.co.uk") for n in range(5, 9)], paper)
    assert voices(NOON) == {paper.pk: 9}


def test_readers_who_signed_up_from_one_network_in_one_week_count_as_few() -> None:
    together, apart = make_paper(), make_paper()
    like([reader(n, network="192.0.2.0") for n in range(4)], together)
    others = [reader(n, network=f"198.51.{n}.0") for n in range(4, 8)]
    like(others, apart)
    assert voices(NOON) == {together.pk: 2, apart.pk: 4}


def test_readers_of_one_network_who_signed_up_over_months_count_each() -> None:
    paper = make_paper()
    like([reader(n, network="192.0.2.0") for n in range(4)], paper)
    for weeks, entry in enumerate(ConsentEntry.objects.order_by("pk")):
        entry.subscriber.consent_entries.create(  # type: ignore[union-attr]
            step="confirmed",
            at=LONG_AGO + timedelta(weeks=weeks),
            ip="192.0.2.0",
            address_hash="0" * 64,
        )
    assert voices(NOON) == {paper.pk: 4}


def test_what_was_said_long_ago_does_not_count() -> None:
    like([reader(n) for n in range(3)], make_paper())
    Feedback.objects.update(at=NOON - timedelta(days=41))
    assert voices(NOON) == {}


def test_the_count_is_stored_for_the_trend() -> None:
    paper = make_paper()
    like([reader(n) for n in range(3)], paper)
    assert count_votes(NOON) == 1
    assert count_votes(NOON + timedelta(hours=1)) == 0
    read = Signal.objects.get()
    assert (read.paper, read.kind, read.source, read.value) == (paper, "votes", "readers", 3)


def test_with_a_weight_of_nothing_nothing_is_counted(settings: Settings) -> None:
    settings.OWN_VOTES_WEIGHT = 0
    like([reader(n) for n in range(3)], make_paper())
    assert count_votes(NOON) == 0
    assert not Signal.objects.exists()


@pytest.mark.parametrize(
    ("fakes", "domain", "most"),
    [
        (2, "attacker.example", 0),
        (5, "attacker.example", sqrt(5)),
        (50, "attacker.example", sqrt(50)),
        (500, "attacker.example", sqrt(500)),
        (500, "", 500),  # each with a domain and a network of its own
    ],
)
def test_fake_readers_lift_a_paper_by_no_more_than_half_as_many_upvotes_again(
    fakes: int, domain: str, most: float
) -> None:
    """Fifty papers with 10 to 500 upvotes; the fakes all like the one with 100."""
    papers = [make_paper() for _ in range(50)]
    for number, paper in enumerate(papers, 1):
        make_signal(paper, 10 * number, read_at=NOON - timedelta(hours=2))
    lifted = papers[9]
    like([reader(n, domain) for n in range(fakes)], lifted)
    score("week", DAY, NOON)
    before = {trend.paper_id: trend.value for trend in Trend.objects.all()}
    assert voices(NOON).get(lifted.pk, 0) == pytest.approx(most, abs=0.01)
    count_votes(NOON)
    score("week", DAY, NOON)
    after = {trend.paper_id: trend.value for trend in Trend.objects.all()}
    gain = after.pop(lifted.pk) - before.pop(lifted.pk)
    assert after == before
    assert 0 <= round(gain, 6) <= 0.4
    assert exp(gain) <= 1.5
    # It passes those with up to half as many upvotes again, and not one with twice as many.
    value = Trend.objects.get(paper=lifted).value
    assert Trend.objects.get(paper=papers[19]).value > value
