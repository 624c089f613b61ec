"""Carry letters over one open connection, and know at each moment what the server can have.

Where the server offers PIPELINING (RFC 2920), one write carries the content of a letter, its
final dot, and the next letter's MAIL, RCPT and DATA, so that a letter costs one round trip:

    →  MAIL₁ RCPT₁ DATA₁
    ←  250   250   354
    →  content₁ .  MAIL₂ RCPT₂ DATA₂
    ←  250         250   250   354
    →  content₂ .  MAIL₃ …

Answers come in the order of the commands and are counted off one by one. The rule that keeps
every interleaving safe: *the content of a letter is written only after its own recipient was
taken and its own 354 was read*, and a group always ends with DATA or with the end of a
content, so at that moment nothing else may be unread. If something is, the count is off, and
the connection is given up before a single byte of the letter.

What may come, and what follows from it:

1.  MAIL, RCPT, DATA all yes: the content goes, with the next letter's envelope behind it.
2.  RCPT no, DATA 354 (the server waits for a content although nobody is to get it): a lone
    dot. Nobody receives anything, whatever the answer to the dot is.
3.  RCPT no, DATA no (503, 554): no content and no dot; RSET, because the sender still stands
    and the next MAIL would be refused for it ("503 sender already specified").
4.  MAIL no: then RCPT and DATA are refused as well, as in 3. Or, oddly, 354: as in 2.
5.  DATA no, though the recipient was taken: that is the letter's outcome; RSET.
6.  Each time the next envelope rides behind the dot or the RSET, and its answers are read
    after theirs: a refused letter never touches the next.
7.  421, a hang-up, silence or nonsense before the content: nothing has left. A letter that
    was already refused is settled; any other is given back for another connection. It is to
    blame, and has a limited number of tries, only if it was the first on this connection:
    later ones suffer from what the connection had carried, such as a limit of mails.
8.  "No more mails here" (MAIL 4xx after some were taken, RCPT 452 4.5.3): as in 7.
9.  The write of a content breaks before its dot: a server keeps nothing without the dot, so
    the letter is given back, unless the server's last words are a refusal of it.
10. It breaks from the dot on, or the answer to the dot never comes or is no answer: the
    letter is *unknown*. Its follower, whose envelope was behind the dot, had no content
    written, so it is given back without blame.
11. The answer to the dot is 4xx, 5xx, 421: surely not taken, so refused or deferred.
12. The answer to the dot is read, then the connection dies: the letter keeps its answer, and
    the follower is given back.
13. A server that says PIPELINING but loses what came behind the dot falls silent, one that
    answers out of step says nonsense: 7 or 10, and the lane then speaks step by step.

Without PIPELINING the same steps are said one at a time, and nothing rides behind the dot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mail import outcome as outcomes
from mail.outcome import Outcome, Stage
from mail.smtp.connection import Broken, Connection, Reply
from mail.smtp.queue import Letter, Mailbag

_END: Final = b".\r\n"
_RESET: Final = b"RSET\r\n"
_STAGES: Final[tuple[Stage, ...]] = ("sender", "recipient", "content")

# What nearly always comes: a shortcut past reading it one by one, worth a fifth of a mail's cost.
_ALL_YES: Final = re.compile(rb"(?:2\d\d [^\r\n]*\r\n){2}354 [^\r\n]*\r\n")

_SHUTTING_DOWN: Final = 421
_OUT_OF_SEQUENCE: Final = 503
_TOO_BIG: Final = 552


class Dialogue:
    """What is said about the letters of one burst over one connection."""

    def __init__(
        self, connection: Connection, bag: Mailbag, *, sender: str, most: int, chained: bool
    ) -> None:
        """
        Args:
            sender: the bare address for MAIL.
            most: how many letters this connection carries in its life.
            chained: write the next envelope behind a letter's end.
        """
        self._connection = connection
        self._bag = bag
        self._sender = sender
        self._most = most
        self._chained = chained
        self._next: Letter | None = None  # of its content, nothing has been written
        self._in_doubt: Letter | None = None  # its dot may be out, its answer is not in

    def run(self) -> Iterator[None]:
        """Carry letters until none is left, the connection has had its fill, or it breaks.

        Yields whenever there is nothing to do until the server answers. Whoever has something
        else to do may do it then; going on waits for the answer.

        Raises:
            Broken: every letter has been settled or given back all the same.
        """
        try:
            self._next = self._take()
            if self._next and self._chained:
                self._connection.write(self._envelope(self._next))
            while self._next or self._in_doubt:
                if (self._chained or self._in_doubt) and not self._connection.has_unread:
                    yield
                if self._in_doubt:
                    self._conclude(self._in_doubt)
                if self._next:
                    self._carry(self._next)
        except Broken as broken:
            self._account(broken)
            raise

    def _take(self) -> Letter | None:
        """The next letter that this server can take, by what it said of sizes."""
        largest = self._connection.largest
        while self._connection.settled + bool(self._next) < self._most:
            letter = self._bag.take()
            if letter is None or not largest or len(letter.content) <= largest:
                return letter
            error = f"{len(letter.content)} bytes, and the server takes no more than {largest}"
            self._bag.settle(letter, Outcome("refused", error=error))
        return None

    def _carry(self, letter: Letter) -> None:
        wants_content, refused = self._ask(letter)
        if refused:
            self._end(_END if wants_content else _RESET)
        else:
            self._hand_over(letter)

    # ── the envelope ─────────────────────────────────────────────────────────

    def _envelope(self, letter: Letter) -> bytes:
        """MAIL, RCPT and DATA, a line each."""
        size = f" SIZE={len(letter.content)}" if self._connection.wants_size else ""
        return (f"MAIL FROM:<{self._sender}>{size}\r\nRCPT TO:<{letter.to}>\r\nDATA\r\n").encode()

    def _ask(self, letter: Letter) -> tuple[bool, bool]:
        """MAIL, RCPT, DATA: whether the server waits for content, and whether it refused.

        Settles the letter at the first no, so that nothing later can change it.
        """
        if self._chained and self._connection.has_read(_ALL_YES):
            self._expect_no_more()
            return True, False
        refused = False
        reply = Reply(0, b"")
        said = () if self._chained else self._envelope(letter).splitlines(keepends=True)
        for step, stage in enumerate(_STAGES):
            if said:
                self._connection.write(said[step])
            reply = self._hear()
            if not _is_yes(stage, reply):
                if not refused:
                    self._refuse(letter, stage, reply)
                refused = True
                if not self._chained:
                    break
        self._expect_no_more()
        return reply.code == 354, refused

    def _refuse(self, letter: Letter, stage: Stage, reply: Reply) -> None:
        """Settle the letter, unless the no was not meant for it."""
        if _is_odd(stage, reply, self._connection):
            raise Broken(f"out of step: {reply}", is_odd=True)
        if _is_fill(stage, reply) and self._connection.accepted:
            raise Broken(f"no more mails on this connection: {reply}")
        self._settle(letter, outcomes.of_reply(stage, reply.code, reply.text))
        self._next = None

    # ── the end ──────────────────────────────────────────────────────────────

    def _hand_over(self, letter: Letter) -> None:
        """Write the content and its dot; from then on the letter is in doubt."""
        self._next, self._in_doubt = self._take(), letter
        self._connection.write(letter.content, _END + self._behind())
        self._bag.prepare()

    def _conclude(self, letter: Letter) -> None:
        """Read what became of the content."""
        reply = self._connection.read()
        if reply.code >= 400:
            outcome = outcomes.of_reply("content", reply.code, reply.text)
        elif reply.code < 300:
            text = reply.text.decode(errors="replace")
            outcome = Outcome("accepted", provider_id=text[:200])
            self._connection.accepted += 1
        else:
            raise Broken(f"out of step: {reply}", is_odd=True)
        self._in_doubt = None
        if reply.code == _SHUTTING_DOWN:
            # Does not count as carried: whom a server sends away twice stays away for a while.
            self._bag.settle(letter, outcome)
            raise Broken(str(reply))
        self._settle(letter, outcome)

    def _end(self, command: bytes) -> None:
        """End a transaction without a letter: a lone dot, or RSET."""
        self._next = self._take()
        self._connection.write(command + self._behind())
        reply = self._hear()
        if command == _RESET and reply.code >= 300:
            raise Broken(f"out of step: {reply}", is_odd=True)

    def _behind(self) -> bytes:
        return self._envelope(self._next) if self._next and self._chained else b""

    # ── what came of it ──────────────────────────────────────────────────────

    def _hear(self) -> Reply:
        reply = self._connection.read()
        if reply.code == _SHUTTING_DOWN:
            raise Broken(str(reply))
        return reply

    def _expect_no_more(self) -> None:
        if self._connection.has_unread:
            raise Broken("the server said more than it was asked", is_odd=True)

    def _settle(self, letter: Letter, outcome: Outcome) -> None:
        self._connection.settled += 1
        self._bag.settle(letter, outcome)

    def _account(self, broken: Broken) -> None:
        """The connection broke: say of the letters in hand what is certain, and no more."""
        follows = self._in_doubt is not None
        if self._in_doubt:
            self._account_for_content(self._in_doubt, broken)
        if self._next:
            is_first = not follows and not self._connection.settled
            self._bag.give_back(self._next, str(broken), blamed=is_first)

    def _account_for_content(self, letter: Letter, broken: Broken) -> None:
        dot_is_in = broken.reached is not None and broken.reached <= len(letter.content)
        last = self._connection.last_words() if dot_is_in else None
        if not dot_is_in or (last and last.code < 400):
            self._bag.settle(letter, Outcome("unknown", error=str(broken)))
        elif last and last.code != _SHUTTING_DOWN:
            self._settle(letter, outcomes.of_reply("content", last.code, last.text))
        else:
            self._bag.give_back(letter, str(broken), blamed=not self._connection.settled)


def _is_yes(stage: Stage, reply: Reply) -> bool:
    """Whether it is the answer that lets the letter go on.

    Raises:
        Broken: it is neither yes nor no at this stage, so it answers something else.
    """
    if reply.code >= 400:
        return False
    if (reply.code == 354) != (stage == "content") or 300 <= reply.code != 354:
        raise Broken(f"out of step: {reply}", is_odd=True)
    return True


def _is_odd(stage: Stage, reply: Reply, connection: Connection) -> bool:
    """A "bad sequence" where our sequence was good.

    To the first MAIL it is meant: so some servers say that they want a login.
    """
    if reply.code != _OUT_OF_SEQUENCE:
        return False
    return stage == "content" or (stage == "sender" and connection.settled > 0)


def _is_fill(stage: Stage, reply: Reply) -> bool:
    """The words of a server that wants another connection for more mail."""
    if stage == "sender":
        return reply.code < 500
    return stage == "recipient" and reply.code == 452 and b"4.5.3" in reply.text
