"""The papers of profiles, compared with candidates once, with real rows of vectors."""

from __future__ import annotations

import numpy as np
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from newsletter.editions.personal.known_papers import KnownPapers, papers_of, says_nothing
from newsletter.editions.profile import Profile
from papers.models import Paper, PaperVector
from papers.similarity.compare import WORDS
from papers.similarity.vectors import DIMENSIONS, pack_dense, pack_terms
from tests.factories import make_paper

pytestmark = pytest.mark.django_db

DAY = 20_000


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def paper(title: str, *direction: float, **values: object) -> int:
    """The id of a paper with a vector of this direction; without one, with no vector."""
    made = make_paper(title, **values)
    if direction:
        give_vector(made, *direction)
    return made.pk


def give_vector(made: Paper | int, *direction: float, model: str = "m") -> None:
    dense = np.zeros(DIMENSIONS, np.float32)
    dense[: len(direction)] = direction
    number = made if isinstance(made, int) else made.pk
    PaperVector.objects.create(
        paper_id=number, model=model, dense=pack_dense(dense), terms=b"", made_at=timezone.now()
    )


def liking(*papers: int, day: int = DAY) -> Profile:
    return Profile(liked=tuple((one, day) for one in papers))


def test_the_rows_of_a_profile_say_how_like_the_candidates_are() -> None:
    same, other = paper("Same", 1.0), paper("Other", 0.0, 1.0)
    liked = paper("Liked", 1.0)
    known = KnownPapers([same, other])
    known.learn([liked])
    matches = known.matches(liking(liked, day=DAY - 9), DAY)
    assert matches.liked.shape == (1, 2)
    assert matches.liked[0, 0] > 0.9
    assert matches.liked[0, 1] < 0.1
    assert (matches.liked_ids, matches.liked_ages, matches.disliked.shape) == ([liked], [9], (0, 2))
    assert matches.compared.tolist() == [True, True]


def test_the_words_that_candidates_share_are_typical_of_them() -> None:
    one, other, liked = paper("One", 1.0), paper("Other", 0.0, 1.0), paper("Liked", 1.0)
    PaperVector.objects.filter(paper_id=one).update(terms=pack_terms({"graph": 1}))
    known = KnownPapers([one, other])
    known.learn([liked])
    typical = known.matches(liking(liked), DAY).typical
    assert np.asarray(typical).tolist() == pytest.approx([WORDS / 2, 0])


def test_a_candidate_that_the_reader_judged_is_compared_with_nothing() -> None:
    liked, disliked, other = paper("Liked", 1.0), paper("Disliked", 0.0, 1.0), paper("Other", 1.0)
    known = KnownPapers([liked, other, disliked])
    known.learn([liked, disliked])
    profile = Profile(liked=((liked, DAY),), disliked=((disliked, DAY),))
    assert known.matches(profile, DAY).compared.tolist() == [False, True, False]
    assert known.matches(liking(liked), DAY).compared.tolist() == [False, True, True]


def test_feedback_from_after_the_edition_is_as_new_as_can_be() -> None:
    liked = paper("Liked", 1.0)
    known = KnownPapers([liked])
    known.learn([liked])
    assert known.matches(liking(liked, day=DAY + 3), DAY).liked_ages == [0]


def test_the_papers_of_a_batch_take_one_query_and_their_titles_another(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    known = KnownPapers([paper("Candidate", 1.0)])
    liked = [paper(f"Liked {number}", 1.0) for number in range(5)]
    with django_assert_num_queries(3):  # the candidates, these papers, their titles
        known.learn(liked)
    one_more = paper("Later", 0.5, 0.5)
    with django_assert_num_queries(2):  # one more paper, and its title
        known.learn([*liked, one_more])
    with django_assert_num_queries(0):
        known.learn([*liked, one_more])


def test_without_readers_with_profiles_nothing_is_read(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    known = KnownPapers([paper("Candidate", 1.0)])
    with django_assert_num_queries(0):
        known.learn([])


def test_a_paper_without_a_vector_is_no_part_of_what_is_known(clock: Clock) -> None:
    liked, unread, deleted = paper("Liked", 1.0), paper("Unread"), 999_999
    known = KnownPapers([paper("Candidate", 1.0)], clock)
    known.learn([liked, unread, deleted])
    full = Profile(liked=((liked, DAY), (unread, DAY)), disliked=((deleted, DAY),), balance=70)
    assert known.known(full) == Profile(liked=((liked, DAY),), balance=70)
    only_known = liking(liked)
    assert known.known(only_known) is only_known


def test_a_paper_without_a_vector_is_asked_for_again_after_a_minute(
    clock: Clock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    unread = paper("Unread")
    known = KnownPapers([paper("Candidate", 1.0)], clock)
    known.learn([unread])
    give_vector(unread, 1.0)
    clock.now += 59
    with django_assert_num_queries(0):
        known.learn([unread])
    clock.now += 2
    known.learn([unread])
    assert known.known(liking(unread)) == liking(unread)


def test_candidates_that_get_their_vectors_later_are_compared_then(clock: Clock) -> None:
    candidate, liked = paper("Candidate"), paper("Liked", 1.0)
    known = KnownPapers([candidate], clock)
    known.learn([liked])
    assert (known.version, known.known(liking(liked)).liked) == (0, ())
    give_vector(candidate, 1.0)
    known.learn([liked])
    assert known.version == 0, "it looks again after a minute only"
    clock.now += 61
    known.learn([liked])
    assert (known.version, known.known(liking(liked))) == (1, liking(liked))


def test_vectors_of_another_model_are_not_compared_with_those_of_the_first(clock: Clock) -> None:
    candidate, liked = paper("Candidate", 1.0), paper("Liked", 1.0)
    known = KnownPapers([candidate], clock)
    known.learn([liked])
    later = make_paper("Later").pk
    give_vector(later, 1.0, model="another")  # the first vector of that model: the others wait
    known.learn([liked, later])
    assert known.version == 2
    assert known.known(liking(liked, later)).liked == (), "the candidate has no words"


def test_candidates_are_compared_by_the_new_model_when_it_has_read_them(clock: Clock) -> None:
    candidate, liked = paper("Candidate", 1.0), paper("Liked", 1.0)
    known = KnownPapers([candidate], clock)
    known.learn([liked])
    PaperVector.objects.all().delete()
    give_vector(liked, 1.0, model="another")
    known.learn([make_paper("Unread").pk])
    clock.now += 61
    give_vector(candidate, 0.0, 1.0, model="another")
    later = paper("Later")
    give_vector(later, 0.0, 1.0, model="another")
    known.learn([liked, later])
    assert known.matches(liking(liked, later), DAY).liked[:, 0].round(1).tolist() == [0, 1]


def test_the_title_of_a_paper_that_was_withdrawn_goes_within_a_minute(clock: Clock) -> None:
    liked = paper("Liked", 1.0)
    known = KnownPapers([paper("Candidate", 1.0)], clock)
    known.learn([liked])
    version = known.version
    Paper.objects.filter(pk=liked).update(is_withdrawn=True)
    clock.now += 61
    known.learn([liked])
    assert (known.title(liked), known.version) == ("", version + 1)
    clock.now += 61
    known.learn([liked])
    assert known.version == version + 1, "what was chosen since is right"


def test_more_papers_than_are_kept_drop_those_that_were_not_used_longest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsletter.editions.personal.known_papers._KEPT_BYTES", 0)
    monkeypatch.setattr("newsletter.editions.personal.known_papers._FEWEST_KEPT", 2)
    first, second, third = (paper(name, 1.0) for name in ("First", "Second", "Third"))
    known = KnownPapers([paper("Candidate", 1.0)])
    known.learn([first])
    known.learn([second])
    known.matches(liking(first), DAY)
    known.learn([third])
    assert known.known(liking(first, second, third)) == liking(first, third)
    assert [known.title(one) for one in (first, second, third)] == ["First", "", "Third"]


def test_many_papers_keep_their_own_rows() -> None:
    """More than the first rows that are made at once."""
    candidates = [paper("East", 1.0), paper("North", 0.0, 1.0)]
    easts = [paper(f"East {number}", 1.0) for number in range(150)]
    norths = [paper(f"North {number}", 0.0, 1.0) for number in range(150)]
    known = KnownPapers(candidates)
    for east, north in zip(easts, norths, strict=True):
        known.learn([east, north])
    assert (known.matches(liking(*easts), DAY).liked.argmax(axis=1) == 0).all()
    assert (known.matches(liking(*norths), DAY).liked.argmax(axis=1) == 1).all()


def test_a_withdrawn_paper_is_not_named() -> None:
    named, withdrawn = paper("Named", 1.0), paper("Gone", 1.0, is_withdrawn=True)
    known = KnownPapers([named])
    known.learn([named, withdrawn])
    assert (known.title(named), known.title(withdrawn), known.title(0)) == ("Named", "", "")


def test_the_papers_of_a_profile_are_the_liked_and_the_disliked() -> None:
    assert papers_of(Profile(liked=((1, DAY),), disliked=((2, DAY), (3, DAY)))) == {1, 2, 3}


def test_a_profile_says_something_with_an_event_or_with_a_balance() -> None:
    assert says_nothing(Profile(ignored_words=("walrus",)))
    assert not says_nothing(Profile(balance=0))
    assert not says_nothing(liking(1))
    assert not says_nothing(Profile(disliked=((1, DAY),)))
