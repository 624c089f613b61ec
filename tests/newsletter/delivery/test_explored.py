"""What readers said of the papers from outside of their profiles, after they were sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from newsletter.delivery.explored import Explored, explored_since
from newsletter.models import Delivery, DigestContent, Edition, StoredPick
from papers.models import Paper
from subscribers.models import Feedback, Subscriber
from tests.factories import (
    DAY,
    NOON,
    make_content,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def papers() -> list[Paper]:
    return [make_paper(f"Paper {number}") for number in range(3)]


def send(
    edition: Edition, papers: list[Paper], explored: int | None, at: datetime | None = NOON
) -> Subscriber:
    """A new reader who was sent these papers, of which one is from outside of their profile."""
    reader = make_subscriber()
    state = Delivery.State.SENT if at else Delivery.State.UNCERTAIN
    delivery = make_delivery(edition, reader, state=state, sent_at=at)
    make_content(delivery, [StoredPick(n, paper.pk, "") for n, paper in enumerate(papers, 1)])
    DigestContent.objects.filter(delivery=delivery).update(explored=explored)
    return reader


def say(reader: Subscriber, paper: Paper, kind: str, at: datetime = LATER) -> None:
    Feedback.objects.create(subscriber=reader, paper=paper, kind=kind, at=at)


def report(first_day: date = DAY) -> Explored:
    return explored_since(first_day)


def test_what_readers_say_of_an_explored_paper_is_counted_by_kind(papers: list[Paper]) -> None:
    edition = make_edition()
    first, second, third = (send(edition, papers, 2) for _ in range(3))
    say(first, papers[2], "save")
    say(first, papers[2], "more")
    say(second, papers[2], "less")
    say(third, papers[2], "upvote")
    assert report() == Explored(digests=3, saved=1, more=1, upvoted=1, less=1)


def test_what_is_said_of_the_other_papers_of_a_digest_does_not_count(papers: list[Paper]) -> None:
    reader = send(make_edition(), papers, 1)
    for paper in (papers[0], papers[2]):
        say(reader, paper, "more")
    assert report() == Explored(1, 0, 0, 0, 0)
    say(reader, papers[1], "more")
    assert report() == Explored(1, 0, 1, 0, 0)


def test_the_first_place_is_a_place_too(papers: list[Paper]) -> None:
    say(send(make_edition(), papers, 0), papers[0], "more")
    assert report() == Explored(1, 0, 1, 0, 0)


def test_a_digest_without_such_a_paper_counts_for_nothing(papers: list[Paper]) -> None:
    say(send(make_edition(), papers, None), papers[0], "more")
    assert report() == Explored(0, 0, 0, 0, 0)


def test_another_reader_s_word_on_the_same_paper_does_not_count(papers: list[Paper]) -> None:
    edition = make_edition()
    send(edition, papers, 2)
    say(send(edition, papers, 1), papers[2], "more")
    say(make_subscriber(), papers[2], "more")
    assert report() == Explored(2, 0, 0, 0, 0)


def test_what_was_said_before_the_digest_or_of_a_seed_is_no_answer(papers: list[Paper]) -> None:
    reader = send(make_edition(), papers, 2)
    say(reader, papers[2], "more", NOON - timedelta(minutes=1))
    say(reader, papers[2], "seed")
    assert report() == Explored(1, 0, 0, 0, 0)


def test_a_digest_of_which_nobody_knows_whether_it_arrived_has_no_answers(
    papers: list[Paper],
) -> None:
    say(send(make_edition(), papers, 2, at=None), papers[2], "more")
    assert report() == Explored(1, 0, 0, 0, 0)


def test_older_editions_are_left_out(papers: list[Paper]) -> None:
    say(send(make_edition(), papers, 2), papers[2], "more")
    assert report(DAY + timedelta(days=1)) == Explored(0, 0, 0, 0, 0)
    assert report(DAY) == Explored(1, 0, 1, 0, 0)


def test_it_takes_one_query(
    papers: list[Paper], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    send(make_edition(), papers, 2)
    with django_assert_num_queries(1):
        report()


def test_a_new_partition_has_the_index_of_explored_papers() -> None:
    make_edition(id=700_000)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'newsletter_digestcontent_700000'"
        )
        definitions = [row[0] for row in cursor.fetchall()]
    assert [one.endswith("WHERE (explored IS NOT NULL)") for one in definitions].count(True) == 1
