"""The picture of a card."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from papers.cards.draw import INK, PAPER, CannotDraw, draw_card, site_card
from tests.papers.citation.hostile_titles import NAMES, TITLES

STATIC = Path(__file__).resolve().parents[3] / "static"
SIZE = (1200, 630)
LARGEST = 60_000  # bytes; chats load pictures before a reader asks for them


def image(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def ink(picture: Image.Image, top: int, bottom: int) -> int:
    """How many dark points there are between two heights."""
    part = picture.crop((0, top, SIZE[0], bottom)).convert("L")
    return sum(part.histogram()[:128])


def test_a_card_is_a_small_png_of_the_size_that_networks_show() -> None:
    png = draw_card("Visual Dialog", "A. Das, S. Kottur and 5 more", "Agents · arXiv:1611.08669")
    assert png.startswith(b"\x89PNG")
    assert image(png).size == SIZE
    assert len(png) <= LARGEST


def test_its_colours_are_those_of_the_site() -> None:
    css = (STATIC / "site.css").read_text()
    for name, colour in (("paper", PAPER), ("ink", INK)):
        found = re.search(rf"--{name}: #(\w{{6}});", css)
        assert found is not None
        assert tuple(bytes.fromhex(found[1])) == colour
    picture = image(draw_card("Visual Dialog"))
    assert picture.getpixel((5, 5)) == PAPER
    assert INK in {colour for _, colour in picture.getcolors(1000) or []}


def test_title_line_and_note_have_their_places() -> None:
    bare = image(draw_card("Visual Dialog"))
    full = image(draw_card("Visual Dialog", "Ada Roe", "Agents"))
    assert ink(bare, 130, 500) == ink(full, 130, 500) > 1000
    assert ink(bare, 520, 570) == 0
    assert ink(full, 520, 570) > 100
    assert ink(full, 574, 620) > 100


@pytest.mark.parametrize("length", [1, 20, 60, 120, 300, 5000])
def test_a_title_of_any_length_stays_in_its_place(length: int) -> None:
    picture = image(draw_card(("words of a title " * 400)[:length]))
    assert ink(picture, 478, 510) == 0
    right = picture.crop((1140, 120, 1200, 630)).getcolors()
    assert right == [(60 * 510, PAPER)]


def test_a_word_wider_than_the_card_is_broken() -> None:
    picture = image(draw_card("W" * 100))
    assert picture.crop((1140, 120, 1200, 630)).getcolors() == [(60 * 510, PAPER)]


@pytest.mark.parametrize("title", [title for title in TITLES if re.search("[A-Za-z]{3}", title)])
def test_any_title_with_words_is_drawn(title: str) -> None:
    assert len(draw_card(title, ", ".join(NAMES), title)) <= LARGEST


@pytest.mark.parametrize("title", ["", "%", "𒀀𒀁𒀂", "a 𒀀𒀁𒀂𒀃"])
def test_a_title_that_fonts_do_not_have_is_refused(title: str) -> None:
    with pytest.raises(CannotDraw):
        draw_card(title)


def test_the_sites_own_card_is_drawn_by_the_same_code() -> None:
    stored = (STATIC / "card.png").read_bytes()
    assert image(stored).size == SIZE
    assert len(stored) <= 30_000
    assert image(stored).tobytes() == image(site_card()).tobytes()


# ── a card with a list ───────────────────────────────────────────────────────


def test_listed_texts_have_a_line_each_below_the_title() -> None:
    bare = image(draw_card("Trending papers, week of 23–29 November", "25 papers"))
    listed = ["Visual Dialog", "words of a title " * 40, "𒀀𒀁𒀂", "Third"]
    full = image(draw_card("Trending papers, week of 23–29 November", "25 papers", listed=listed))
    assert ink(bare, 120, 316) == ink(full, 120, 316) > 1000
    assert ink(bare, 322, 510) == 0
    for place in range(3):  # the one that no font has leaves no gap
        assert ink(full, 322 + 52 * place, 370 + 52 * place) > 300
    assert ink(full, 478, 510) == 0


def test_a_long_title_leaves_room_for_the_list() -> None:
    assert ink(image(draw_card("words of a title " * 20, listed=["Third"])), 306, 326) == 0


def test_a_line_that_is_too_long_is_cut_after_a_word() -> None:
    long = image(draw_card("A title", "words " * 12 + "incomprehensibilities" * 2))
    assert ink(long, 520, 570) == ink(image(draw_card("A title", "words " * 12 + "…")), 520, 570)
