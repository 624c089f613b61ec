"""All numbers of the trend's formula, and the version that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from papers.windows import Window

VERSION: Final = "2026-12.1"  # stored with each score: any change of the formula takes a new one


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number of the formula. Days are publishing days, see `publishing_days`.

    A lifetime is all the attention that a paper ever gets; exposure is a share of it.
    """

    # The weight of each signal's logarithm; that of the upvotes is 1.
    upvotes: float = 1.0
    stars: float = 0.2
    comments: float = 0.1
    votes: float = 0.1  # of our own readers: OWN_VOTES_WEIGHT
    votes_most: float = 0.4  # as half as many upvotes again would add: a few readers steer nothing
    artefacts: float = 0.1
    clicks: float = 0.05
    citations: float = 0.05
    # After this time a vote counts half: near the length of the window.
    half_life: Mapping[Window, float] = field(
        default_factory=lambda: {"day": 1.0, "week": 5.0, "month": 22.0}
    )
    attention_half: float = 0.75  # at this age a paper has half of its upvotes
    weekend: float = 0.25  # weight of an hour at the weekend; a weekday's hour has 1
    prior_mean: float = 23.0  # upvotes in a lifetime, before the list gives a mean of its own
    prior_lifetimes: float = 2.0  # the exposure that `prior_mean` is worth
    prior_exposure: float = 0.15  # how strongly a paper is drawn to the mean of its list
    place_exposure: float = 0.1  # the exposure that a place in a listing is worth
    place_lead: float = 4.0  # the first place counts as this many times the mean
    burst: float = 460.0  # upvotes a day, 20 usual means; above it the logarithm counts
    gain_burst: float = 1_000.0  # the same for stars and for citations
    places_to_hold: int = 10  # how far down the second signal may move a paper to the first place
    topic_papers: float = 50.0  # how many mean papers of the list are added to each topic
    lift_least: float = -2.0
    lift_most: float = 4.0


WEIGHTS: Final = Weights()
