"""The letters that one process has to carry: which still have to go, and what became of others.

Several connections take from it at once, perhaps each in a thread of its own. What they share
is a deque, a set and a list, whose single steps are atomic.
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

from mail.message import Message
from mail.outcome import Outcome

MOST_TRIES: Final = 3
# What may stand between the angle brackets of RCPT: no space, no bracket, no line end.
_ADDRESS: Final = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_CHECKED_BODIES: Final[WeakSet[object]] = WeakSet()
_LINE_FEED, _DOT = ord("\n"), ord(".")
_TOO_SLOW: Final = Outcome("deferred", error="the server was too slow for the whole burst")
_LOST: Final = Outcome("unknown", error="the connection was lost track of")


@dataclass(slots=True, eq=False)
class Letter:
    """One mail on its way."""

    digest: Message
    until: float  # the moment (`time.monotonic`) after which it is not begun
    content: bytes = b""  # what goes over the wire, once it is set
    tries: int = 0  # connections that broke on it before they had carried anything

    @property
    def to(self) -> str:
        return self.digest.to


class Mailbag:
    """Letters to take, to settle, or to give back. A letter is settled once."""

    def __init__(self) -> None:
        self._waiting: deque[Letter] = deque()
        self._open: set[Letter] = set()  # waiting, or in a connection's hands
        self._settled: list[tuple[Message, Outcome]] = []
        self._trouble = _TOO_SLOW
        self._is_stopped = False

    def add(self, digests: Sequence[Message], until: float) -> None:
        if not self._open:  # what troubled others before is no reason for these
            self._trouble = _TOO_SLOW
        letters = [Letter(digest, until) for digest in digests]
        self._open.update(letters)
        self._waiting.extend(letters)

    @property
    def is_waiting(self) -> bool:
        """There are letters to begin, and there is time."""
        try:
            return self._waiting[0].until > monotonic() and not self._is_stopped
        except IndexError:
            return False

    @property
    def waiting(self) -> int:
        """How many letters are to be begun."""
        return len(self._waiting)

    @property
    def unsettled(self) -> int:
        """How many letters have no outcome yet."""
        return len(self._open)

    def take(self) -> Letter | None:
        """The next letter to send; it must be settled or given back."""
        while self.is_waiting:
            try:
                letter = self._waiting.popleft()
            except IndexError:  # another connection took the last one
                return None
            if letter.content or self._set(letter):
                return letter
        return None

    def prepare(self) -> None:
        """Set the next letter while the server is at work on the last one."""
        if letter := self.take():
            self._waiting.appendleft(letter)

    def _set(self, letter: Letter) -> bool:
        """Make its content; False when it can never be a letter, and that is settled."""
        if not _ADDRESS.fullmatch(letter.to):
            self.settle(letter, Outcome("refused", error="not an address that SMTP can carry"))
            return False
        try:
            content = letter.digest.as_bytes()
        except (ValueError, UnicodeError) as error:  # a header that cannot be
            self.settle(letter, Outcome("refused", error=f"{type(error).__name__}: {error}"))
            return False
        letter.content = _safe(content, letter.digest.body)
        return True

    def settle(self, letter: Letter, outcome: Outcome) -> None:
        """What became of the letter, for good."""
        self._end(letter, outcome)

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
        """Begin no other letter, nor one that is given back."""
        self._is_stopped = True

    def trouble(self, outcome: Outcome) -> None:
        """Why no connection could be opened: the outcome of the letters that are left over."""
        self._trouble = outcome

    def give_up(self) -> None:
        """Settle what is left over, once no connection is at work on it."""
        while self._waiting:
            self._end(self._waiting.popleft(), self._trouble)
        for letter in list(self._open):
            self._end(letter, _LOST)

    def _end(self, letter: Letter, outcome: Outcome) -> None:
        if letter in self._open:
            self._open.discard(letter)
            self._settled.append((letter.digest, outcome))

    def settled(self) -> list[tuple[Message, Outcome]]:
        """What became of letters since this was asked last."""
        settled, self._settled = self._settled, []
        return settled


def _safe(content: bytes, body: object) -> bytes:
    """The content as SMTP carries it. Mails of one sheet have the same lines: one is looked at."""
    if body in _CHECKED_BODIES:
        return content
    safe = stuffed(content)
    if safe is content:
        _CHECKED_BODIES.add(body)
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
