"""The profile that follows from a reader's feedback."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from papers.catalogue.merge import merge
from papers.models import Paper
from subscribers.feedback.profile import refresh_profile, refresh_profiles
from subscribers.models import Feedback, ReaderProfile, Subscriber
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
Kind = Feedback.Kind
TODAY = 20161  # 14 March 2025 in days since 1970


def tell(reader: Subscriber, paper: Paper, kind: str, at: datetime = NOON) -> None:
    Feedback.objects.create(subscriber=reader, paper=paper, kind=kind, at=at)


def profile_of(reader: Subscriber) -> ReaderProfile:
    refresh_profile(reader)
    return ReaderProfile.objects.get(subscriber=reader)


@pytest.mark.parametrize("kind", [Kind.SEED, Kind.SAVE, Kind.MORE, Kind.UPVOTE])
def test_every_kind_but_less_says_that_a_paper_is_liked(kind: str) -> None:
    ada, paper = make_subscriber(), make_paper()
    tell(ada, paper, kind)
    profile = profile_of(ada)
    assert (profile.liked, profile.liked_days) == ([paper.pk], [TODAY])
    assert (profile.disliked, profile.disliked_days) == ([], [])


def test_a_paper_voted_less_is_disliked_and_never_liked() -> None:
    ada, paper = make_subscriber(), make_paper()
    tell(ada, paper, Kind.LESS)
    tell(ada, paper, Kind.SAVE, NOON + timedelta(days=3))
    tell(ada, paper, Kind.SEED, NOON + timedelta(days=4))
    profile = profile_of(ada)
    assert (profile.liked, profile.liked_days) == ([], [])
    assert (profile.disliked, profile.disliked_days) == ([paper.pk], [TODAY])


def test_the_newest_feedback_on_a_paper_gives_its_day_and_its_place() -> None:
    ada, first, second = make_subscriber(), make_paper(), make_paper()
    tell(ada, first, Kind.SEED, NOON - timedelta(days=9))
    tell(ada, second, Kind.SAVE, NOON - timedelta(days=5))
    tell(ada, first, Kind.MORE, NOON)
    profile = profile_of(ada)
    assert profile.liked == [first.pk, second.pk]
    assert profile.liked_days == [TODAY, TODAY - 5]


def test_a_day_is_that_of_utc() -> None:
    ada, paper = make_subscriber(), make_paper()
    tell(ada, paper, Kind.SAVE, datetime(2025, 3, 14, 23, 59, tzinfo=UTC))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Tokyo'")
        assert profile_of(ada).liked_days == [TODAY]


def test_the_newest_twenty_of_each_side_count() -> None:
    ada, papers = make_subscriber(), [make_paper() for _ in range(44)]
    for number, paper in enumerate(papers):
        kind = Kind.MORE if number % 2 else Kind.LESS
        tell(ada, paper, kind, NOON + timedelta(hours=number))
    profile, newest = profile_of(ada), [paper.pk for paper in reversed(papers)]
    assert profile.liked == newest[0:40:2]
    assert profile.disliked == newest[1:41:2]


def test_papers_named_at_one_moment_come_by_their_date() -> None:
    ada = make_subscriber()
    old = make_paper(published_on=date(2017, 6, 12))
    new = make_paper(published_on=date(2024, 1, 1))
    undated = make_paper(published_on=None)
    for paper in (undated, new, old):
        tell(ada, paper, Kind.SEED)
    assert profile_of(ada).liked == [new.pk, old.pk, undated.pk]


def test_a_withdrawn_paper_is_in_no_profile_until_it_is_back() -> None:
    ada, paper = make_subscriber(), make_paper()
    tell(ada, paper, Kind.SAVE)
    Paper.objects.update(is_withdrawn=True)
    assert profile_of(ada).liked == []
    assert ada.feedback.count() == 1
    Paper.objects.update(is_withdrawn=False)
    assert profile_of(ada).liked == [paper.pk]


def test_feedback_from_before_the_reader_forgot_it_does_not_count() -> None:
    ada, before, after = make_subscriber(), make_paper(), make_paper()
    ReaderProfile.objects.create(subscriber=ada, forgotten_at=NOON)
    tell(ada, before, Kind.SAVE, NOON)
    tell(ada, after, Kind.SAVE, NOON + timedelta(seconds=1))
    assert profile_of(ada).liked == [after.pk]


def test_a_profile_is_of_one_reader() -> None:
    ada, bob, hers, his = make_subscriber(), make_subscriber(), make_paper(), make_paper()
    tell(ada, hers, Kind.SAVE)
    tell(bob, his, Kind.SAVE)
    assert profile_of(ada).liked == [hers.pk]
    assert not ReaderProfile.objects.filter(subscriber=bob).exists()
    assert profile_of(bob).liked == [his.pk]


def test_the_readers_own_settings_stay() -> None:
    ada, paper = make_subscriber(), make_paper()
    ReaderProfile.objects.create(subscriber=ada, balance=90, ignored_topics=["agents"])
    tell(ada, paper, Kind.SAVE)
    profile = profile_of(ada)
    assert (profile.liked, profile.balance, profile.ignored_topics) == ([paper.pk], 90, ["agents"])


def test_a_profile_without_a_change_is_not_written() -> None:
    ada = make_subscriber()
    tell(ada, make_paper(), Kind.SAVE)
    written = profile_of(ada).updated_at
    assert refresh_profiles() == 0
    assert ReaderProfile.objects.get().updated_at == written


def test_ten_thousand_events_of_one_reader_are_no_problem() -> None:
    ada = make_subscriber()
    papers = Paper.objects.bulk_create(
        Paper(title=f"No. {n}", title_key=str(n), listed_on=NOON.date(), listed_at=NOON)
        for n in range(10_001)
    )
    Feedback.objects.bulk_create(
        Feedback(subscriber=ada, paper=paper, kind="more", at=NOON + timedelta(minutes=n))
        for n, paper in enumerate(papers)
    )
    assert profile_of(ada).liked == [paper.pk for paper in papers[:-21:-1]]


def test_all_profiles_follow_a_merge_and_a_withdrawal() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    named, nameless, withdrawn = make_paper(), make_paper(arxiv_id=None), make_paper()
    tell(ada, nameless, Kind.SAVE)
    tell(bob, withdrawn, Kind.LESS)
    for reader in (ada, bob):
        refresh_profile(reader)
    kept = merge(named, nameless)
    Paper.objects.filter(pk=withdrawn.pk).update(is_withdrawn=True)
    assert kept
    assert refresh_profiles() == 2
    assert ReaderProfile.objects.get(subscriber=ada).liked == [kept.pk]
    assert ReaderProfile.objects.get(subscriber=bob).disliked == []


@pytest.mark.django_db(transaction=True)
def test_a_reader_whose_row_is_held_is_left_to_the_process_that_holds_it() -> None:
    ada, paper = make_subscriber(), make_paper()
    refresh_profile(ada)
    tell(ada, paper, Kind.SAVE)

    def elsewhere() -> int:
        try:
            return refresh_profiles()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread, transaction.atomic():
        ada.lock()
        assert thread.submit(elsewhere).result() == 0
    assert refresh_profiles() == 1
