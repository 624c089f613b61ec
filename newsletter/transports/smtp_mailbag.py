"""The letters of one burst: which still have to go, and what became of the others.

Several connections take from it at once, each in a thread of its own. What they share is a
deque and a list, whose single steps are atomic.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final
from weakref import WeakSet

import numpy as np

from newsletter.render import Digest, Sheet
from subscribers.outcomes import Outcome

MOST_TRIES: Final = 3
# What may stand between the angle brackets of RCPT: no space, no bracket, no line end.
_ADDRESS: Final = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_PLAIN_SHEETS: Final[WeakSet[Sheet]] = WeakSet()
_LINE_FEED, _DOT = ord("\n"), ord(".")


@dataclass(slots=True, eq=False)
class Letter:
    """One mail on its way: its place in the burst, and what goes over the wire."""

    place: int
    to: str
    content: bytes
    tries: int = 0  # connections that broke on it before they had carried anything


class Burst:
    """Letters to take, to settle, or to give back. A letter is settled once."""

    def __init__(self, digests: Sequence[Digest], until: float) -> None:
        """`until`: the moment (`time.monotonic`) after which no letter is begun."""
        self._digests = digests
        self._until = until
        self._outcomes: list[Outcome | None] = [None] * len(digests)
        self._waiting: deque[int | Letter] = deque(range(len(digests)))
        self._trouble = Outcome("deferred", error="the server was too slow for the whole burst")

    @property
    def is_waiting(self) -> bool:
        """There are letters to begin, and there is time."""
        return bool(self._waiting) and monotonic() < self._until

    def take(self) -> Letter | None:
        """The next letter to send; it must be settled or given back."""
        while self.is_waiting:
            try:
                waiting = self._waiting.popleft()
            except IndexError:  # another connection took the last one
                return None
            letter = waiting if isinstance(waiting, Letter) else self._letter(waiting)
            if letter:
                return letter
        return None

    def prepare(self) -> None:
        """Set the next letter while the server is at work on the last one."""
        if letter := self.take():
            self._waiting.appendleft(letter)

    def _letter(self, place: int) -> Letter | None:
        """The letter, or nothing when it can never be one; then that is settled."""
        digest = self._digests[place]
        if not _ADDRESS.fullmatch(digest.to):
            error = "not an address that SMTP can carry"
            self._outcomes[place] = Outcome("refused", error=error)
            return None
        try:
            content = digest.as_bytes()
        except (ValueError, UnicodeError) as error:  # a header that cannot be
            self._outcomes[place] = Outcome("refused", error=f"{type(error).__name__}: {error}")
            return None
        return Letter(place, digest.to, _safe(content, digest.sheet))

    def settle(self, letter: Letter, outcome: Outcome) -> None:
        """What became of the letter, for good."""
        self._outcomes[letter.place] = outcome

    def give_back(self, letter: Letter, why: str, *, blamed: bool) -> None:
        """Nothing of the letter has left: another connection may have it.

        One that is blamed goes behind the others, and is deferred after its last try.
        """
        self._trouble = Outcome("deferred", error=why[:500])
        if not blamed:
            self._waiting.appendleft(letter)
            return
        letter.tries += 1
        if letter.tries >= MOST_TRIES:
            self.settle(letter, self._trouble)
        else:
            self._waiting.append(letter)

    def stop(self) -> None:
        """Begin no other letter."""
        self._until = 0.0

    def trouble(self, outcome: Outcome) -> None:
        """Why no connection could be opened: the outcome of the letters that are left over."""
        self._trouble = outcome

    def outcomes(self) -> list[Outcome]:
        """One for each digest, in the burst's order, once no connection is at work on it."""
        while self._waiting:
            waiting = self._waiting.popleft()
            place = waiting.place if isinstance(waiting, Letter) else waiting
            self._outcomes[place] = self._trouble
        lost = Outcome("unknown", error="the connection was lost track of")
        return [outcome or lost for outcome in self._outcomes]


def _safe(content: bytes, sheet: Sheet) -> bytes:
    """The content as SMTP carries it. Mails of one sheet have the same lines: one is looked at."""
    if sheet in _PLAIN_SHEETS:
        return content
    safe = stuffed(content)
    if safe is content:
        _PLAIN_SHEETS.add(sheet)
    return safe


def stuffed(content: bytes) -> bytes:
    """The content with a dot before each leading dot, ending in CRLF (RFC 5321, 4.5.2).

    Digests have no such line. Should one have, a dot would be lost, or the mail be cut there
    and its rest be taken for commands. Looking costs numpy a fifth of what `replace` takes.
    """
    if content[:1] == b"." or _has_dotted_line(content):
        content = re.sub(rb"(?m)^\.", b"..", content)
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def _has_dotted_line(content: bytes) -> bool:
    signs = np.frombuffer(content, np.uint8)
    return bool(((signs[:-1] == _LINE_FEED) & (signs[1:] == _DOT)).any())
