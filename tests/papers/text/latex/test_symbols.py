"""Signs, alphabets, accents and small characters of Unicode."""

from __future__ import annotations

import pytest

from papers.text.latex.symbols import accented, alphabet, small, symbols


@pytest.mark.parametrize(
    ("name", "sign"),
    [("alpha", "α"), ("leq", "≤"), ("neq", "≠"), ("to", "→"), ("deg", "°"), ("iff", "⇔")],
)
def test_a_command_has_its_sign(name: str, sign: str) -> None:
    assert symbols()[name] == sign


def test_an_unknown_command_has_none() -> None:
    assert "ourmethod" not in symbols()


@pytest.mark.parametrize(
    ("command", "text", "expected"),
    [
        ("mathbb", "R", "ℝ"),
        ("mathbb", "A1", "𝔸𝟙"),
        ("mathcal", "L", "ℒ"),
        ("mathcal", "GP", "𝒢𝒫"),
        ("mathfrak", "g", "𝔤"),
        ("mathfrak", "H", "ℌ"),
        ("mathcal", "α+", "α+"),
    ],
)
def test_an_alphabet_has_its_own_letters(command: str, text: str, expected: str) -> None:
    assert alphabet(command, text) == expected


def test_a_mark_and_a_letter_become_one_character() -> None:
    assert accented("\u0301", "e") == "é"
    assert accented("\u0301", "ı") == "í"
    assert accented("\u0301", "") == ""


def test_small_characters_exist_for_all_signs_of_a_script_or_it_has_none() -> None:
    assert small("^", "-12") == "⁻¹²"
    assert small("_", "i + 1") == "ᵢ₊₁"
    assert small("_", "θ") is None
    assert small("^", "∘") == "°"
