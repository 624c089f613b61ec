"""Words that stand side by side, and their other forms."""

from __future__ import annotations

import pytest

from papers.search.conditions import All, Either, Forms, Key, Near, Words
from papers.search.runs import run_of_words, word

Y_LECUN = All((Key("au:lecun.y", shown="lecun"),))


def test_a_compound_is_also_one_word() -> None:
    assert word("fine-tuning") == Forms((Words("fine-tuning"), Words("finetuning")))
    assert word("GPT-4", "A") == Words("GPT-4", "A")


def test_a_pair_is_also_one_word() -> None:
    typed = All((Words("fine"), Words("tuning"), Words("llamas")))
    first = All((Words("finetuning"), Words("llamas")))
    second = All((Words("fine"), Words("tuningllamas")))
    assert run_of_words(["fine", "tuning", "llamas"]) == Forms((typed, first, second))


def test_words_with_a_comma_between_are_no_pair() -> None:
    assert run_of_words(["fine,", "tuning"]) == All((Words("fine,"), Words("tuning")))


def test_a_long_run_has_no_other_forms() -> None:
    texts = [f"word{'abcdefghi'[n]}" for n in range(9)]
    assert run_of_words(texts) == All(tuple(map(Words, texts)))


@pytest.mark.parametrize(
    "texts", [["Y.", "LeCun"], ["LeCun,", "Y."], ["LeCun", "Y."], ["LeCun", "Y.", "A."]]
)
def test_initials_belong_to_the_name_beside_them(texts: list[str]) -> None:
    spelled = Words(" ".join(texts), least=2)
    found = run_of_words(texts)
    typed = found.parts[0] if isinstance(found, Forms) else found
    assert typed == All((Either((Y_LECUN, spelled)),))


def test_a_middle_initial_may_be_missing() -> None:
    found = run_of_words(["Geoffrey", "E.", "Hinton"])
    assert isinstance(found, Forms)
    assert found.parts[-1] == All((Near("Geoffrey", "Hinton"),))


def test_the_name_may_also_be_a_word_of_a_text() -> None:
    found = run_of_words(["S.", "aureus"], names_in_texts=True)
    typed = found.parts[0] if isinstance(found, Forms) else found
    assert "Words(text='aureus', weight='AB'" in str(typed)


@pytest.mark.parametrize("texts", [["Y", "LeCun"], ["LeCun", "Y"]])
def test_a_letter_without_a_dot_may_be_an_initial(texts: list[str]) -> None:
    found = run_of_words(texts)
    assert isinstance(found, Forms)
    assert found.parts[0] == All(tuple(map(Words, texts)))
    assert All((Y_LECUN,)) in found.parts
