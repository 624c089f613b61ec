from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.personalize import (
    NO_TOPIC,
    REPEAT,
    CandidatePaper,
    Interests,
    Pick,
    Ranking,
    _diverse,
)
from newsletter.editions.personalize import personalize as select


def make_offer(paper_id: int, trend: float = 0.0, **changes: object) -> CandidatePaper:
    values = {
        "paper_id": paper_id,
        "position": paper_id,
        "trend": trend,
        "topics": {"nlp": 1.0},
        "words": f"Paper number {paper_id}",
        "authors": (),
    }
    return CandidatePaper(**{**values, **changes})  # type: ignore[arg-type]


def personalize(
    reader: Interests, offers: Sequence[CandidatePaper], seen: Collection[int]
) -> list[Pick]:
    return select(reader, Ranking(offers), seen)


def chosen(reader: Interests, *offers: CandidatePaper, seen: tuple[int, ...] = ()) -> list[int]:
    return [pick.paper_id for pick in personalize(reader, offers, seen)]


def test_without_interests_the_strongest_trend_comes_first() -> None:
    assert chosen(Interests(), make_offer(1, 0.1), make_offer(2, 0.9), make_offer(3, 0.5)) == [
        2,
        3,
        1,
    ]


def test_it_takes_no_more_than_the_reader_asked_for() -> None:
    assert len(chosen(Interests(size=2), *(make_offer(i) for i in range(1, 9)))) == 2


def test_equal_papers_keep_the_order_of_the_common_list() -> None:
    assert chosen(Interests(), make_offer(3), make_offer(1), make_offer(2)) == [1, 2, 3]


def test_a_topic_reader_gets_only_papers_of_their_topics() -> None:
    robots = make_offer(2, 0.1, topics={"robotics": 0.8})
    assert chosen(Interests(topics=frozenset({"robotics"})), make_offer(1, 9.0), robots) == [2]


def test_a_paper_wholly_about_the_topic_beats_one_that_touches_it() -> None:
    wholly = make_offer(1, 0.5, topics={"nlp": 1.0})
    barely = make_offer(2, 0.5, topics={"nlp": 0.2})
    assert chosen(Interests(topics=frozenset({"nlp"})), barely, wholly) == [1, 2]


def test_nothing_that_was_sent_before_comes_again() -> None:
    assert chosen(Interests(), make_offer(1), make_offer(2), seen=(1,)) == [2]


def test_muted_words_keep_a_paper_out_even_in_a_followed_topic() -> None:
    reader = Interests(topics=frozenset({"nlp"}), muted=("quantum",))
    assert chosen(reader, make_offer(1, words="Quantum language models"), make_offer(2)) == [2]


def test_muted_words_are_whole_words() -> None:
    assert chosen(Interests(muted=("art",)), make_offer(1, words="State of the cartography")) == [1]


def test_followed_words_bring_a_paper_from_outside_the_topics() -> None:
    reader = Interests(topics=frozenset({"robotics"}), keywords=("diffusion model",))
    [pick] = personalize(reader, [make_offer(1, words="On Diffusion Models")], ())
    assert (pick.keyword, pick.topic) == ("diffusion model", "")


def test_a_followed_author_beats_everything_else() -> None:
    reader = Interests(topics=frozenset({"nlp"}), authors=("Ada Lovelace",))
    by_ada = make_offer(1, 0.4, topics={}, authors=("Ada Lovelace",))
    rest = [make_offer(i, i / 10) for i in range(2, 10)]
    assert chosen(reader, *rest, by_ada)[0] == 1


def test_a_follower_of_two_topics_gets_both() -> None:
    """Five robotics papers trend a little more than the one speech paper: it comes all the same."""
    robots = [make_offer(i, 1.0 - i / 100, topics={"robotics": 1.0}) for i in range(1, 6)]
    speech = make_offer(9, 0.9, topics={"speech-audio": 1.0})
    others = [make_offer(i, i % 10 / 10) for i in range(10, 60)]
    reader = Interests(topics=frozenset({"robotics", "speech-audio"}), size=3)
    assert chosen(reader, *robots, speech, *others) == [1, 9, 2]


def test_the_reason_is_the_followed_topic_that_weighs_most() -> None:
    offer = make_offer(1, topics={"video": 0.3, "compression": 0.9, "nlp": 1.0})
    [pick] = personalize(Interests(topics=frozenset({"video", "compression"})), [offer], ())
    assert pick.topic == "compression"


def test_an_empty_edition_gives_an_empty_digest() -> None:
    assert personalize(Interests(), [], ()) == []


offers = st.lists(
    st.builds(
        make_offer,
        st.integers(1, 200),
        st.floats(-5, 5),
        topics=st.dictionaries(st.sampled_from(["nlp", "video", "graphs"]), st.floats(0.1, 1)),
    ),
    max_size=40,
    unique_by=lambda offer: offer.paper_id,
)


@given(offers, st.randoms(), st.integers(1, 12))
def test_the_order_of_the_edition_never_changes_a_digest(
    edition: list[CandidatePaper], chance: object, size: int
) -> None:
    shuffled = list(edition)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    reader = Interests(size=size)
    assert personalize(reader, edition, ()) == personalize(reader, shuffled, ())


def greedy(worth: Sequence[float], topics: Sequence[int], size: int) -> list[int]:
    """The rule as it is told: the best paper left, each further one of its topic counting less."""
    left, chosen = list(range(len(worth))), list[int]()
    while left and len(chosen) < size:
        taken = Counter(topics[row] for row in chosen)
        taken[NO_TOPIC] = 0
        best = max(left, key=lambda row: (worth[row] - REPEAT * taken[topics[row]], -row))
        chosen.append(best)
        left.remove(best)
    return chosen


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(NO_TOPIC, 4)), max_size=60))
def test_a_diverse_choice_is_the_greedy_one(papers: list[tuple[int, int]]) -> None:
    worth = np.array([value / 4 for value, _ in papers], dtype=np.float64)
    topics = np.array([topic for _, topic in papers], dtype=np.intp)
    found = _diverse(np.arange(len(papers)), worth, topics, 10)
    assert found == greedy(worth.tolist(), topics.tolist(), 10)


def test_what_single_readers_follow_does_not_pile_up() -> None:
    """A million readers may follow a million words; a worker's memory is finite."""
    ranking = Ranking([make_offer(1, words="w7")])
    for number in range(10_050):
        select(Interests(keywords=(f"w{number}",)), ranking, ())
    assert ranking.saying.cache_info().currsize == 10_000
    assert select(Interests(keywords=("w7",)), ranking, ()) == [Pick(1, keyword="w7")]
