"""The lift of a paper over its topics, large and small."""

from __future__ import annotations

import pytest

from papers.ranking.above_topic import PaperStats, topic_lifts
from papers.ranking.exposure import Evidence, Prior, fit_prior
from papers.ranking.weights import WEIGHTS

SEEN = 0.9  # of the attention of a lifetime
PRIOR = Prior(23.0, WEIGHTS.prior_exposure)


def stats(paper_id: int, votes: float, seen: float = SEEN, other_points: float = 0.0) -> PaperStats:
    """A paper that gets `votes` in a lifetime, of which the share `seen` is over."""
    return PaperStats(paper_id, Evidence(votes * seen, seen), None, other_points, {})


def papers_of(votes: float, first_id: int, papers: int = 2_000) -> list[PaperStats]:
    return [stats(first_id + number, votes) for number in range(papers)]


LARGE, SMALL = papers_of(100, 1), papers_of(10, 10_001)
NAMES = {one.paper_id: ["vision"] for one in LARGE} | {one.paper_id: ["graphs"] for one in SMALL}


def lift_of(one: PaperStats, name: str, names: dict[int, list[str]]) -> float:
    listed = [*LARGE, *SMALL, one]
    fitted = fit_prior([each.upvotes for each in listed])
    return list(topic_lifts(listed, names | {one.paper_id: [name]}, fitted, WEIGHTS))[-1][name]


def test_a_usual_paper_of_any_topic_has_a_lift_near_zero() -> None:
    assert lift_of(stats(99_999, 100), "vision", NAMES) == pytest.approx(0, abs=0.1)
    assert lift_of(stats(99_999, 10), "graphs", NAMES) == pytest.approx(0, abs=0.1)


def test_the_same_votes_give_more_lift_in_a_small_topic() -> None:
    same = stats(99_999, 60)
    assert lift_of(same, "graphs", NAMES) > 1
    assert lift_of(same, "vision", NAMES) < 0


def test_a_new_paper_is_compared_with_its_own_topic() -> None:
    new = stats(99_999, 0, seen=0.01)
    assert lift_of(new, "graphs", NAMES) == pytest.approx(0, abs=0.1)


def test_other_points_count_above_the_mean_of_the_topic() -> None:
    with_code = [stats(number, 20, other_points=0.5) for number in range(1, 301)]
    without = [stats(number, 20) for number in range(301, 601)]
    names = {one.paper_id: ["code"] for one in with_code}
    names |= {one.paper_id: ["theory"] for one in without}
    found = list(topic_lifts([*with_code, *without], names, PRIOR, WEIGHTS))

    assert found[0]["code"] == pytest.approx(0, abs=0.1)
    assert found[-1]["theory"] == pytest.approx(0, abs=0.1)


def test_a_small_topic_is_drawn_to_the_mean_of_all() -> None:
    alone = stats(99_999, 60)
    among_few = lift_of(alone, "birds", NAMES)
    assert 0 < among_few < lift_of(alone, "graphs", NAMES)


def test_without_votes_the_place_in_a_listing_decides_the_lift() -> None:
    listed = [PaperStats(place, Evidence(), float(place), 0.0, {}) for place in range(1, 21)]
    names = {place: ["birds"] for place in range(1, 21)}
    found = [one["birds"] for one in topic_lifts(listed, names, fit_prior([]), WEIGHTS)]

    assert found == sorted(found, reverse=True)
    assert found[0] > 0.5


def test_without_reads_every_lift_is_zero() -> None:
    silent = [PaperStats(1, Evidence(), None, 0.0, {}), PaperStats(2, Evidence(), None, 0.0, {})]
    found = list(topic_lifts(silent, {1: ["birds"], 2: ["birds"]}, fit_prior([]), WEIGHTS))

    assert found == [{"birds": 0.0}, {"birds": 0.0}]


def test_a_lift_stays_within_its_bounds() -> None:
    famous, ignored = stats(99_998, 1e9), stats(99_999, 0, seen=50.0)
    assert lift_of(famous, "graphs", NAMES) == WEIGHTS.lift_most
    assert lift_of(ignored, "vision", NAMES) == WEIGHTS.lift_least


def test_a_paper_has_one_lift_for_each_of_its_topics() -> None:
    names = {1: ["vision", "graphs"]}
    first, second = topic_lifts([stats(1, 5), stats(2, 5)], names, PRIOR, WEIGHTS)

    assert list(first) == ["vision", "graphs"]
    assert second == {}
