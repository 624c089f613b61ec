"""An edition for readers with profiles: what they liked is read from the database, and shared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from newsletter.editions.compose import compose
from newsletter.editions.loaded_edition import LoadedEdition
from newsletter.editions.personalize import Interests
from newsletter.editions.profile import Profile
from newsletter.models import Edition
from papers.models import Paper, PaperVector
from papers.similarity.vectors import DIMENSIONS, pack_dense
from tests.factories import DAY, make_paper, make_signal

pytestmark = pytest.mark.django_db

MORNING = datetime(2025, 3, 15, 6, tzinfo=UTC)
TODAY = (DAY - date(1970, 1, 1)).days


def give_vector(paper: Paper, direction: int) -> None:
    dense = np.zeros(DIMENSIONS, np.float32)
    dense[direction] = 1.0
    PaperVector.objects.create(
        paper=paper, model="m", dense=pack_dense(dense), terms=b"", made_at=timezone.now()
    )


def turn_to(paper: Paper, part: float) -> None:
    """Let a paper have this part of the direction 2, and the rest of one of its own."""
    dense = np.zeros(DIMENSIONS, np.float32)
    dense[2], dense[10 + paper.pk % 300] = part, (1 - part**2) ** 0.5
    PaperVector.objects.filter(paper=paper).update(dense=pack_dense(dense))


def known(title: str, direction: int) -> Paper:
    """A paper of the past that a reader said something of."""
    paper = make_paper(title, listed_on=DAY - timedelta(days=40))
    give_vector(paper, direction)
    return paper


@pytest.fixture
def edition() -> Edition:
    """Forty papers, the first trending most; each fourth has the direction 1."""
    for number in range(1, 41):
        paper = make_paper(f"Paper {number}", summary="An abstract.")
        make_signal(paper, value=400 - 9 * number)
        give_vector(paper, 1 if number % 4 == 0 else 0)
    return compose("weekly", DAY, MORNING)


def liking(*papers: Paper, size: int = 10, day: int = TODAY, **values: Any) -> Interests:
    return Interests(size=size, profile=Profile(tuple((one.pk, day) for one in papers), **values))


def titles(picks: Sequence[Any]) -> list[int]:
    """The numbers of the chosen papers."""
    found = dict(Paper.objects.values_list("pk", "title"))
    return [int(found[pick.paper_id].removeprefix("Paper ")) for pick in picks]


def test_papers_like_the_liked_ones_come_first(edition: Edition) -> None:
    interests = liking(*(known(f"Liked {n}", 1) for n in range(2)), size=4)
    assert titles(LoadedEdition(edition).select(interests, ()).picks) == [4, 8, 12, 16]


def test_papers_of_the_edition_that_a_reader_likes_hide_no_others_like_them(
    edition: Edition,
) -> None:
    """Each liked paper is wholly like itself: beside that, all others would look ordinary."""
    papers = list(Paper.objects.order_by("pk"))
    for number, paper in enumerate(papers):
        turn_to(paper, 1.0 if number < 3 else 0.5 if number % 10 == 9 else 0.3)
    picks = LoadedEdition(edition).select(liking(*papers[:3]), ()).picks
    assert [pick.reason.partition(" · ")[0] for pick in picks[:5]] == [
        *["Like “Paper 1”, which you liked"] * 4,
        "",
    ]
    assert titles(picks[:4]) == [10, 20, 30, 40]


def test_the_same_profile_loses_weight_with_time(edition: Edition) -> None:
    liked = known("Liked", 1)
    years_ago = liking(liked, size=4, day=TODAY - 2_000)
    assert titles(LoadedEdition(edition).select(years_ago, ()).picks) == [1, 2, 3, 4]
    assert 4 in titles(LoadedEdition(edition).select(liking(liked, size=2), ()).picks)


def test_a_profile_of_papers_without_vectors_changes_nothing(edition: Edition) -> None:
    loaded = LoadedEdition(edition)
    unread = make_paper("Unread", listed_on=DAY - timedelta(days=40))
    assert loaded.select(liking(unread), ()) is loaded.select(Interests(), ())


def test_the_papers_of_a_profile_are_never_chosen_again(edition: Edition) -> None:
    """Their reader knows them, also those that cannot be compared."""
    loaded = LoadedEdition(edition)
    fourth, first = (Paper.objects.get(title=f"Paper {n}") for n in (4, 1))
    PaperVector.objects.filter(paper=first).delete()
    assert titles(loaded.select(liking(fourth, first, size=3), ()).picks)[0] == 8
    disliked = Interests(size=40, profile=Profile(disliked=((fourth.pk, TODAY),)))
    chosen = titles(loaded.select(disliked, ()).picks)
    assert (4 in chosen, len(chosen)) == (False, 39)


def test_readers_of_one_profile_share_a_selection(edition: Edition) -> None:
    loaded, liked = LoadedEdition(edition), known("Liked", 1)
    one, other = (loaded.select(liking(liked), (), reader=reader) for reader in (1, 2))
    assert one is other
    assert one is not loaded.select(liking(liked, balance=90), (), reader=1)


def test_a_batch_of_profiles_takes_one_query_for_their_vectors(
    edition: Edition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    loaded = LoadedEdition(edition)
    liked = [known(f"Liked {number}", number % 2) for number in range(6)]
    with django_assert_num_queries(3):  # the candidates' vectors, the liked papers' and titles
        loaded.learn([paper.pk for paper in liked])
    with django_assert_num_queries(0):
        for paper in liked:
            loaded.select(liking(paper), (), reader=paper.pk)
        loaded.select(Interests(), ())


def test_readers_without_profiles_cost_no_query(
    edition: Edition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    loaded = LoadedEdition(edition)
    with django_assert_num_queries(0):
        loaded.select(Interests(), ())


def test_the_number_of_matching_papers_counts_those_like_the_liked_ones(edition: Edition) -> None:
    loaded, liked = LoadedEdition(edition), known("Liked", 1)
    following = Interests(topics=frozenset({"robotics"}))
    assert loaded.matching(following, ()) == 0
    learned = Interests(topics=following.topics, profile=liking(liked).profile)
    assert loaded.matching(learned, ()) == 10
    assert loaded.matching(learned, [Paper.objects.get(title="Paper 4").pk]) == 9


# ── one paper from outside of the profile ────────────────────────────────────


@pytest.fixture
def majority(edition: Edition) -> Interests:
    """A reader who likes what three quarters of the papers are like: the others are outside."""
    return liking(*(known(f"Liked {number}", 0) for number in range(5)), size=9)


@pytest.mark.parametrize(("in_sections", "expected"), [(False, {6, 7, 8}), (True, {8})])
def test_a_full_digest_has_one_paper_from_outside_in_its_last_third_or_last_section(
    edition: Edition, majority: Interests, in_sections: bool, expected: set[int]
) -> None:
    loaded = LoadedEdition(edition)
    places, papers = set(), set()
    for reader in range(1, 60):
        selection = loaded.select(majority, (), reader=reader, in_sections=in_sections)
        assert selection.sections == ("fooooooox" if in_sections else "")
        assert selection.explored is not None
        chosen = titles(selection.picks)
        places.add(selection.explored)
        papers.add(chosen.pop(selection.explored))
        assert chosen == [1, 2, 3, 5, 6, 7, 9, 10]
    assert (places, papers) == (expected, {4, 8})  # of the strongest quarter, each fourth


def test_the_same_reader_gets_the_same_paper_from_another_process(
    edition: Edition, majority: Interests
) -> None:
    one, other = LoadedEdition(edition), LoadedEdition(edition)
    assert [one.select(majority, (), reader=reader).picks for reader in range(30)] == [
        other.select(majority, (), reader=reader).picks for reader in reversed(range(30))
    ][::-1]


def test_a_withdrawn_or_a_sent_paper_is_not_explored(edition: Edition, majority: Interests) -> None:
    eight = Paper.objects.get(title="Paper 8").pk
    loaded = LoadedEdition(edition)
    for reader in range(30):
        selection = loaded.select(majority, [eight], reader=reader)
        assert selection.explored is not None
        assert titles(selection.picks)[selection.explored] == 4


def test_a_reader_without_a_profile_explores_nothing(edition: Edition) -> None:
    assert LoadedEdition(edition).select(Interests(), (), reader=1).explored is None


# ── a balance without feedback ───────────────────────────────────────────────


@pytest.mark.parametrize("balance", [0, 49, 100])
def test_a_balance_needs_no_feedback(edition: Edition, balance: int) -> None:
    interests = Interests(size=4, profile=Profile(balance=balance))
    selection = LoadedEdition(edition).select(interests, (), reader=1)
    assert (titles(selection.picks), selection.explored) == ([1, 2, 3, 4], None)


def test_a_profile_does_no_harm_in_an_edition_without_papers() -> None:
    empty = Edition.objects.create(cadence="weekly", day=DAY, state="frozen", composed_at=MORNING)
    interests = Interests(topics=frozenset({"robotics"}), profile=Profile(balance=70))
    assert list(LoadedEdition(empty).select(interests, ()).picks) == []
    assert list(LoadedEdition(empty).select(liking(known("Liked", 1)), ()).picks) == []
