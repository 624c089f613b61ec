"""Which beginnings of a sentence go, because they refer to what stands before it."""

from __future__ import annotations

import pytest

from papers.text.summaries.openers import capitalised, without_opener

REST = "we propose a thing."


def without(sentence: str) -> str:
    return sentence[without_opener(sentence) :]


@pytest.mark.parametrize(
    "opener",
    [
        "To this end,",
        "To that end",
        "However,",
        "Therefore",
        "In this paper,",
        "In this work",
        "In the present study,",
        "In this position paper,",
        "Through this article,",
        "To address this,",
        "To address these two limitations,",
        "To overcome the above issues,",
        "To bridge this gap between labs and clinics,",
        "To mitigate the scaling challenges,",
        "To better understand this phenomenon,",
        "To systematically evaluate this capability,",
        "In order to tackle these problems,",
        "For this purpose,",
        "Motivated by this observation,",
        "Inspired by these findings,",
        "Based on this,",
        "Building on this insight,",
        "In light of these results,",
        "Given these constraints,",
        "Specifically,",
        "More concretely,",
        "As a first step towards this goal,",
        "With this in mind,",
        "Here,",
        "Here",
        "And so, in this work,",
        "However, to this end, in this paper,",
        "Not only that,",
        "Methods:",
        "METHODS",
        "Results.",
        "Contribution -",
        "(2)",
        "%",
    ],
)
def test_a_beginning_that_points_back_goes(opener: str) -> None:
    rest = REST if opener[-1] in ",dereksno" else capitalised(REST)
    assert without(f"{opener} {rest}") == rest


@pytest.mark.parametrize(
    "sentence",
    [
        "We propose a thing.",
        "To generate images faster, we propose a thing.",
        "Building on Dynamic Cheatsheet, we propose a thing.",
        "With 3 GPUs, we train a thing.",
        "In this, and in the other case, we fail.",
        "Given a graph, we find its parts.",
        "Methods that we know fail.",
        "Results show nothing.",
        "Here is a thing.",
        "Background noise, we find, matters.",
        "In this paper.",
        "This paper, to the best of our knowledge, is the first.",
        "The paper proposes a thing.",
        "However",
    ],
)
def test_a_beginning_that_says_something_stays(sentence: str) -> None:
    assert without(sentence) == sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("we show", "We show"),
        ("a thing", "A thing"),
        ("mT5 shows", "mT5 shows"),
        ("iPhone users", "iPhone users"),
        ("x2 grows", "x2 grows"),
        ("$x$ grows", "$x$ grows"),
        ("We show", "We show"),
        ("", ""),
    ],
)
def test_what_is_left_begins_with_a_capital(text: str, expected: str) -> None:
    assert capitalised(text) == expected
