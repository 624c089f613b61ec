"""What a reader's profile changes of the papers that are chosen for them, and what it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from newsletter.editions.personal.likeness import Matches
from newsletter.editions.personalize import (
    AUTHOR,
    KEYWORD,
    REPEAT,
    TOPIC,
    CandidatePaper,
    Choice,
    Interests,
    Pick,
    Ranking,
    _diverse,
    matching,
    personalize,
)
from newsletter.editions.profile import Profile

LIKED, DISLIKED = 900, 901  # papers that the reader said something of
ROBOTS = Interests(topics=frozenset({"robotics"}))


def candidate(paper_id: int, trend: float = 0.0, **changes: Any) -> CandidatePaper:
    values = {
        "paper_id": paper_id,
        "position": paper_id,
        "trend": trend,
        "topics": {"nlp": 1.0},
        "words": f"Paper number {paper_id}",
        "authors": (),
    }
    return CandidatePaper(**{**values, **changes})


def matches(
    papers: int, like: Sequence[int] = (), unlike: Sequence[int] = (), events: float = 6.0
) -> Matches:
    """Of `papers` candidates 1, 2 …, those that a liked or a disliked paper is like."""
    numbers = np.arange(1, papers + 1)
    rows = [np.isin(numbers, group)[None, :].astype(np.float32) for group in (like, unlike)]
    liked, disliked = (row if row.any() else row[:0] for row in rows)
    ages = [[0.0] * len(row) for row in (liked, disliked)]
    every = np.ones(papers, np.bool_)
    return Matches([LIKED], liked, ages[0], disliked, ages[1], events, every)


def choice(
    interests: Interests,
    papers: Sequence[CandidatePaper],
    like: Sequence[int] = (),
    unlike: Sequence[int] = (),
    *,
    events: float = 6.0,
    seen: Sequence[int] = (),
    **profile: Any,
) -> Choice:
    learned = Interests(
        interests.topics,
        interests.keywords,
        interests.authors,
        interests.muted,
        interests.size,
        Profile(liked=((LIKED, 1),), **profile),
    )
    found = matches(len(papers), like, unlike, events)
    return personalize(learned, Ranking(papers), seen, found)


def chosen(*args: Any, **values: Any) -> list[int]:
    return [pick.paper_id for pick in choice(*args, **values).picks]


def ten(**changes: Any) -> list[CandidatePaper]:
    """Ten papers, the first trending most."""
    return [candidate(number, 1.0 - number / 10, **changes) for number in range(1, 11)]


# ── what is like the liked papers ────────────────────────────────────────────


def test_a_paper_like_the_liked_ones_comes_first() -> None:
    assert chosen(Interests(), ten(), like=[8])[:2] == [8, 1]


def test_a_paper_like_a_disliked_one_comes_last() -> None:
    assert chosen(Interests(), ten(), unlike=[1])[-1] == 1


def test_a_paper_much_like_the_liked_ones_is_chosen_though_it_touches_nothing_followed() -> None:
    papers = [*ten(), candidate(11, topics={"robotics": 0.9})]
    assert chosen(ROBOTS, papers) == [11]
    assert sorted(chosen(ROBOTS, papers, like=[4])) == [4, 11]


def test_what_is_unlike_the_disliked_papers_is_not_chosen_for_that() -> None:
    papers = [*ten(), candidate(11, topics={"robotics": 0.9})]
    assert chosen(ROBOTS, papers, unlike=list(range(1, 9))) == [11]


def test_the_choice_of_a_reader_who_wants_what_is_popular_is_not_widened() -> None:
    papers = [*ten(), candidate(11, topics={"robotics": 0.9})]
    assert chosen(ROBOTS, papers, like=[4], balance=0) == [11]
    assert chosen(Interests(size=3), ten(), like=[8], balance=0) == [1, 2, 3]


def test_all_that_is_much_like_the_liked_papers_counts_as_matching() -> None:
    papers = [*ten(), candidate(11, topics={"robotics": 0.9})]
    learned = Interests(topics=ROBOTS.topics, profile=Profile(liked=((LIKED, 1),)))
    assert matching(learned, Ranking(papers), (), matches(11, like=[4, 5])) == 3
    assert matching(learned, Ranking(papers), ()) == 1


def test_the_profile_never_brings_a_paper_that_was_sent_or_holds_a_muted_word() -> None:
    papers = [*ten(), candidate(11, words="A walrus")]
    assert 11 in chosen(Interests(), papers, like=[11])
    assert 11 not in chosen(Interests(), papers, like=[11], seen=[11])
    assert 11 not in chosen(Interests(muted=("walrus",)), papers, like=[11])


def test_a_profile_without_matches_changes_nothing() -> None:
    learned = Interests(profile=Profile(liked=((LIKED, 1),)))
    assert personalize(learned, Ranking(ten()), ()) == personalize(Interests(), Ranking(ten()), ())


def test_a_followed_author_comes_before_what_is_only_like_the_liked_papers() -> None:
    papers = [*ten(), candidate(11, authors=("Ada Roe",))]
    assert chosen(Interests(authors=("Ada Roe",)), papers, like=[4])[0] == 11


def test_for_a_reader_of_all_topics_likeness_does_not_compete_with_topics() -> None:
    """How much a paper is about any topic says nothing of one who named none."""
    papers = [candidate(1, topics={"nlp": 1.0}), candidate(2, topics={"nlp": 0.1}), candidate(3)]
    assert chosen(Interests(), papers, like=[2], events=0.5)[0] == 2
    assert chosen(Interests(), papers) == [1, 3, 2]
    assert chosen(Interests(topics=frozenset({"nlp"})), papers, like=[2], events=0.5)[0] == 1


# ── what the reader wants ignored ────────────────────────────────────────────


def test_likeness_does_not_count_for_papers_of_an_ignored_topic() -> None:
    papers = [*ten(), candidate(11, -1.0, topics={"vision": 0.3, "nlp": 0.6})]
    assert chosen(Interests(), papers, like=[11])[0] == 11
    assert chosen(Interests(), papers, like=[11], ignored_topics=frozenset({"vision"}))[0] == 1


def test_likeness_does_not_count_for_papers_with_an_ignored_word() -> None:
    papers = [*ten(), candidate(11, -1.0, words="On walruses")]
    assert 11 in chosen(ROBOTS, papers, like=[11])
    assert chosen(ROBOTS, papers, like=[11], ignored_words=("walrus",)) == []


def test_an_ignored_topic_of_no_paper_changes_nothing() -> None:
    every = chosen(Interests(), ten(), like=[8])
    assert chosen(Interests(), ten(), like=[8], ignored_topics=frozenset({"graphs"})) == every


# ── a floor for each followed topic ──────────────────────────────────────────


def test_each_followed_topic_keeps_a_paper_whatever_the_profile_likes() -> None:
    liked = range(1, 13)
    papers = [*(candidate(number, 1.0) for number in liked), *(candidate(n) for n in range(13, 31))]
    papers[29] = candidate(30, 1.0, topics={"robotics": 0.2})
    assert chosen(ROBOTS, papers, like=liked).count(30) == 1
    assert len(chosen(ROBOTS, papers, like=liked)) == 10


def test_a_paper_that_trends_less_than_most_is_no_floor() -> None:
    papers = [candidate(number, 1.0) for number in range(1, 31)]
    papers[29] = candidate(30, 0.5, topics={"robotics": 0.2})
    found = chosen(ROBOTS, papers, like=range(1, 6), events=40.0)
    assert sorted(found) == [1, 2, 3, 4, 5, 30], "there is room for it"
    assert 30 not in chosen(Interests(topics=ROBOTS.topics, size=5), papers, like=range(1, 6))


def test_floors_take_no_more_than_half_of_the_digest() -> None:
    topics = ["robotics", "vision", "graphs", "speech", "theory", "agents"]
    papers = [candidate(number, 1.0) for number in range(1, 31)]
    for place, topic in enumerate(topics):
        papers[24 + place] = candidate(25 + place, 1.0, topics={topic: 0.2})
    following = Interests(topics=frozenset(topics), size=6)
    found = chosen(following, papers, like=range(1, 7), events=100.0)
    assert len([one for one in found if one >= 25]) == 3
    assert len(found) == 6


def test_rows_that_a_digest_must_have_take_the_places_of_the_last() -> None:
    worth, topics = np.array([5.0, 4.0, 3.0, 2.0, 1.0]), np.full(5, -1)
    assert _diverse(np.arange(5), worth, topics, 3) == [0, 1, 2]
    assert _diverse(np.arange(5), worth, topics, 3, [4]) == [0, 1, 4]
    assert _diverse(np.arange(5), worth, topics, 3, [1, 4]) == [0, 1, 4]
    assert _diverse(np.arange(5), worth, topics, 9, [4]) == [0, 1, 2, 3, 4]


# ── why a paper was chosen ───────────────────────────────────────────────────


def pick_of(found: Choice, paper: int) -> Pick:
    return next(pick for pick in found.picks if pick.paper_id == paper)


def test_a_paper_that_its_likeness_chose_names_the_liked_paper() -> None:
    found = choice(Interests(), ten(), like=[8])
    assert pick_of(found, 8).like == LIKED
    assert pick_of(found, 1) == Pick(1, topic="nlp")


def test_a_followed_word_or_author_is_the_reason_before_likeness() -> None:
    papers = [*ten(), candidate(11, words="A walrus"), candidate(12, authors=("Ada Roe",))]
    interests = Interests(keywords=("walrus",), authors=("Ada Roe",))
    found = choice(interests, papers, like=[4, 11, 12])
    assert (pick_of(found, 11).like, pick_of(found, 11).keyword) == (None, "walrus")
    assert (pick_of(found, 12).like, pick_of(found, 12).author) == (None, "Ada Roe")
    assert pick_of(found, 4).like == LIKED


def test_a_followed_topic_is_the_reason_while_there_is_little_feedback() -> None:
    papers = [*(candidate(n) for n in range(1, 11)), candidate(11, topics={"robotics": 1.0})]
    few = pick_of(choice(ROBOTS, papers, like=[11], events=0.5), 11)
    many = pick_of(choice(ROBOTS, papers, like=[11], events=5.0), 11)
    assert (few.topic, few.like, many.topic, many.like) == ("robotics", None, "robotics", LIKED)


# ── from outside of the profile ──────────────────────────────────────────────


def forty() -> list[CandidatePaper]:
    """Forty papers; 1 to 10 are the strong ones."""
    return [candidate(number, 4.0 - number / 10) for number in range(1, 41)]


LATER = tuple(range(11, 31))  # liked: more than half, so that the others are below the median


def test_strong_papers_from_outside_of_the_profile_may_be_explored() -> None:
    found = choice(Interests(size=5), forty(), like=LATER, events=30.0)
    assert [pick.paper_id for pick in found.picks] == [11, 12, 13, 14, 15]
    assert found.outside == [Pick(number, explored=True) for number in range(1, 6)]


@pytest.mark.parametrize(
    "changes",
    [
        {"events": 2.9},
        {"interests": Interests(size=4)},
        {"interests": ROBOTS, "like": (11, 12)},
        {"like": ()},
    ],
    ids=["too few events", "too small a digest", "a thin digest", "nothing is liked"],
)
def test_nothing_is_explored_with(changes: dict[str, Any]) -> None:
    values: dict[str, Any] = {"interests": Interests(size=5), "like": LATER, "events": 30.0}
    interests, like, events = {**values, **changes}.values()
    assert choice(interests, forty(), like=like, events=events).outside == []


def test_a_paper_that_the_reader_does_not_want_is_never_explored() -> None:
    papers = forty()
    papers[0] = candidate(1, 3.9, words="A walrus")
    papers[1] = candidate(2, 3.8, words="A zebra")
    papers[2] = candidate(3, 3.7, topics={"vision": 0.4})
    found = choice(
        Interests(muted=("walrus",), size=5), papers, like=LATER, unlike=[5], events=30.0, seen=[4],
        ignored_words=("zebra",), ignored_topics=frozenset({"vision"}),
    )  # fmt: skip
    assert [pick.paper_id for pick in found.outside] == [6, 7, 8, 9, 10]


def test_a_paper_with_a_followed_word_is_not_called_outside() -> None:
    papers = forty()
    papers[0] = candidate(1, 3.9, words="A walrus")
    interests = Interests(topics=frozenset({"nlp"}), keywords=("walrus",), size=5)
    found = choice(interests, papers, like=LATER, events=300.0)
    assert 1 not in [pick.paper_id for pick in found.outside]


# ── readers without a profile: as before ─────────────────────────────────────


def former(interests: Interests, ranking: Ranking, seen: Sequence[int]) -> list[Pick]:
    """The choice of version 1.8, before there were profiles."""
    columns = ranking.columns(interests)
    followed = ranking.weights[:, columns]
    affinity = followed.max(axis=1, initial=0.0)
    topic = np.where(affinity > 0, columns[followed.argmax(axis=1)], -1)
    mentioned, written, muted = (
        np.logical_or.reduce([np.zeros(len(ranking.ids), np.bool_), *flags])
        for flags in (
            [ranking.mentions(term) for term in interests.keywords],
            [ranking.written_by(name) for name in interests.authors],
            [ranking.mentions(term) for term in interests.muted],
        )
    )
    worth = ranking.z_scores + TOPIC * affinity + KEYWORD * mentioned + AUTHOR * written
    wanted = ((affinity > 0) | mentioned | written | interests.follows_all) & ~muted
    wanted &= ~np.isin(ranking.ids, list(seen))
    left, picks, counts = set(np.flatnonzero(wanted).tolist()), list[int](), Counter[int]()
    while left and len(picks) < interests.size:
        worths = {row: worth[row] - REPEAT * counts[int(topic[row])] for row in left}
        best = min(left, key=lambda row: (-worths[row], row))
        left.remove(best)
        picks.append(best)
        if topic[best] >= 0:
            counts[int(topic[best])] += 1
    return [_former_pick(interests, ranking, row, int(topic[row])) for row in picks]


def _former_pick(interests: Interests, ranking: Ranking, row: int, topic: int) -> Pick:
    keyword = next((term for term in interests.keywords if ranking.mentions(term)[row]), "")
    author = next((name for name in interests.authors if ranking.written_by(name)[row]), "")
    return ranking.pick(row, topic, keyword, author)


@pytest.mark.parametrize("seed", range(40))
def test_without_a_profile_digests_are_what_they_were(seed: int) -> None:
    random = np.random.default_rng(seed)
    slugs, words = ["nlp", "vision", "robotics", "graphs"], ["walrus", "zebra", "crane", "otter"]
    names = ["Ada Roe", "Bo Li", "Cy Ng"]
    papers = [
        candidate(
            number,
            round(random.lognormal(), 2),
            topics={slug: float(random.random()) for slug in random.choice(slugs, 2)},
            words=" ".join(random.choice(words, 2)),
            authors=tuple(random.choice(names, 1)),
        )
        for number in range(1, int(random.integers(2, 80)))
    ]

    def some(choices: list[str], most: int) -> tuple[str, ...]:
        return tuple(random.choice(choices, int(random.integers(most)), replace=False))

    ranking = Ranking(papers)
    for _ in range(10):
        interests = Interests(
            topics=frozenset(some(slugs, 4)),
            keywords=some(words, 3),
            authors=some(names, 2),
            muted=some(words, 2),
            size=int(random.integers(1, 15)),
        )
        seen = random.integers(1, 80, 5).tolist()
        assert personalize(interests, ranking, seen) == (former(interests, ranking, seen), [])
