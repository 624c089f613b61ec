"""The numbers of the formula."""

from __future__ import annotations

from dataclasses import fields

from papers.models import Signal
from papers.ranking.weights import WEIGHTS, Weights
from papers.windows import WINDOWS


def test_every_signal_has_a_weight_of_its_own_name() -> None:
    assert set(Signal.Kind) - {"position"} <= {weight.name for weight in fields(Weights)}


def test_every_window_has_a_half_life() -> None:
    assert set(WEIGHTS.half_life) == set(WINDOWS)


def test_a_longer_window_has_a_longer_half_life() -> None:
    half_lives = [WEIGHTS.half_life[window] for window in ("day", "week", "month")]
    assert half_lives == sorted(half_lives)
