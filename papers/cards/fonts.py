"""The fonts of share cards, and which of them can draw a character.

Two fonts come with the project, so that a card looks the same on each machine: a container has no
fonts at all. They hold Latin, Greek, Cyrillic and mathematics. Fonts of the system are used for
what is missing, such as Chinese; what no font holds is left out, since a reader cannot tell an
empty box from an error.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

from PIL import ImageFont

OURS: Final = Path(__file__).parent / "typefaces"
BOLD: Final = "DejaVuSerifCondensed-Bold.ttf"
PLAIN: Final = "DejaVuSerifCondensed.ttf"
# Where Debian, Fedora, Alpine and macOS have fonts with more scripts, by what packages call them.
_SYSTEM: Final = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-vf-fonts/NotoSerifCJK-VF.ttc",
    "/usr/share/fonts/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)
_NO_CHARACTER: Final = "\U0010ffff"  # every font draws its box for a missing one


@lru_cache(maxsize=64)
def fonts(name: str, size: int) -> tuple[ImageFont.FreeTypeFont, ...]:
    """Our font of this name, then those of the system, in a size in pixels.

    Raises:
        OSError: the file of our font is missing.
    """
    ours = ImageFont.truetype(OURS / name, size)
    return ours, *_of_the_system(size)


def _of_the_system(size: int) -> Iterator[ImageFont.FreeTypeFont]:
    for path in _SYSTEM:
        try:
            yield ImageFont.truetype(path, size)
        except OSError:  # it is not installed
            continue


def drawable(text: str, name: str) -> str:
    """The text with what no font has in a plainer form ("𝒪" as "O"), or without it."""
    return " ".join("".join(_drawn(sign, name) for sign in text).split())


def runs(text: str, name: str, size: int) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """A drawable text in runs, each with the font that draws it."""
    available = fonts(name, size)
    return [
        ("".join(run), available[place or 0])
        for place, run in groupby(text, key=lambda sign: _font_of(sign, name))
    ]


def drawable_share(text: str, name: str) -> float:
    """Which share of the letters and digits of a text can be drawn: 0 to 1."""
    letters = [sign for sign in text if sign.isalnum()]
    drawn = [sign for sign in letters if _drawn(sign, name)]
    return len(drawn) / len(letters) if letters else 0.0


def _drawn(sign: str, name: str) -> str:
    if _font_of(sign, name) is not None:
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    return plain if all(_font_of(one, name) is not None for one in plain) else ""


@lru_cache(maxsize=8192)
def _font_of(sign: str, name: str) -> int | None:
    """The place of the first font that has the character; None: there is none."""
    if sign == " ":
        return 0
    if not sign.isprintable():
        return None
    for place, font in enumerate(fonts(name, 24)):  # each size has the same
        if bytes(font.getmask(sign)) != _box(font):
            return place
    return None


@lru_cache(maxsize=256)
def _box(font: ImageFont.FreeTypeFont) -> bytes:
    return bytes(font.getmask(_NO_CHARACTER))
