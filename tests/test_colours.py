"""The contrast of the site's colours, computed from the custom properties of site.css."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parent.parent / "static" / "site.css").read_text()
SCHEMES = dict(zip(("light", "dark"), re.findall(r":root \{(.*?)\}", CSS, re.DOTALL), strict=True))

TEXT = [
    ("ink", "paper"),
    ("ink", "wash"),
    ("ink", "field"),
    ("ink", "marker"),
    ("quiet", "paper"),
    ("quiet", "wash"),
    ("quiet", "field"),
    ("accent", "paper"),
    ("accent", "wash"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("paper", "ink"),
]
# Shapes that must be visible: the border of a field, a sparkline, the outline of the focus.
SHAPES = [("edge", "paper"), ("edge", "field"), ("accent", "paper"), ("accent", "field")]


def colours(scheme: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", SCHEMES[scheme]))


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2: 0 is black, 1 is white."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_a_contrast_of_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_has_enough_contrast(scheme: str, front: str, back: str) -> None:
    palette = colours(scheme)
    assert contrast(palette[front], palette[back]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), SHAPES)
def test_shapes_have_enough_contrast(scheme: str, front: str, back: str) -> None:
    palette = colours(scheme)
    assert contrast(palette[front], palette[back]) >= 3


def test_both_schemes_define_the_same_colours() -> None:
    assert colours("light").keys() == colours("dark").keys()


def test_no_colour_is_written_outside_the_custom_properties() -> None:
    rest = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", rest) == []
