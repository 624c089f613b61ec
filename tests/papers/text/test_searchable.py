"""The separated form of a text, which must be the same here and in the database."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papers.text.searchable import (
    compounds,
    joined_form,
    pair_as_one,
    plain,
    plain_character,
    separate,
    words,
)
from web.sql import rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPT-4o", ["gpt", "4o"]),
        ("gpt4o", ["gpt", "4o"]),
        ("Qwen2.5-VL", ["qwen", "2", "5", "vl"]),
        ("Audio/Video", ["audio", "video"]),
        ("llama.cpp", ["llama", "cpp"]),
        ("wav2vec2.0", ["wav", "2", "vec", "2", "0"]),
        ("YOLOv8", ["yolov", "8"]),
        ("T5, S4 and 3D", ["t5", "s4", "and", "3d"]),
        ("1.58bit", ["1", "58", "bit"]),
        ("C++ & <b>", ["c", "b"]),
        ("Schrödinger’s Łukasz", ["schrodinger", "s", "lukasz"]),
        ("Weiß Ærø Œuvre Þór Guðmundur", ["weiss", "aero", "oeuvre", "thor", "gudmundur"]),
        ("models—which", ["models", "which"]),
        ("ＧＰＴ－４ CO₂ ﬁne 𝛼", ["gpt", "4", "co", "2", "fine", "α"]),
        ("Gemini™ zero\u200bwidth soft\u00adhyphen", ["gemini", "zerowidth", "softhyphen"]),
        ("Иван", ["иван"]),
        ("  ", []),
    ],
)
def test_punctuation_and_digits_separate_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("fine-tuning", "finetuning"),
        ("llama.cpp", "llamacpp"),
        ("O'Brien", "OBrien"),
        ("YOLO-v8", "YOLOv8"),
        ("T-5", "T5"),
        ("3-D", "3D"),
        ("GPT-4", ""),
        ("4-bit", ""),
        ("1.58", ""),
        ("state-of-the-art", ""),
        ("plain", ""),
    ],
)
def test_a_compound_of_two_parts_has_a_joined_form(word: str, form: str) -> None:
    assert joined_form(word) == form


def test_compounds_are_found_with_their_places() -> None:
    text = "On fine-tuning DINOv2, T-5"
    found = [(text[start:end], form) for start, end, form in compounds(text)]
    assert found == [("fine-tuning", "finetuning"), ("T-5", "T5"), ("DINO", "DINO")]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("fine", "tuning", "finetuning"),
        ("dino", "v2", "dinov2"),
        ("T", "5", "T5"),
        ("gpt", "4", ""),
        ("4", "bit", ""),
        ("2", "5", ""),
        ("qwen2", "5", ""),
        ("a-b", "c", ""),
        ("", "", ""),
    ],
)
def test_two_words_are_joined_where_that_makes_another_word(
    first: str, second: str, expected: str
) -> None:
    assert pair_as_one(first, second) == expected


def test_a_character_stays_one_character() -> None:
    assert [plain_character(it) for it in "éﬁ\u0301₂™–"] == ["e", "ﬁ", "\u0301", "2", " ", "-"]


def test_the_border_inside_a_word_can_be_another_character() -> None:
    assert separate("gpt4-x", "|") == "gpt|4 x"


@pytest.mark.django_db
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs", "Cn"]), max_size=40)
    | st.text("aBvV4é-—._'’/+ ﬁ₂ØıßÆþ\u00ad", max_size=40)
)
def test_the_database_separates_as_we_do(text: str) -> None:
    ((folded, separated, joined),) = rows(
        "SELECT papers_fold(%(text)s), papers_separate(papers_fold(%(text)s)),"
        " papers_joined(papers_fold(%(text)s))",
        text=text,
    )
    assert folded == plain(text)
    assert separated == separate(plain(text))
    forms = [separate(form) for _, _, form in compounds(plain(text))]
    assert joined == (" ".join(forms) if forms else None)
