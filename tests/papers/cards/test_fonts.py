"""Which characters a card can draw."""

from __future__ import annotations

import pytest

from papers.cards.fonts import BOLD, OURS, PLAIN, drawable, drawable_share, fonts, runs


@pytest.mark.parametrize("name", [BOLD, PLAIN])
def test_our_fonts_come_with_the_project(name: str) -> None:
    assert (OURS / name).is_file()
    assert (OURS / "LICENSE").is_file()
    assert fonts(name, 20)[0].getname()[0] == "DejaVu Serif"


@pytest.mark.parametrize(
    "text", ["Visual Dialog", "Łukasz Ørsted-Erdős", "Привет", "α ≥ ½ ∇ ∈ ℝⁿ", "naïve – “quoted”"]
)
def test_latin_greek_cyrillic_and_mathematics_can_be_drawn(text: str) -> None:
    assert drawable(text, BOLD) == text
    assert drawable_share(text, BOLD) == 1


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("𝒪(n) and ﬁne", "O(n) and ﬁne"),
        ("a\U000f1234b \U0010fffe", "ab"),
        ("a\x07b", "ab"),
        ("one 𒀀 two", "one two"),
    ],
)
def test_what_no_font_has_is_plainer_or_left_out(text: str, drawn: str) -> None:
    assert drawable(text, PLAIN) == drawn


def test_the_share_counts_letters_and_digits() -> None:
    assert drawable_share("ab 𒀀𒀁", BOLD) == 0.5
    assert drawable_share("!?", BOLD) == 0


def test_a_text_of_one_font_is_one_run() -> None:
    ((text, font),) = runs("Visual Dialog", BOLD, 20)
    assert (text, font) == ("Visual Dialog", fonts(BOLD, 20)[0])
