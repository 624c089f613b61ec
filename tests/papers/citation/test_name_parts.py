"""The parts of names, as references have them."""

from __future__ import annotations

import pytest

from papers.citation.name_parts import name_parts


@pytest.mark.parametrize(
    ("name", "inverted"),
    [
        ("Abhishek Das", "Das, Abhishek"),
        ("Geoffrey E. Hinton", "Hinton, Geoffrey E."),
        ("Jean-Baptiste Alayrac", "Alayrac, Jean-Baptiste"),
        ("Laurens van der Maaten", "van der Maaten, Laurens"),
        ("Luc Van Gool", "Van Gool, Luc"),
        ("Nando de Freitas", "de Freitas, Nando"),
        ("Fei-Fei Li", "Li, Fei-Fei"),
        ("Wolfgang von der Linden", "von der Linden, Wolfgang"),
        ("J. E. van den Berg", "van den Berg, J. E."),
        ("Martin Luther King Jr.", "King, Martin Luther, Jr."),
        ("Robert Downey, Jr.", "Downey, Robert, Jr."),
        ("Robert Downey III", "Downey, Robert, III"),
        ("Roe, Jane", "Roe, Jane"),
        ("van Roe, Jane, Jr.", "van Roe, Jane, Jr."),
        ("Nguyen Van Anh", "Anh, Nguyen Van"),
        ("Van Anh Nguyen", "Nguyen, Van Anh"),
        ("De Xu", "Xu, De"),
        ("Li V", "V, Li"),
        ("  Ada\n Roe ", "Roe, Ada"),
        ("Мария Иванова", "Иванова, Мария"),
    ],
)
def test_a_name_has_its_family_first(name: str, inverted: str) -> None:
    assert name_parts(name).inverted == inverted


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("Qwen Team", "Qwen Team"),
        ("The ATLAS Collaboration", "The ATLAS Collaboration"),
        ("Google, Inc.", "Google Inc."),
        ("OpenAI", "OpenAI"),
        ("Madonna", "Madonna"),
        ("王伟", "王伟"),
        ("김 민수", "김 민수"),
        ("", ""),
    ],
)
def test_a_name_that_must_not_be_divided_stays_whole(name: str, whole: str) -> None:
    parts = name_parts(name)
    assert (parts.inverted, parts.is_whole) == (whole, True)
