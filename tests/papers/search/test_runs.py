"""Words that stand side by side, and their other forms."""

from __future__ import annotations

import pytest

from papers.search.conditions import All, Either, Forms, Guess, Key, Near, Words
from papers.search.names import author
from papers.search.runs import run_of_words, word

Y_LECUN = All((Key("au:lecun.y", shown="lecun"),))


def test_a_compound_is_also_one_word() -> None:
    assert word("fine-tuning") == Forms((Words("fine-tuning"), Words("finetuning")))
    assert word("GPT-4", "A") == Words("GPT-4", "A")


def test_a_pair_is_also_one_word() -> None:
    typed = All((Words("fine"), Words("tune"), Words("llama")))
    first = All((Words("finetune"), Words("llama")))
    second = All((Words("fine"), Words("tunellama")))
    assert run_of_words(["fine", "tune", "llama"]) == Forms((typed, first, second))


def test_words_with_a_comma_between_are_no_pair() -> None:
    assert run_of_words(["fine,", "tune"]) == All((Words("fine,"), Words("tune")))


def test_a_word_may_be_a_compound_of_two() -> None:
    found = word("kvcache", "A")
    assert isinstance(found, Forms)
    assert found.parts[0] == Words("kvcache", "A")
    assert Guess("kv cache", "A") in found.parts
    assert "kv cache" in found.guesses()


def test_a_family_a_given_name_and_initials_are_one_author() -> None:
    found = run_of_words(["Hinton,", "Geoffrey", "E."])
    assert isinstance(found, Forms | All)
    assert author("Hinton, Geoffrey") in found.parts


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
