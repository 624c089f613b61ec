"""Letters with accents, in each way that authors write them."""

from __future__ import annotations

import pytest

from papers.text.tex import unicode_math


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"Poincar\'e and Poincar\'{e}", "Poincaré and Poincaré"),
        (r"\"{o} \^o \~n \`a \=a \.z", "ö ô ñ à ā ż"),
        (r"\v{c} \c{c} \k{a} \u{g} \H{o} \r{a} \d{a}", "č ç ą ğ ő å ạ"),
        (r"Dvo\v r\'ak", "Dvořák"),
        (r"Mart\'{\i}nez and Mart\'\inez", "Martínez and Martínez"),
        (r"Garc\'\i a", "García"),
        (r"S\o ren, S{\o}ren, S\o{}ren", "Søren, Søren, Søren"),
        (r"Stra\ss e and Wei\ss and", "Straße and Weiß and"),
        (r"\AA rhus, \L{}\'od\'z, \ae sop", "Århus, Łódź, æsop"),
        (r"360{\deg}, {\alpha}-\b{eta}, \r{ho}", "360°, α-β, ρ"),
        (r"Pass\^{}1 \~{}x", "Pass^1 ~x"),
        (r"the model\'s, don\'t, O\'Neil, l\'H\^opital", "the model's, don't, O'Neil, l'Hôpital"),
        (r"POINCAR\'E, Gda\'nsk, N\'eel", "POINCARÉ, Gdańsk, Néel"),
        (r"an \"example\", \"Uber, Schr\"odinger", 'an "example", Über, Schrödinger'),
        (r"\b{bold words}", "bold words"),
        (r"\d+ and \c", r"\d+ and \c"),
    ],
)
def test_an_accent_is_on_its_letter(tex: str, expected: str) -> None:
    assert unicode_math(tex) == expected
