"""The order that the formula gives to series of reads; pure."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.models import Signal
from papers.ranking.exposure import fit_prior, publishing_days
from papers.ranking.measurements import Measurement
from papers.ranking.series import COUNTS_FROM_LISTING, Series
from papers.ranking.trend import Score, rank
from papers.ranking.weights import WEIGHTS, Weights
from papers.windows import Window

MONDAY = date(2025, 3, 10)
FRIDAY = date(2025, 3, 14)
SUNDAY_NIGHT = datetime(2025, 3, 17, tzinfo=UTC)
Reads = list[tuple[float, float]]
_ids = count(1)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def series(kind: str, listed: date, reads: Reads) -> Series:
    """Reads given as (days after the listing, level)."""
    start = midnight(listed).timestamp()
    times = tuple(start + days * 86_400 for days, _ in reads)
    levels = tuple(level for _, level in reads)
    rises = [n for n in range(len(reads)) if n == 0 or levels[n] > max(levels[:n])]
    return Series(
        times=tuple(times[n] for n in rises),
        since=tuple(times[max(n - 1, 0)] for n in rises),
        levels=tuple(levels[n] for n in rises),
        last_at=times[-1],
        value=levels[-1],
        started=start if kind in COUNTS_FROM_LISTING else times[0],
    )


def paper(
    listed: date = MONDAY,
    until: datetime = SUNDAY_NIGHT,
    window: Window = "week",
    paper_id: int = 0,
    **signals: Reads,
) -> Measurement:
    found = {kind: series(kind, listed, reads) for kind, reads in signals.items()}
    return Measurement(paper_id or next(_ids), until, listed, window, found)


def order(*papers: Measurement) -> list[int]:
    return [score.paper_id for score in rank(papers)]


def score_of(one: Measurement, among: list[Measurement]) -> Score:
    return next(score for score in rank(among) if score.paper_id == one.paper_id)


def grown(votes: float, days: float = 7) -> Reads:
    """Upvotes at the usual pace: half in the first day, then fewer and fewer."""
    ages = [step / 2 for step in range(1, int(days * 2) + 1)]
    return [(age, round(votes * (1 - 2**-age))) for age in ages]


FIELD = [paper(upvotes=grown(20)) for _ in range(20)]


# ── upvotes ──────────────────────────────────────────────────────────────────


def test_more_votes_win_at_equal_age() -> None:
    fewer, more = paper(upvotes=[(1, 40)]), paper(upvotes=[(1, 41)])

    assert order(fewer, more) == [more.paper_id, fewer.paper_id]


def test_equal_papers_of_different_days_have_close_scores() -> None:
    thursday = MONDAY + timedelta(days=3)
    early = paper(MONDAY, upvotes=grown(60, 7))
    late = paper(thursday, upvotes=grown(60, 4))
    weak = paper(MONDAY, upvotes=grown(40, 7))
    scores = {score.paper_id: score.value for score in rank([early, late, weak, *FIELD])}

    assert abs(scores[early.paper_id] - scores[late.paper_id]) < 0.15
    assert scores[late.paper_id] > scores[weak.paper_id]


def test_few_early_votes_do_not_beat_many_of_a_day() -> None:
    minutes_old = paper(FRIDAY, until=midnight(FRIDAY) + timedelta(hours=2), upvotes=[(1 / 24, 3)])
    day_old = paper(MONDAY, upvotes=[(1, 60)])

    assert order(minutes_old, day_old, *FIELD)[0] == day_old.paper_id


def test_no_votes_in_the_first_minutes_mean_little() -> None:
    fresh = paper(MONDAY, upvotes=[(0.01, 0)])
    ignored = paper(MONDAY, upvotes=[(1, 0), (6, 0)])

    assert order(ignored, fresh, *FIELD)[-1] == ignored.paper_id


def test_a_weekend_counts_as_half_a_day() -> None:
    on_friday = paper(FRIDAY, until=midnight(date(2025, 3, 18)), upvotes=[(4, 30)])
    on_monday = paper(MONDAY, until=midnight(date(2025, 3, 14)), upvotes=[(4, 30)])
    prior = fit_prior([])
    friday, monday = (score_of(one, [one]) for one in (on_friday, on_monday))

    assert publishing_days(on_friday.until) - publishing_days(midnight(FRIDAY)) == 2.5
    assert publishing_days(on_monday.until) - publishing_days(midnight(MONDAY)) == 4
    assert friday.rate > monday.rate > prior.mean


def test_recent_votes_count_more_than_old_ones() -> None:
    faded = paper(MONDAY, upvotes=[(1, 60), (6.9, 60)])
    bloomer = paper(MONDAY, upvotes=[(1, 5), (5, 6), (6.9, 60)])

    assert order(faded, bloomer, *FIELD)[0] == bloomer.paper_id


def test_votes_that_come_too_fast_count_as_their_logarithm() -> None:
    grows = paper(MONDAY, upvotes=grown(300))
    faked = paper(MONDAY, upvotes=[(1, 2), (3, 2), (3 + 1 / 24, 2_000)])
    without = Weights(burst=1e9)

    assert order(faked, grows, *FIELD)[0] == grows.paper_id
    assert rank([faked, grows, *FIELD], weights=without)[0].paper_id == faked.paper_id


def test_the_fastest_start_of_real_papers_counts_in_full() -> None:
    best_ever = paper(MONDAY, upvotes=[(0.7, 250)])
    same_without_guard = rank([best_ever], weights=Weights(burst=1e9))[0]

    assert rank([best_ever])[0].value == same_without_guard.value


# ── the first place ──────────────────────────────────────────────────────────


def test_the_first_place_needs_two_positive_signals() -> None:
    alone = paper(upvotes=grown(90))
    backed = paper(upvotes=grown(70), comments=[(1, 4)])
    first, second = rank([alone, backed, *FIELD])[:2]

    assert (first.paper_id, second.paper_id) == (backed.paper_id, alone.paper_id)
    assert first.value > second.value
    assert first.components["first_place"]["above"] == alone.paper_id
    assert "first_place" not in second.components


def test_a_second_signal_far_down_the_list_changes_no_order() -> None:
    strong = [paper(upvotes=grown(90 + n)) for n in range(WEIGHTS.places_to_hold)]
    weak = paper(upvotes=grown(2), comments=[(1, 1)])

    assert order(*strong, weak)[0] == strong[-1].paper_id


def test_without_two_signals_the_order_stands() -> None:
    best, other = paper(upvotes=grown(90)), paper(upvotes=grown(70))

    assert order(other, best)[0] == best.paper_id
    assert "first_place" not in rank([other, best])[0].components


# ── other signals ────────────────────────────────────────────────────────────


def test_an_old_famous_repository_gives_nothing() -> None:
    plain = paper(upvotes=[(1, 30)])
    famous = paper(upvotes=[(1, 30)], stars=[(0.1, 90_000), (1, 90_000)])
    scores = {score.paper_id: score for score in rank([plain, famous])}

    assert scores[famous.paper_id].value == scores[plain.paper_id].value


def test_an_old_famous_repository_gives_no_place_without_votes() -> None:
    ignored = paper(upvotes=[(1, 0), (6, 0)], stars=[(0.1, 90_000), (6, 90_000)])
    liked = paper(upvotes=[(1, 8)])

    assert order(ignored, liked, *FIELD)[-1] == ignored.paper_id


def test_a_jump_of_stars_counts_less_than_steady_growth() -> None:
    """Stars jump when a paper's link moves to another repository, and when they are bought."""
    talk: Reads = [(1, 2)]
    moved = paper(upvotes=[(1, 30)], comments=talk, stars=[(1, 40), (1.25, 18_740)])
    earned = paper(upvotes=[(1, 30)], comments=talk, stars=[(1, 40), (2, 700), (4, 1_500)])
    without = Weights(gain_burst=1e9)

    assert order(moved, earned, *FIELD)[0] == earned.paper_id
    assert rank([moved, earned, *FIELD], weights=without)[0].paper_id == moved.paper_id


def test_the_largest_real_gain_of_stars_counts_in_full() -> None:
    """The largest gain ever read of a repository within a day is about eleven hundred."""
    risen = paper(upvotes=[(1, 30)], stars=[(1, 40), (2, 1_140)])
    without = Weights(gain_burst=1e9)

    assert rank([risen])[0].value == pytest.approx(
        rank([risen], weights=without)[0].value, abs=0.01
    )


def test_gained_stars_help_a_little() -> None:
    talk: Reads = [(1, 2)]
    plain = paper(upvotes=[(1, 30)], comments=talk)
    starred = paper(upvotes=[(1, 30)], comments=talk, stars=[(0.1, 100), (1, 160)])
    loved = paper(upvotes=[(1, 90)], comments=talk)

    assert order(plain, starred, loved) == [loved.paper_id, starred.paper_id, plain.paper_id]


def test_comments_help_less_than_upvotes_do() -> None:
    talked_about = paper(upvotes=[(1, 30)], comments=[(1, 20)])
    upvoted = paper(upvotes=[(1, 60)], comments=[(1, 1)])

    assert order(talked_about, upvoted)[0] == upvoted.paper_id


def test_votes_of_our_readers_count() -> None:
    plain, voted = paper(upvotes=[(1, 30)]), paper(upvotes=[(1, 30)], votes=[(1, 5)])

    assert order(plain, voted)[0] == voted.paper_id


def test_votes_of_our_readers_add_no_more_than_a_limit() -> None:
    few, many = (
        paper(upvotes=[(1, 30)], votes=[(1, 53)]),
        paper(upvotes=[(1, 30)], votes=[(1, 9e9)]),
    )

    points = [score_of(one, [one]).components["votes"]["points"] for one in (few, many)]

    assert points == [pytest.approx(0.3989, abs=0.0001), 0.4]


def test_votes_of_our_readers_are_no_second_signal() -> None:
    """Three addresses would else move a paper from the tenth place to the first."""
    strong = [paper(upvotes=grown(90 + n)) for n in range(9)]
    voted = paper(upvotes=grown(60), votes=[(1, 3)])

    assert order(*strong, voted, *FIELD)[0] == strong[-1].paper_id


def test_a_missing_signal_is_no_penalty() -> None:
    plain = score_of(one := paper(upvotes=[(1, 30)]), [one])
    with_none = score_of(two := paper(upvotes=[(1, 30)], comments=[(1, 0)]), [two])

    assert plain.value == with_none.value


# ── listings ─────────────────────────────────────────────────────────────────


def test_a_listing_without_votes_keeps_its_order() -> None:
    listed = [paper(position=[(0.5, place)]) for place in range(1, 201)]

    places = [one.components["position"]["value"] for one in rank(reversed(listed))]
    assert places == list(range(1, 201))


def test_votes_soon_outweigh_a_place_in_a_listing() -> None:
    first = paper(upvotes=[(1, 10)], position=[(0.5, 1)])
    fiftieth = paper(upvotes=[(1, 60)], position=[(0.5, 50)])

    assert order(first, fiftieth, *FIELD)[0] == fiftieth.paper_id


def test_a_paper_without_signals_comes_last_with_value_zero() -> None:
    silent, weak = paper(), paper(upvotes=[(1, 0)])
    scores = rank([silent, weak, *FIELD])

    assert scores[-1].paper_id == silent.paper_id
    assert scores[-1].value == 0


# ── topics and whole lists ───────────────────────────────────────────────────


def test_the_best_of_a_small_topic_has_the_greater_lift() -> None:
    large = [paper(upvotes=grown(100 + n)) for n in range(200)]
    small = [paper(upvotes=grown(10 + n % 3)) for n in range(200)]
    star = paper(upvotes=grown(60))
    names = {one.paper_id: ["vision"] for one in large} | {
        one.paper_id: ["graphs"] for one in [*small, star]
    }
    scores = {score.paper_id: score for score in rank([*large, *small, star], names)}
    of_star, of_large = scores[star.paper_id], scores[large[0].paper_id]

    assert of_star.value < of_large.value
    assert of_star.components["lift"]["graphs"] > of_large.components["lift"]["vision"]


def test_the_lift_changes_no_order() -> None:
    papers = [paper(upvotes=grown(votes)) for votes in (5, 50, 500)]
    names = {papers[2].paper_id: ["one"], papers[1].paper_id: ["two"]}

    assert [one.paper_id for one in rank(papers, names)] == order(*papers)


def test_equal_papers_stand_in_the_order_of_their_ids() -> None:
    papers = [paper(paper_id=number, upvotes=[(1, 9)]) for number in (30, 10, 20)]

    assert order(*papers) == [10, 20, 30]


def test_the_order_of_the_input_changes_nothing() -> None:
    papers = [paper(upvotes=grown(n % 17), comments=[(1, n % 3)]) for n in range(60)]

    assert rank(papers) == rank([*papers[1::2], *papers[-2::-2]])


@pytest.mark.parametrize("window", ["day", "week", "month"])
def test_points_add_up_to_the_value_and_are_json(window: Window) -> None:
    one = paper(window=window, upvotes=grown(30), comments=[(1, 2)], position=[(0.5, 3)])
    score = rank([one, *FIELD])[-1] if window == "month" else score_of(one, [one, *FIELD])
    points = sum(
        part["points"] for kind, part in score.components.items() if kind in set(Signal.Kind)
    )

    if "first_place" not in score.components:
        assert points == pytest.approx(score.value, abs=1e-5)
    assert json.loads(json.dumps(score.components)) == score.components


@given(
    st.lists(
        st.tuples(st.floats(0.01, 30), st.floats(0, 5_000)), min_size=1, max_size=6, unique=True
    )
)
def test_no_series_breaks_the_formula(reads: Reads) -> None:
    score = rank([paper(upvotes=sorted(reads), stars=sorted(reads))])[0]

    assert score.value >= 0
    assert score.rate > 0
