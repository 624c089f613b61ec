"""What the beginning of a word may become."""

from __future__ import annotations

import pytest

from papers.search.endings import is_beginning, stems_of_beginning
from web.sql import rows

WORDS = [
    "diffusion",
    "quantization",
    "transformation",
    "generative",
    "learning",
    "efficiency",
    "optimization",
    "segmentation",
    "robustness",
    "policies",
    "multimodality",
    "hierarchical",
    "embeddings",
    "attention",
    "reinforcement",
    "interpretability",
    "tokenizer",
    "distillation",
    "alignment",
    "hallucinations",
    "retrieval",
    "benchmarking",
    "equivariance",
    "planning",
    "studied",
    "autonomously",
    "adversarially",
]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("qua", True), ("qu", False), ("", False), ("gpt4", False), ("mén", True)],
)
def test_a_beginning_has_three_letters(word: str, expected: bool) -> None:
    assert is_beginning(word) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("word", WORDS)
def test_each_beginning_of_a_word_matches_its_lexeme(word: str) -> None:
    ((lexeme,),) = rows("SELECT (ts_lexize('english_stem', %(word)s))[1]", word=word)
    missed = [
        beginning
        for end in range(3, len(word) + 1)
        if not lexeme.startswith(beginning := word[:end])
        and lexeme not in stems_of_beginning(beginning)
        and not _is_stem(beginning, lexeme)
    ]
    assert missed == []


def _is_stem(beginning: str, lexeme: str) -> bool:
    """Whether a part of the word has a lexeme that begins the one of the whole word."""
    ((stem,),) = rows("SELECT (ts_lexize('english_stem', %(word)s))[1]", word=beginning)
    return bool(stem and lexeme.startswith(stem))


@pytest.mark.parametrize(
    ("word", "stem"),
    [("diffxy", "diff"), ("sand", "san"), ("graphql", "graph"), ("modelxy", "model")],
)
def test_letters_that_begin_no_ending_are_not_cut(word: str, stem: str) -> None:
    assert stem not in stems_of_beginning(word)
