"""The digests that a reader got, as a list shows them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from newsletter.account import sent_digests as module
from newsletter.account.sent_digests import SentDigest, sent_digests
from newsletter.models import ArchivedDelivery, Delivery, DigestContent, StoredPick
from papers.models import Paper
from subscribers.feedback.save import save_paper
from subscribers.models import Subscriber
from tests.factories import (
    DAY,
    NOON,
    make_content,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
    tokens_of,
)

pytestmark = pytest.mark.django_db


def make_sent(reader: Subscriber, days: int = 0, *papers: Paper) -> Delivery:
    edition = make_edition(day=DAY + timedelta(days=days))
    delivery = make_delivery(edition, reader, state="sent", sent_at=NOON + timedelta(days=days))
    picks = [StoredPick(n, paper.pk, f"why {n}") for n, paper in enumerate(papers, start=1)]
    make_content(delivery, picks)
    return delivery


def test_the_newest_comes_first_with_subject_papers_and_link() -> None:
    ada = make_subscriber()
    first, second = make_paper("Pointer Networks"), make_paper("Visual Dialog")
    make_sent(ada, 0, first)
    newest = make_sent(ada, 1, first, second)
    save_paper(ada, second, NOON)
    found = sent_digests(ada)
    assert [one.subject for one in found] == [
        "Pointer Networks, and 1 more paper",
        "Pointer Networks",
    ]
    assert found[0].sent_at == NOON + timedelta(days=1)
    assert found[0].days == "9 to 15 March 2025"
    assert found[0].url == f"/d/{tokens_of(newest).read}"
    shown = [(one.paper, one.reason, one.is_saved) for one in found[0].papers]
    assert shown == [(first, "why 1", False), (second, "why 2", True)]


def test_an_older_digest_has_the_subject_that_it_had() -> None:
    ada = make_subscriber()
    sent = make_sent(ada, 0, make_paper("Pointer Networks"), make_paper("Visual Dialog"))
    DigestContent.objects.filter(delivery=sent).update(renderer="4")
    assert sent_digests(ada)[0].subject == "Pointer Networks, and 1 more trending paper"


@pytest.mark.parametrize("state", ["queued", "sending", "deferred", "failed", "skipped"])
def test_what_did_not_arrive_is_not_in_it(state: str) -> None:
    ada = make_subscriber()
    make_delivery(make_edition(), ada, state=state)
    assert sent_digests(ada) == []


def test_another_readers_digests_are_not_in_it() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    make_sent(bob, 0, make_paper())
    assert sent_digests(ada) == []
    assert len(sent_digests(bob)) == 1


def test_older_ones_come_from_the_archive_without_a_page() -> None:
    ada = make_subscriber()
    make_sent(ada, 7, make_paper("New"))
    for state in ("sent", "failed"):
        ArchivedDelivery.objects.create(
            id=10**6 + len(state), edition=make_edition(day=DAY - timedelta(days=len(state))),
            subscriber=ada, state=state, sent_at=NOON,
        )  # fmt: skip
    assert [one.subject for one in sent_digests(ada)] == ["New", ""]
    assert sent_digests(ada)[1] == SentDigest(NOON, "4 to 10 March 2025")


def test_only_the_last_ones_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NEWEST", 2)
    ada = make_subscriber()
    for days in range(3):
        make_sent(ada, days, make_paper(f"Paper {days}"))
    assert [one.subject for one in sent_digests(ada)] == ["Paper 2", "Paper 1"]


def test_a_paper_that_was_deleted_since_is_left_out() -> None:
    ada, paper = make_subscriber(), make_paper("Kept")
    delivery = make_sent(ada, 0, paper)
    delivery.content.papers = [paper.pk, 10**9]
    delivery.content.positions, delivery.content.reasons = [1, 2], ["", ""]
    delivery.content.save()
    [digest] = sent_digests(ada)
    assert (digest.subject, len(digest.papers)) == ("Kept", 1)


@pytest.mark.parametrize("length", [1, 3])
def test_the_list_takes_the_same_queries_for_each_length(
    django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    ada = make_subscriber()
    for days in range(length):
        make_sent(ada, days, make_paper())
    with django_assert_num_queries(5):  # ledger, editions, papers, saved ones, archive
        assert len(sent_digests(ada)) == length
