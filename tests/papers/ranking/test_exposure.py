"""Upvotes, and the share of attention in which they came."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.ranking.exposure import (
    NO_EVIDENCE,
    Evidence,
    Prior,
    decayed_gain,
    fit_prior,
    place_evidence,
    posterior_mean,
    publishing_days,
    upvote_evidence,
)
from papers.ranking.measurements import Measurement
from papers.ranking.series import Series, series_from
from papers.ranking.weights import WEIGHTS

MONDAY = date(2025, 3, 10)
START = datetime(2025, 3, 10, tzinfo=UTC)
PRIOR = Prior(20.0, WEIGHTS.prior_exposure)


def series(kind: str, *reads: tuple[float, float]) -> Series:
    """Reads given as (days after the listing, level)."""
    times = [START.timestamp() + days * 86_400 for days, _ in reads]
    return series_from(kind, times, [level for _, level in reads], START.timestamp())


def measurement(days: float, **signals: Series) -> Measurement:
    return Measurement(1, START + timedelta(days=days), MONDAY, "week", signals)


# ── upvotes ──────────────────────────────────────────────────────────────────


def test_without_upvotes_there_is_no_evidence() -> None:
    assert upvote_evidence(measurement(1)) == NO_EVIDENCE


def test_half_of_the_attention_is_over_at_18_hours() -> None:
    evidence = upvote_evidence(measurement(0.75, upvotes=series("upvotes", (0.75, 40))))
    assert evidence == Evidence(40.0, 0.5)


def test_votes_and_exposure_decay_alike() -> None:
    reads = series("upvotes", (0.75, 40))
    one_half_life_later = 0.75 + WEIGHTS.half_life["week"] + 2 - 2 * WEIGHTS.weekend
    evidence = upvote_evidence(measurement(one_half_life_later, upvotes=reads))
    assert evidence.votes == pytest.approx(20)
    assert evidence.exposure == pytest.approx(0.25)


def test_a_last_read_without_a_rise_adds_exposure_only() -> None:
    short = upvote_evidence(measurement(2, upvotes=series("upvotes", (0.75, 40))))
    long = upvote_evidence(measurement(2, upvotes=series("upvotes", (0.75, 40), (2, 40))))
    assert long.votes == short.votes
    assert long.exposure > short.exposure


# ── the prior and the place ──────────────────────────────────────────────────


def test_the_prior_of_a_short_list_stays_near_the_usual_mean() -> None:
    assert fit_prior([]).mean == WEIGHTS.prior_mean
    assert fit_prior([Evidence(0.0, 0.5)]).mean > WEIGHTS.prior_mean / 2
    assert fit_prior([Evidence(40.0, 0.4)] * 500).mean == pytest.approx(100, rel=0.02)


def test_without_evidence_the_mean_of_the_list_is_expected() -> None:
    assert posterior_mean(PRIOR, NO_EVIDENCE) == pytest.approx(PRIOR.mean)


def test_with_a_lifetime_of_evidence_the_votes_decide() -> None:
    assert posterior_mean(PRIOR, Evidence(500.0, 5.0)) == pytest.approx(100, rel=0.03)


def test_the_first_place_counts_as_four_times_the_mean() -> None:
    evidence = place_evidence(1.0, PRIOR)
    assert evidence.votes / evidence.exposure == pytest.approx(4 * PRIOR.mean)
    assert place_evidence(math.e, PRIOR).votes == pytest.approx(evidence.votes / 2)


def test_without_a_place_there_is_no_evidence() -> None:
    assert place_evidence(None, PRIOR) == NO_EVIDENCE


# ── gains and the clock ──────────────────────────────────────────────────────


def test_a_gain_starts_at_the_first_read() -> None:
    reads = series("stars", (0, 1_000), (1, 1_012))
    assert decayed_gain(reads, measurement(1, stars=reads), WEIGHTS) == 12


def test_an_older_gain_counts_less() -> None:
    early = series("stars", (0, 1_000), (1, 1_100), (4, 1_100))
    late = series("stars", (0, 1_000), (3, 1_000), (4, 1_100))
    gains = [decayed_gain(reads, measurement(4, stars=reads), WEIGHTS) for reads in (early, late)]
    assert gains[0] == pytest.approx(100 * 2 ** (-3 / WEIGHTS.half_life["week"]))
    assert gains[1] == 100


def test_an_hour_of_a_weekend_counts_a_quarter() -> None:
    saturday, sunday = datetime(2025, 3, 15, tzinfo=UTC), datetime(2025, 3, 16, tzinfo=UTC)
    assert publishing_days(sunday) - publishing_days(saturday) == 0.25
    assert publishing_days(saturday) - publishing_days(START) == 5


@given(st.floats(0, 1e9), st.floats(0, 1e6))
def test_the_clock_never_runs_backwards(start: float, span: float) -> None:
    first = datetime.fromtimestamp(start, UTC)
    later = first + timedelta(seconds=span)

    assert publishing_days(later) >= publishing_days(first)
