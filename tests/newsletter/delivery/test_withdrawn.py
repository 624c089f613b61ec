"""A paper that is withdrawn after its edition was frozen is in no message that is sent then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from mail.journal import NO_JOURNAL, Journal
from mail.message import Message
from mail.outcome import Outcome
from newsletter.delivery.deliver import deliver
from newsletter.delivery.sweep import expire_leases
from newsletter.delivery.types import Claimed, Content
from newsletter.delivery.withdrawn import withdrawn_papers, without_withdrawn
from newsletter.editions.compose import compose
from newsletter.models import Candidate, Delivery, Edition, StoredPick
from papers.models import Paper
from tests.factories import (
    DAY,
    make_batch,
    make_candidate,
    make_delivery,
    make_edition,
    make_paper,
    make_signal,
    make_stamp,
    make_subscriber,
    tokens_of,
)

pytestmark = pytest.mark.django_db
BEFORE = datetime(2025, 3, 15, 9, tzinfo=UTC)


class Server:
    """A transport that gives each burst the next outcome, and keeps the texts it was sent."""

    def __init__(self, *states: str) -> None:
        self.texts: list[str] = []
        self._states = list(states)

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        self.texts += [mail.text for mail in burst]
        state = self._states.pop(0) if self._states else "accepted"
        return [Outcome(state) for _ in burst]  # type: ignore[arg-type]


@pytest.fixture
def edition(settings: Settings) -> Edition:
    """A frozen edition of three papers, and one delivery."""
    settings.DIGEST_MINIMUM = 1
    for number, title in enumerate(("Walruses swim", "Walruses fly", "Walruses sing")):
        make_signal(make_paper(title), 90 - 30 * number)
    made = compose("weekly", DAY, BEFORE)
    make_delivery(made, make_subscriber())
    return made


def withdraw(title: str) -> None:
    Paper.objects.filter(title=title).update(is_withdrawn=True)


def send(edition: Edition, server: Server) -> Delivery:
    """The delivery after an attempt."""
    Delivery.objects.update(next_attempt_at=timezone.now())
    assert deliver(make_batch(edition), timezone.now() + timedelta(minutes=1), server) is None
    return Delivery.objects.get()


def places(delivery: Delivery) -> list[int]:
    return sorted(pick.position for pick in delivery.picks)


def test_a_withdrawn_paper_is_not_chosen(edition: Edition) -> None:
    withdraw("Walruses fly")
    server = Server()
    assert places(send(edition, server)) == [1, 3]
    [text] = server.texts
    assert "Walruses swim" in text
    assert "Walruses fly" not in text


def test_a_paper_that_is_back_is_chosen(edition: Edition) -> None:
    withdraw("Walruses fly")
    Paper.objects.update(is_withdrawn=False)
    assert places(send(edition, Server())) == [1, 2, 3]


def test_the_frozen_edition_does_not_change(edition: Edition) -> None:
    before = list(Candidate.objects.values())
    withdraw("Walruses fly")
    send(edition, Server())
    assert list(Candidate.objects.values()) == before


def test_too_few_papers_left_make_no_digest(edition: Edition, settings: Settings) -> None:
    settings.DIGEST_MINIMUM = 3
    withdraw("Walruses fly")
    server = Server()
    found = send(edition, server)
    assert (found.state, found.reason) == ("skipped", "only 2 new papers in this edition")
    assert server.texts == []


def test_a_deferred_digest_is_decided_again_without_it(edition: Edition) -> None:
    server = Server("deferred")
    deferred = send(edition, server)
    assert (deferred.state, places(deferred)) == ("deferred", [1, 2, 3])
    withdraw("Walruses swim")
    sent = send(edition, server)
    assert (sent.state, sent.attempts, places(sent)) == ("sent", 2, [2, 3])
    assert "Walruses swim" in server.texts[0]
    assert "Walruses swim" not in server.texts[1]


def test_its_page_shows_what_was_sent(edition: Edition, client: Client) -> None:
    """Stored in the commit that marks it: the message can be rebuilt from it."""
    server = Server("deferred")
    send(edition, server)
    withdraw("Walruses swim")
    sent = send(edition, server)
    page = client.get(f"/d/{tokens_of(sent).read}").content.decode()
    assert "Walruses fly" in page
    assert "Walruses swim" not in page


def test_a_deferred_digest_with_too_few_papers_left_is_skipped(
    edition: Edition, settings: Settings
) -> None:
    settings.DIGEST_MINIMUM = 3
    server = Server("deferred")
    send(edition, server)
    withdraw("Walruses swim")
    found = send(edition, server)
    assert (found.state, found.reason) == ("skipped", "only 2 new papers in this edition")
    assert len(server.texts) == 1


def test_a_deferred_digest_without_the_paper_stays_the_same(edition: Edition) -> None:
    server = Server("deferred")
    Delivery.objects.all().delete()
    make_delivery(edition, make_subscriber(digest_size=1))
    deferred = send(edition, server)
    [taken] = deferred.picks
    other = Candidate.objects.exclude(position=taken.position)
    Paper.objects.filter(candidates__in=other).update(is_withdrawn=True)
    sent = send(edition, server)
    assert (sent.state, sent.picks) == ("sent", deferred.picks)
    assert sent.content.dated_at == deferred.content.dated_at
    assert server.texts[0] == server.texts[1]


@pytest.mark.parametrize("state", ["sending", "uncertain", "sent", "failed"])
def test_what_may_have_arrived_is_never_changed(edition: Edition, state: str) -> None:
    delivery = Delivery.objects.get()
    picks = [StoredPick(one.position, one.paper_id, "for you") for one in Candidate.objects.all()]
    delivery.delete()
    make_delivery(edition, delivery.subscriber, picks, state=state, attempts=1)
    withdraw("Walruses swim")
    server = Server()
    found = send(edition, server)
    assert (found.state, places(found), server.texts) == (state, [1, 2, 3], [])


def test_a_process_that_is_killed_leaves_what_it_may_have_sent(edition: Edition) -> None:
    server = Server("deferred")
    send(edition, server)
    withdraw("Walruses swim")

    class Killed(Server):
        def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(edition, Killed())
    Delivery.objects.update(lease_until=BEFORE)
    assert expire_leases(timezone.now()) == 1
    found = Delivery.objects.get()
    assert (found.state, places(found)) == ("uncertain", [2, 3])


def test_the_withdrawn_papers_of_one_edition_take_one_query(
    edition: Edition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_candidate(make_edition("daily"), make_paper(is_withdrawn=True))
    with django_assert_num_queries(1):
        assert withdrawn_papers(edition.pk) == frozenset()
    withdraw("Walruses fly")
    paper = Paper.objects.get(title="Walruses fly")
    assert withdrawn_papers(edition.pk) == {paper.pk}


def test_a_delivery_without_content_stays_the_same() -> None:
    claimed = Claimed(7, 3, 0)
    assert without_withdrawn(claimed, frozenset({1})) is claimed


def test_only_a_withdrawn_paper_drops_the_content() -> None:
    claimed = Claimed(7, 3, 1, Content([StoredPick(1, 5, "why")], make_stamp()))
    assert without_withdrawn(claimed, frozenset()) is claimed
    assert without_withdrawn(claimed, frozenset({6})) is claimed
    assert without_withdrawn(claimed, frozenset({5, 6})) == Claimed(7, 3, 1)
