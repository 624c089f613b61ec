"""The numbers of the trend's formula, all of them, with the version that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from papers.windows import Window

VERSION: Final = "2026-11.2"  # stored with each score: a new one for any change of the formula


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number of the formula. Days are publishing days, see `publishing_days`."""

    # What the logarithm of each signal counts beside that of the upvotes.
    upvotes: float = 1.0
    stars: float = 0.2
    comments: float = 0.1
    votes: float = 0.2  # of our own readers
    artefacts: float = 0.1
    clicks: float = 0.05
    citations: float = 0.05
    # After this time a vote counts half: near the length of the window.
    half_life: Mapping[Window, float] = field(
        default_factory=lambda: {"day": 1.0, "week": 5.0, "month": 22.0}
    )
    attention_half: float = 0.75  # by this age a paper has got half of its upvotes
    weekend: float = 0.25  # a weekend's hour beside a weekday's
    prior_mean: float = 23.0  # upvotes of a whole life, before a list says otherwise
    prior_lives: float = 2.0  # how many lives of evidence that is worth
    prior_exposure: float = 0.15  # of a life: how much a paper is drawn to the list's mean
    place_exposure: float = 0.1  # of a life: what a place in a listing tells us
    place_lead: float = 4.0  # the first place is like this many times the mean
    burst: float = 460.0  # upvotes a day, 20 usual means; what comes faster counts as its logarithm
    gain_burst: float = 1_000.0  # the same of stars and of citations
    places_to_hold: int = 10  # how far down a second signal may lift a paper to the first place
    field_papers: float = 50.0  # papers before a field's own mean counts half
    lift_least: float = -2.0
    lift_most: float = 4.0


WEIGHTS: Final = Weights()
