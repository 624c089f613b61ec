"""Which of two rankings readers liked better, out of what they said of sent papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from newsletter.interleaving_report import Comparison, Credits, compare, comparison, wilson
from newsletter.models import Delivery, DigestContent, Edition, StoredPick
from papers.models import Paper
from subscribers.models import Feedback, Subscriber
from tests.factories import (
    NOON,
    make_content,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def send(edition: Edition, papers: Sequence[Paper], teams: str) -> Subscriber:
    """A new reader who was sent these papers."""
    reader = make_subscriber()
    delivery = make_delivery(edition, reader, state=Delivery.State.SENT, sent_at=NOON)
    make_content(delivery, [StoredPick(n, paper.pk, "") for n, paper in enumerate(papers, 1)])
    DigestContent.objects.filter(delivery=delivery).update(teams=teams)
    return reader


def say(reader: Subscriber, paper: Paper, kind: str, at: datetime = LATER) -> None:
    Feedback.objects.create(subscriber=reader, paper=paper, kind=kind, at=at)


def report() -> Comparison:
    return compare(NOON - timedelta(days=1))


def test_what_a_reader_likes_counts_for_the_ranking_that_chose_it() -> None:
    papers = [make_paper() for _ in range(4)]
    reader = send(make_edition(), papers, "ABBA")
    for paper in papers[1:]:
        say(reader, paper, "more")
    found = report()
    assert (found.readers, found.prefer_a, found.prefer_b, found.ties) == (1, 0, 1, 0)


def test_a_reader_counts_once_however_much_they_like() -> None:
    papers, edition = [make_paper() for _ in range(4)], make_edition()
    busy, other, even = (send(edition, papers, "ABAB") for _ in range(3))
    say(busy, papers[0], "save")
    say(busy, papers[2], "upvote")
    say(other, papers[1], "more")
    say(even, papers[0], "more")
    say(even, papers[3], "more")
    found = report()
    assert (found.prefer_a, found.prefer_b, found.ties) == (1, 1, 1)


def test_saving_and_liking_one_paper_is_one_credit() -> None:
    papers = [make_paper() for _ in range(4)]
    reader = send(make_edition(), papers, "ABAB")
    say(reader, papers[0], "save")
    say(reader, papers[0], "more")
    say(reader, papers[1], "more")
    assert (report().prefer_a, report().prefer_b, report().ties) == (0, 0, 1)


def test_a_paper_that_was_saved_and_disliked_is_no_credit() -> None:
    papers = [make_paper(), make_paper()]
    reader = send(make_edition(), papers, "AB")
    say(reader, papers[0], "save")
    say(reader, papers[0], "less")
    say(reader, papers[1], "less")
    found = report()
    assert (found.readers, found.disliked_a, found.disliked_b) == (0, 1, 1)


def test_what_was_said_before_the_digest_or_of_other_papers_says_nothing() -> None:
    papers, other = [make_paper(), make_paper()], make_paper()
    reader = send(make_edition(), papers, "AB")
    say(reader, papers[0], "more", at=NOON - timedelta(minutes=1))
    say(reader, papers[1], "seed")
    say(reader, other, "more")
    assert report().readers == 0


def test_digests_that_were_not_compared_say_nothing() -> None:
    papers = [make_paper(), make_paper()]
    reader = send(make_edition(), papers, "")
    say(reader, papers[0], "more")
    assert report().readers == 0


def test_what_an_erased_reader_said_is_gone() -> None:
    papers = [make_paper(), make_paper()]
    reader = send(make_edition(), papers, "AB")
    say(reader, papers[0], "more")
    reader.delete()
    assert report().readers == 0


@pytest.mark.parametrize(
    ("wins", "trials", "interval"),
    [(0, 0, (0, 1)), (5, 10, (0.2366, 0.7634)), (10, 10, (0.7225, 1)), (60, 100, (0.5020, 0.6906))],
)
def test_the_interval_is_wilsons(wins: int, trials: int, interval: tuple[float, float]) -> None:
    assert wilson(wins, trials) == pytest.approx(interval, abs=1e-4)


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (5, 10, "Too few readers yet"),
        (12, 12, "No difference can be seen"),
        (10, 40, "like the other ranking better"),
        (40, 10, "like the ordinary ranking better"),
    ],
)
def test_the_verdict_says_only_what_the_interval_allows(a: int, b: int, verdict: str) -> None:
    found = comparison([Credits(liked_a=1)] * a + [Credits(liked_b=1)] * b)
    assert verdict in found.verdict
    assert found.share == pytest.approx(b / (a + b))
