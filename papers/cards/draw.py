"""Draw a share card: a title and a line below it, set like the site, as a PNG of 1200 by 630.

Only two colours are needed, paper and ink: everything between is a mixture of them. So a card is
drawn in shades of grey, of which sixteen are kept, and each shade becomes a mixture. That makes a
file of some 15 kB.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from papers.cards.fonts import BOLD, PLAIN, drawable, drawable_share, fonts, runs
from papers.text.clean import fold
from papers.text.shorten import shortened

VERSION: Final = "1"  # raise it when cards look different: stored ones are then drawn again
SIZE: Final = (1200, 630)
PAPER: Final = (0xFB, 0xFA, 0xF7)  # --paper and --ink of static/site.css
INK: Final = (0x1B, 0x1A, 0x18)
_SHADES: Final = 16
_FULL, _QUIET, _HAIRLINE = 255, 165, 34  # of ink, of 255
_LEFT, _RIGHT = 72, 1128
_TITLE_TOP, _TITLE_BOTTOM = 138, 476
_TITLE_SIZES: Final = (68, 60, 52, 46, 40)
_LINE_SIZE, _NOTE_SIZE, _NAME_SIZE = 32, 26, 34
_LONGEST: Final = 300  # characters of a title
_LISTED_TOP, _LISTED_STEP, _MOST_LISTED = 322, 52, 3
_LEAST_SHARE: Final = 0.6  # of a title's letters; with fewer it would be a riddle


class CannotDraw(ValueError):
    """The fonts do not have most letters of the title, or Pillow refuses it."""


def draw_card(title: str, line: str = "", note: str = "", listed: Sequence[str] = ()) -> bytes:
    """A PNG with the name of the site, a title of at most five lines, a line and a note below it.

    Args:
        title: plain text, with formulas in Unicode.
        line: for example the authors, or the day of an edition.
        note: smaller, at the bottom, for example the topics.
        listed: at most three texts below a title of at most two lines, each cut to a line of its
            own; one of which too little can be drawn is left out.

    Raises:
        CannotDraw: too little of the title can be drawn.
    """
    title = shortened(fold(title), _LONGEST)
    try:
        if drawable_share(title, BOLD) < _LEAST_SHARE:
            raise CannotDraw(f"no font has the letters of {title[:40]!r}")
        image = Image.new("L", SIZE, 0)
        _draw(ImageDraw.Draw(image), drawable(title, BOLD), line, note, _readable(listed))
        return _png(image)
    except OSError as error:  # Pillow's own errors are OSErrors too
        raise CannotDraw(str(error)) from error


def site_card() -> bytes:
    """The card of all pages without one of their own: it is stored as static/card.png."""
    line = "Research papers that people read, vote for and build on right now"
    return draw_card("Trending research papers, on one page and in your inbox", line)


def _readable(listed: Sequence[str]) -> list[str]:
    texts = (shortened(fold(text), _LONGEST) for text in listed)
    return [text for text in texts if drawable_share(text, PLAIN) >= _LEAST_SHARE][:_MOST_LISTED]


def _draw(
    draw: ImageDraw.ImageDraw, title: str, line: str, note: str, listed: Sequence[str]
) -> None:
    _write(draw, "Trending Papers", 44, name=BOLD, size=_NAME_SIZE)
    draw.rectangle((_LEFT, 104, _RIGHT, 106), fill=_FULL)
    draw.rectangle((_LEFT, 110, _RIGHT, 110), fill=_FULL)
    size, lines = _fitted(title, _LISTED_TOP - 16 if listed else _TITLE_BOTTOM)
    top = _TITLE_TOP
    for text in lines:
        _write(draw, text, top, name=BOLD, size=size)
        top += _line_height(size)
    draw.rectangle((_LEFT, 512, _RIGHT, 513), fill=_HAIRLINE)
    rows = [
        (text, _LISTED_TOP + place * _LISTED_STEP, _LINE_SIZE, _FULL)
        for place, text in enumerate(listed)
    ]
    below = (*rows, (line, 526, _LINE_SIZE, _FULL), (note, 574, _NOTE_SIZE, _QUIET))
    for text, y, size, shade in below:
        shown = _cut(drawable(fold(text), PLAIN), PLAIN, size)
        _write(draw, shown, y, name=PLAIN, size=size, shade=shade)


def _fitted(title: str, bottom: int) -> tuple[int, list[str]]:
    """The largest size at which the whole title fits, and its lines; a longer one is cut."""
    for size in _TITLE_SIZES:
        most = (bottom - _TITLE_TOP) // _line_height(size)
        lines = _wrapped(title, size)
        if len(lines) <= most:
            return size, lines
    return size, [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), BOLD, size)]


def _wrapped(text: str, size: int) -> list[str]:
    lines = [""]
    for word in (piece for one in text.split() for piece in _pieces(one, size)):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(longer, BOLD, size) > _RIGHT - _LEFT:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _pieces(word: str, size: int) -> Sequence[str]:
    """A word that is wider than a line, in pieces: a chemical name, or a Chinese sentence."""
    if _width(word, BOLD, size) <= _RIGHT - _LEFT:
        return [word]
    pieces = [""]
    for sign in word:
        if _width(pieces[-1] + sign, BOLD, size) > _RIGHT - _LEFT:
            pieces.append("")
        pieces[-1] += sign
    return pieces


def _cut(text: str, name: str, size: int) -> str:
    """The text, with an ellipsis where it is wider than the card: after a word, if one fits."""
    if _width(text, name, size) <= _RIGHT - _LEFT:
        return text
    head = text
    while head and _width(f"{head} …", name, size) > _RIGHT - _LEFT:
        head = head[:-1].rstrip()
    is_within_a_word = text[len(head) : len(head) + 1].strip()
    return f"{head.rpartition(' ')[0] if is_within_a_word and ' ' in head else head} …"


def _width(text: str, name: str, size: int) -> float:
    return sum(font.getlength(run) for run, font in runs(text, name, size))


def _line_height(size: int) -> int:
    return round(size * 1.22)


def _write(
    draw: ImageDraw.ImageDraw, text: str, y: int, *, name: str, size: int, shade: int = _FULL
) -> None:
    """Write a text at the left margin, all its runs on one baseline."""
    x, baseline = float(_LEFT), y + fonts(name, size)[0].getmetrics()[0]
    for run, font in runs(text, name, size):
        draw.text((x, baseline), run, font=font, fill=shade, anchor="ls")
        x += font.getlength(run)


def _png(image: Image.Image) -> bytes:
    step = 255 / (_SHADES - 1)
    shades = image.point([round(value / step) for value in range(256)])
    shades.putpalette([_mixed(place, channel) for place in range(_SHADES) for channel in range(3)])
    written = BytesIO()
    shades.save(written, "PNG", optimize=True, bits=4)
    return written.getvalue()


def _mixed(place: int, channel: int) -> int:
    share = place / (_SHADES - 1)
    return round(PAPER[channel] + (INK[channel] - PAPER[channel]) * share)
