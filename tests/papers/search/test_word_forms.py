"""Other forms of a word of a query."""

from __future__ import annotations

import pytest

from papers.search.word_forms import other_forms, parts_of_compound


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("fine-tuning", []),
        ("GPU", ["gpus"]),
        ("VLAs", ["vla"]),
        ("matrices", ["matrix", "matrixes"]),
        ("lens", ["lenses"]),
        ("model", []),
        ("policies", []),
        ("losses", []),
        ("GPT-4", []),
        ("tau-bench", ["\u03c4-bench", "\u03c4 -bench"]),
        ("\u03bb", ["lambda"]),
        ("pi0", ["\u03c00", "\u03c0 0"]),
        ("\u03c0_0", ["pi0", "\u03c00", "\u03c0 0"]),
        ("pixel", []),
        ("\u03c3\u03af\u03b3\u03bc\u03b1", []),
    ],
)
def test_a_word_has_the_forms_that_its_stem_does_not_cover(word: str, forms: list[str]) -> None:
    assert other_forms(word) == forms


def test_one_word_may_be_two() -> None:
    assert list(parts_of_compound("kvcach")) == [("kv", "cach"), ("kvc", "ach"), ("kvca", "ch")]
    assert next(parts_of_compound("DeepSeekv3")) == ("deepseek", "v3")
    assert ("re", "altime") not in list(parts_of_compound("realtime"))


@pytest.mark.parametrize("word", ["model", "gpt4turbo", "fine-tuning", "stra\u00dfen", "x" * 25])
def test_a_short_a_very_long_and_an_odd_word_are_not_cut(word: str) -> None:
    assert list(parts_of_compound(word)) == []
