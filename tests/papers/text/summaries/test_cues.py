"""How strongly sentences state a contribution: the order of kinds of sentences."""

from __future__ import annotations

import pytest

from papers.text.summaries.cues import Cues, worth

STATED = 50.0  # what `contribution` takes


def value(sentence: str, cues: Cues | None = None) -> float:
    return worth(sentence.lower(), sentence.lower(), cues or Cues())


@pytest.mark.parametrize(
    "sentence",
    [
        "We introduce Plover, a bird that reads abstracts of papers.",
        "We then formally propose a bird that reads abstracts of papers.",
        "The authors present a bird that reads abstracts of papers.",
        "This paper presents a bird that reads abstracts of papers.",
        "This short position paper argues that birds read abstracts.",
        "This survey reviews two hundred birds that read abstracts.",
        "This article provides an overview of birds that read abstracts.",
        "This is an overview of the twelfth edition of the bird challenge.",
        "The present study investigates whether birds read abstracts.",
        "We study whether birds read the abstracts of papers at night.",
        "We prove that every bird reads a finite number of abstracts.",
        "We build the first bird that reads abstracts of papers.",
        "The main contribution is a bird that reads abstracts of papers.",
        "Our goal is to teach birds how to read abstracts of papers.",
        "The paper's main research contribution is a bird that reads.",
        "A new bird that reads abstracts of papers is proposed.",
        "An improved bird is presented in this paper for reading abstracts.",
        "To develop and validate a bird that reads abstracts of papers.",
        "This observation leads to Plover, a bird that reads abstracts.",
        "Introducing Plover: a bird that reads the abstracts of papers.",
        "Our framework turns birds into readers of abstracts of papers.",
        "We ask whether birds can read the abstracts of papers.",
        "We revisit the question of how birds read abstracts of papers.",
        "We release Plover-9, a collection of nine thousand bird songs.",
        "I show that each bird reads the abstracts of papers.",
    ],
)
def test_this_states_a_contribution(sentence: str) -> None:
    assert value(sentence) >= STATED


@pytest.mark.parametrize(
    "sentence",
    [
        "Birds are an important part of the reading community.",
        "Recent birds have achieved remarkable results in reading.",
        "However, existing birds struggle with long abstracts.",
        "Many birds have been proposed for reading abstracts.",
        "Previous work introduced birds that cannot read at night.",
        "Experiments show that our bird reads more than the others.",
        "Extensive experiments on nine trees demonstrate its skill.",
        "Our results suggest that birds are better than we thought.",
        "Code is available at https://example.org/plover for all.",
        "We release our code, models and data to the public soon.",
        "We hope that our bird will encourage more research on reading.",
        "Can birds read the abstracts of papers without any help?",
        "It also supports a range of other trees and abstracts.",
        "Several birds were developed to read the abstracts of papers.",
        "A bird that is often proposed for this is the magpie.",
        "The work of Roe et al. presents a bird that reads.",
    ],
)
def test_this_states_none(sentence: str) -> None:
    assert value(sentence) < STATED


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("We propose a bird that reads abstracts.", "We also propose a bird that reads books."),
        ("We propose a bird that reads abstracts.", "We evaluate our bird on nine large trees."),
        ("We study how birds read abstracts.", "We conduct extensive experiments on nine trees."),
        ("We study how birds read abstracts.", "We show that our bird reads most abstracts."),
        ("Our bird is a system that reads.", "In particular, our system reads books at night."),
    ],
)
def test_one_sentence_says_more_than_another(better: str, worse: str) -> None:
    assert value(better) > value(worse)


def test_words_of_the_title_make_a_sentence_better() -> None:
    sentence = "We propose a bird that reads abstracts of papers."
    assert value(sentence, Cues(overlap=1.0)) > value(sentence, Cues(overlap=0.2))
    assert value(sentence, Cues(has_name=True)) > value(sentence)


def test_a_sentence_about_what_the_title_names_states_a_contribution() -> None:
    sentence = "Plover cuts the time that abstracts take by half."
    assert value(sentence, Cues(has_name=True, begins_with_name=True)) >= STATED > value(sentence)
