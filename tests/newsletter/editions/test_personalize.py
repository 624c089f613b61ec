from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import pytest
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
    matching,
)
from newsletter.editions.personalize import personalize as pick_papers


def candidate(paper_id: int, trend: float = 0.0, **changes: object) -> CandidatePaper:
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
    interests: Interests, papers: Sequence[CandidatePaper], seen: Collection[int]
) -> list[Pick]:
    return list(pick_papers(interests, Ranking(papers), seen).picks)


def chosen(interests: Interests, *papers: CandidatePaper, seen: tuple[int, ...] = ()) -> list[int]:
    return [pick.paper_id for pick in personalize(interests, papers, seen)]


def test_without_interests_the_strongest_trend_comes_first() -> None:
    assert chosen(
        Interests(),
        candidate(1, 0.1),
        candidate(2, 0.9),
        candidate(3, 0.5),
    ) == [
        2,
        3,
        1,
    ]


def test_it_chooses_at_most_the_digest_size() -> None:
    assert len(chosen(Interests(size=2), *(candidate(i) for i in range(1, 9)))) == 2


def test_all_papers_that_match_are_counted_whatever_the_size() -> None:
    papers = [candidate(number) for number in range(1, 6)]
    ranking = Ranking(papers)
    assert matching(Interests(size=2), ranking, seen=()) == 5
    assert matching(Interests(size=2), ranking, seen=(1, 2)) == 3
    assert matching(Interests(keywords=("zebra",)), ranking, seen=()) == 0


def test_papers_of_equal_worth_keep_the_edition_s_order() -> None:
    assert chosen(Interests(), candidate(3), candidate(1), candidate(2)) == [1, 2, 3]


def test_only_papers_of_the_followed_topics_are_chosen() -> None:
    robots = candidate(2, 0.1, topics={"robotics": 0.8})
    assert chosen(Interests(topics=frozenset({"robotics"})), candidate(1, 9.0), robots) == [2]


def test_a_paper_wholly_about_a_topic_comes_before_a_partial_one() -> None:
    wholly = candidate(1, 0.5, topics={"nlp": 1.0})
    barely = candidate(2, 0.5, topics={"nlp": 0.2})
    assert chosen(Interests(topics=frozenset({"nlp"})), barely, wholly) == [1, 2]


def test_a_paper_that_was_sent_before_is_not_chosen_again() -> None:
    assert chosen(Interests(), candidate(1), candidate(2), seen=(1,)) == [2]


def test_a_muted_word_excludes_a_paper_of_a_followed_topic() -> None:
    interests = Interests(topics=frozenset({"nlp"}), muted=("quantum",))
    assert chosen(interests, candidate(1, words="Quantum language models"), candidate(2)) == [2]


def test_a_muted_word_matches_whole_words_only() -> None:
    assert chosen(Interests(muted=("art",)), candidate(1, words="State of the cartography")) == [1]


def test_a_followed_word_adds_a_paper_from_another_topic() -> None:
    interests = Interests(topics=frozenset({"robotics"}), keywords=("diffusion model",))
    [pick] = personalize(interests, [candidate(1, words="On Diffusion Models")], ())
    assert (pick.keyword, pick.topic) == ("diffusion model", "")


@pytest.mark.parametrize("muted", ["fine-tuning", "Fine Tuning", "finetuning", '"fine tuning"'])
def test_a_muted_term_excludes_a_paper_in_whatever_way_both_write_it(muted: str) -> None:
    papers = [
        candidate(1, words="Fine\u2011tuning at scale"),
        candidate(2, words="Finetuning at scale"),
        candidate(3, words="A fine place for tuning"),
    ]
    assert chosen(Interests(muted=(muted,)), *papers) == [3]


def test_a_stored_term_with_a_comma_mutes_each_of_its_words() -> None:
    papers = [candidate(1, words="Agents"), candidate(2, words="Surveys"), candidate(3)]
    assert chosen(Interests(muted=("survey, agent",)), *papers) == [3]


def test_a_followed_author_s_paper_comes_first() -> None:
    interests = Interests(topics=frozenset({"nlp"}), authors=("Ada Lovelace",))
    by_ada = candidate(1, 0.4, topics={}, authors=("Ada Lovelace",))
    rest = [candidate(i, i / 10) for i in range(2, 10)]
    assert chosen(interests, *rest, by_ada)[0] == 1


@pytest.mark.parametrize(
    "followed",
    ["Jose Garcia", "garcia, josé", "J. Garcia", "José M. García", "Ada Li; Jose Garcia"],
)
def test_a_followed_author_is_found_however_the_name_is_written(followed: str) -> None:
    papers = [candidate(1, authors=("José García",)), candidate(2, authors=("José Márquez",))]
    assert chosen(Interests(authors=(followed,)), *papers) == [1]


def test_a_pick_names_the_term_and_the_author_of_a_line_that_the_paper_has() -> None:
    paper = candidate(1, words="On agents", authors=("Yann LeCun",))
    interests = Interests(keywords=('graphs; "agents"',), authors=("Ada Li; LeCun, Yann",))
    assert personalize(interests, [paper], ()) == [
        Pick(1, topic="", keyword="agents", author="Yann LeCun")
    ]


def test_two_followed_topics_are_both_in_the_digest() -> None:
    """Five robotics papers trend a little more than the speech paper, which still comes second."""
    robots = [candidate(i, 1.0 - i / 100, topics={"robotics": 1.0}) for i in range(1, 6)]
    speech = candidate(9, 0.9, topics={"speech-audio": 1.0})
    others = [candidate(i, i % 10 / 10) for i in range(10, 60)]
    interests = Interests(topics=frozenset({"robotics", "speech-audio"}), size=3)
    assert chosen(interests, *robots, speech, *others) == [1, 9, 2]


def test_the_topic_of_a_pick_is_the_followed_one_of_most_weight() -> None:
    paper = candidate(1, topics={"video": 0.3, "compression": 0.9, "nlp": 1.0})
    [pick] = personalize(Interests(topics=frozenset({"video", "compression"})), [paper], ())
    assert pick.topic == "compression"


def test_an_empty_edition_gives_an_empty_digest() -> None:
    assert personalize(Interests(), [], ()) == []


editions = st.lists(
    st.builds(
        candidate,
        st.integers(1, 200),
        st.floats(-5, 5),
        topics=st.dictionaries(st.sampled_from(["nlp", "video", "graphs"]), st.floats(0.1, 1)),
    ),
    max_size=40,
    unique_by=lambda paper: paper.paper_id,
)


@given(editions, st.randoms(), st.integers(1, 12))
def test_the_order_of_the_candidates_does_not_change_a_digest(
    edition: list[CandidatePaper], chance: object, size: int
) -> None:
    shuffled = list(edition)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    interests = Interests(size=size)
    assert personalize(interests, edition, ()) == personalize(interests, shuffled, ())


def greedy(worth: Sequence[float], topics: Sequence[int], size: int) -> list[int]:
    """The plain rule: take the best paper left; each further one of its topic counts less."""
    left, chosen = list(range(len(worth))), list[int]()
    while left and len(chosen) < size:
        taken = Counter(topics[row] for row in chosen)
        taken[NO_TOPIC] = 0
        best = max(left, key=lambda row: (worth[row] - REPEAT * taken[topics[row]], -row))
        chosen.append(best)
        left.remove(best)
    return chosen


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(NO_TOPIC, 4)), max_size=60))
def test_a_diverse_choice_equals_the_greedy_choice(papers: list[tuple[int, int]]) -> None:
    worth = np.array([value / 4 for value, _ in papers], dtype=np.float64)
    topics = np.array([topic for _, topic in papers], dtype=np.intp)
    found = _diverse(np.arange(len(papers)), worth, topics, 10)
    assert found == greedy(worth.tolist(), topics.tolist(), 10)


def test_the_cache_of_followed_words_has_a_limit() -> None:
    """A million subscribers may follow a million words; a worker's memory is finite."""
    ranking = Ranking([candidate(1, words="w7")])
    for number in range(10_050):
        pick_papers(Interests(keywords=(f"w{number}",)), ranking, ())
    assert ranking.mentions.cache_info().currsize == 10_000
    assert pick_papers(Interests(keywords=("w7",)), ranking, ()).picks == [Pick(1, keyword="w7")]
