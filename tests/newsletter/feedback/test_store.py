"""Storing what a reader says of several papers: only what they changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.feedback.opinions import Choice, Opinion
from newsletter.feedback.store import Change, NotActive, store
from papers.models import Paper
from subscribers.feedback import save
from subscribers.feedback.forget import forget
from subscribers.models import Feedback, ReaderProfile, Subscriber
from subscribers.privacy import erase
from tests.factories import make_paper, make_subscriber
from tests.newsletter.feedback.links import stored_of

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 15, tzinfo=UTC)
NONE = Opinion()


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber("ada@example.com")


def say(reader: Subscriber, **choices: tuple[Paper, Opinion, Opinion]) -> list[Change]:
    papers = [paper for paper, _, _ in choices.values()]
    said = {paper.pk: Choice(before, now) for paper, before, now in choices.values()}
    return store(reader, papers, said, NOW)


def test_one_press_stores_votes_and_saves_of_several_papers(ada: Subscriber) -> None:
    one, two, three = make_paper("One"), make_paper("Two"), make_paper("Three")
    changes = say(
        ada,
        one=(one, NONE, Opinion("more", True)),
        two=(two, NONE, Opinion("less")),
        three=(three, NONE, NONE),
    )
    assert stored_of(ada) == {("One", "more"), ("One", "save"), ("Two", "less")}
    assert [(it.paper, it.vote, it.saving) for it in changes] == [
        (one, "more", "saved"), (two, "less", ""),
    ]  # fmt: skip
    assert [it.is_liked for it in changes] == [True, False]
    assert set(Feedback.objects.values_list("at", flat=True)) == {NOW}


def test_the_profile_follows_at_once(ada: Subscriber) -> None:
    one, two = make_paper(), make_paper()
    say(ada, one=(one, NONE, Opinion("more")), two=(two, NONE, Opinion("less")))
    profile = ReaderProfile.objects.get(subscriber=ada)
    assert (profile.liked, profile.disliked) == ([one.pk], [two.pk])


def test_storing_the_same_again_changes_nothing(ada: Subscriber) -> None:
    paper = make_paper("One")
    said = (paper, NONE, Opinion("more", True))
    assert len(say(ada, one=said)) == 1
    assert say(ada, one=said) == []
    assert stored_of(ada) == {("One", "more"), ("One", "save")}


def test_a_vote_is_replaced_and_taken_back(ada: Subscriber) -> None:
    paper = make_paper("One")
    say(ada, one=(paper, NONE, Opinion("more", True)))
    say(ada, one=(paper, Opinion("more", True), Opinion("less", True)))
    assert stored_of(ada) == {("One", "less"), ("One", "save")}
    [change] = say(ada, one=(paper, Opinion("less", True), NONE))
    assert (change.vote, change.saving, change.is_liked) == ("none", "removed", False)
    assert stored_of(ada) == set()


def test_a_page_that_was_open_for_long_takes_nothing_back(ada: Subscriber) -> None:
    """Another tab has stored a vote and a save since; this page knows of neither."""
    one, two = make_paper("One"), make_paper("Two")
    say(ada, one=(one, NONE, Opinion("more", True)))
    say(ada, one=(one, NONE, NONE), two=(two, NONE, Opinion("less")))
    assert stored_of(ada) == {("One", "more"), ("One", "save"), ("Two", "less")}


def test_a_save_of_a_paper_that_is_voted_less_makes_it_no_liked_one(ada: Subscriber) -> None:
    [change] = say(ada, one=(make_paper(), NONE, Opinion("less", True)))
    assert (change.vote, change.saving, change.is_liked) == ("less", "saved", False)


def test_a_full_list_keeps_the_vote_and_says_so(
    ada: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save, "MOST", 1)
    one, two = make_paper("One"), make_paper("Two")
    said = Opinion("more", True)
    changes = say(ada, one=(one, NONE, said), two=(two, NONE, said))
    assert [change.saving for change in changes] == ["saved", "full"]
    assert stored_of(ada) == {("One", "more"), ("One", "save"), ("Two", "more")}


@pytest.mark.parametrize("state", ["unsubscribed", "suppressed", "pending"])
def test_nothing_is_stored_for_a_reader_who_gets_no_digests(ada: Subscriber, state: str) -> None:
    Subscriber.objects.update(state=state)
    with pytest.raises(NotActive):  # `ada` was read before she left
        say(ada, one=(make_paper(), NONE, Opinion("more")))
    assert stored_of(ada) == set()


def test_nothing_is_stored_for_a_reader_who_was_erased_at_this_moment(ada: Subscriber) -> None:
    stale = Subscriber.objects.get()
    erase(ada)
    with pytest.raises(Subscriber.DoesNotExist):
        say(stale, one=(make_paper(), NONE, Opinion("more")))
    assert not Feedback.objects.exists()


def test_a_save_after_forgetting_counts_as_new_and_a_page_from_before_changes_nothing(
    ada: Subscriber,
) -> None:
    paper, saved = make_paper("One"), Opinion(is_saved=True)
    say(ada, one=(paper, NONE, saved))
    forget(ada, NOW)
    for said in (saved, NONE):
        assert say(ada, one=(paper, said, said)) == []
    assert ReaderProfile.objects.get().liked == []
    [change] = store(ada, [paper], {paper.pk: Choice(NONE, saved)}, NOW + timedelta(hours=1))
    assert (change.saving, change.is_liked) == ("saved", True)
    assert ReaderProfile.objects.get().liked == [paper.pk]
    assert stored_of(ada) == {("One", "save")}


def test_a_save_in_another_tab_is_no_change(ada: Subscriber) -> None:
    paper, saved = make_paper("One"), Opinion(is_saved=True)
    say(ada, one=(paper, NONE, saved))
    assert say(ada, one=(paper, NONE, saved)) == []
