"""The places of a rendered mail that are filled later: its tokens, its papers, their ranks.

Text from outside cannot make such a place. A template gets a long random word for each slot, chosen
for this rendering, so no text can contain it. What it gives is cut at these words, and only the
pieces between them are text. In what is stored, a slot is one character of Unicode's private use
area, and the pieces are rid of all those. In memory a slot is an object of its own among texts, and
a value that is filled in is never searched for slots.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import Enum
from secrets import token_hex
from typing import Final


class Slot(Enum):
    """A place to fill. Its value is the character that stands for it in a stored text."""

    PAPERS = "\ue001"
    PREHEADER = "\ue002"
    RANK = "\ue003"
    WHY = "\ue004"
    TO = "\ue005"
    MESSAGE_ID = "\ue006"
    DATE = "\ue007"
    READ = "\ue008"
    UNSUBSCRIBE = "\ue009"
    PREFERENCES = "\ue00a"
    FEEDBACK = "\ue00b"
    SUMMARY_START = "\ue00c"  # around what the text part says of a paper; nothing fills it
    SUMMARY_END = "\ue00d"
    NOTE = "\ue00e"  # of the curators, while the text part is made


TextPieces = Sequence[str | Slot]
BytePieces = Sequence[bytes | Slot]

_OLD_TOKEN: Final = "\ue000"  # noqa: S105 (one slot for all links of a mail, until renderer 2)
_BY_CHARACTER: Final = {slot.value: slot for slot in Slot}
_BY_BYTES: Final = {slot.value.encode(): slot for slot in Slot}
_CHARACTERS: Final = re.compile(f"([{''.join(_BY_CHARACTER)}])")
_BYTES: Final = re.compile(b"(%b)" % b"|".join(_BY_BYTES))
_NO_TEXT: Final = re.compile("[\x00\ue000-\uf8ff]")
_OLD_PAPER_LINK: Final = re.compile(rf"/r/{_OLD_TOKEN}/(\d+)(?!\d)")
_OLD_LINK: Final = re.compile(rf"([^\s\"'<>]*)/([upd])/{_OLD_TOKEN}(?![^\s\"'<>])")
_SLOT_OF_PATH: Final = {"u": Slot.UNSUBSCRIBE, "p": Slot.PREFERENCES, "d": Slot.READ}


class Marks:
    """The words that stand for the slots in one rendering: letters and digits, 128 random bits."""

    def __init__(self) -> None:
        self._words = {slot: f"slot{token_hex(16)}" for slot in Slot}
        self._slots = {word: slot for slot, word in self._words.items()}
        self._pattern = re.compile(f"({'|'.join(self._slots)})")

    def __getitem__(self, slot: Slot) -> str:
        return self._words[slot]

    def stored(self, rendered: str) -> str:
        """A rendered text as it is stored: one character for each slot, and nowhere else."""
        parts = self._pattern.split(rendered)
        slots = [self._slots[word].value for word in parts[1::2]]
        texts = [without_private_use(text) for text in parts[::2]]
        return "".join(piece for pair in zip(texts, [*slots, ""], strict=True) for piece in pair)


def without_private_use(text: str) -> str:
    """The text without characters of private use, and without NUL, which PostgreSQL refuses."""
    return text if text.isprintable() else _NO_TEXT.sub("", text)


def pieces(stored: str) -> TextPieces:
    """A stored text as texts and slots, in turn."""
    return [_BY_CHARACTER.get(piece, piece) for piece in _CHARACTERS.split(stored)]


def encoded_pieces(encoded: bytes) -> BytePieces:
    """The same after transfer encoding, which gives no byte of a slot for any other character."""
    return [_BY_BYTES.get(piece, piece) for piece in _BYTES.split(encoded)]


def upgraded_fragment(stored: str, numbers: Collection[int]) -> str:
    """A paper's part that the first renderer stored, with the slots of today.

    At that time text could bring slots of its own, an author's name for instance. So there must be
    one link for each of these numbers, as there were always, and no other slot of a token.

    Raises:
        ValueError: there is another one; a stranger's link would get the token of each reader.
    """
    if _OLD_TOKEN not in stored:
        return stored
    found = sorted(int(number) for number in _OLD_PAPER_LINK.findall(stored))
    if found != sorted(numbers) or stored.count(_OLD_TOKEN) != len(found):
        raise ValueError("a slot for a token stands outside of our own links")
    return stored.replace(_OLD_TOKEN, Slot.READ.value)


def upgraded_layout(stored: str) -> str:
    """The mail around the papers that the first renderer stored, with the slots of today.

    The last link to unsubscribe is our own; slots that stand in links to another site are removed.
    """
    if _OLD_TOKEN not in stored:
        return stored
    sites = [site for site, path in _OLD_LINK.findall(stored) if path == "u"]

    def upgraded(found: re.Match[str]) -> str:
        if found[1] != sites[-1]:
            return f"{found[1]}/{found[2]}/"
        return f"{found[1]}/{found[2]}/{_SLOT_OF_PATH[found[2]].value}"

    return (_OLD_LINK.sub(upgraded, stored) if sites else stored).replace(_OLD_TOKEN, "")
