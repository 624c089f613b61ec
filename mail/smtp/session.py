"""Send messages over one open connection, with a record of what the server can have of each.

Where the server offers PIPELINING (RFC 2920), one write contains the content of a message, its
final dot, and the MAIL, RCPT and DATA of the next message, so a message costs one round trip:

    →  MAIL₁ RCPT₁ DATA₁
    ←  250   250   354
    →  content₁ .  MAIL₂ RCPT₂ DATA₂
    ←  250         250   250   354
    →  content₂ .  MAIL₃ …

Replies come in the order of the commands and are counted one by one. The rule that makes every
interleaving safe: *the content of a message is written only after its own recipient was accepted
and its own 354 was read*, and a group always ends with DATA or with the end of a content, so at
that moment no other reply may be unread. If one is, the count is wrong, and the connection is
given up before a single byte of the content is written.

What may come, and what follows from it:

1.  MAIL, RCPT, DATA are all accepted: the content follows, with the next envelope behind it.
2.  RCPT refused, DATA 354 (the server waits for a content although it has no recipient): a lone
    dot. No mailbox receives anything, whatever the reply to the dot is.
3.  RCPT refused, DATA refused (503, 554): no content and no dot; RSET, because the sender is
    still set and the next MAIL would be refused for it ("503 sender already specified").
4.  MAIL refused: then RCPT and DATA are refused as well, as in 3. Or, against the standard, 354:
    as in 2.
5.  DATA refused, though the recipient was accepted: that is the message's outcome; RSET.
6.  Each time the next envelope is written behind the dot or the RSET, and its replies are read
    after theirs: a refused message never touches the next.
7.  421, a closed connection, silence or an invalid reply before the content: nothing has left. A
    message that was already refused is finished; any other is requeued for another connection.
    It is suspect, and has a limited number of tries, only if it was the first on this
    connection: later ones are affected by what came before, such as a limit of messages.
8.  "No more messages here" (MAIL 4xx after some were accepted, RCPT 452 4.5.3): as in 7.
9.  The write of a content breaks before its dot: a server keeps nothing without the dot, so the
    message is requeued, unless the server's last reply refuses it.
10. The write breaks from the dot on, or the reply to the dot never comes or is invalid: the
    outcome is *unknown*. Of the next message, whose envelope was behind the dot, no content was
    written, so it is requeued and is not suspect.
11. The reply to the dot is 4xx, 5xx, 421: surely not accepted, so refused or deferred.
12. The reply to the dot is read, then the connection breaks: the message keeps its outcome, and
    the next one is requeued.
13. A server that offers PIPELINING but loses what came behind the dot becomes silent, one that
    replies out of step sends invalid replies: 7 or 10, and the worker then goes step by step.

Without PIPELINING the same steps are taken one at a time, and nothing is written behind the dot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mail import outcome as outcomes
from mail.outcome import Outcome, Stage
from mail.smtp.connection import Connection, ConnectionBroken, Reply
from mail.smtp.queue import OutgoingMessage, OutgoingQueue

_END: Final = b".\r\n"
_RESET: Final = b"RSET\r\n"
_STAGES: Final[tuple[Stage, ...]] = ("sender", "recipient", "content")

# The usual replies: a shortcut past reading them one by one, worth a fifth of a message's cost.
_ALL_ACCEPTED: Final = re.compile(rb"(?:2\d\d [^\r\n]*\r\n){2}354 [^\r\n]*\r\n")

_SHUTTING_DOWN: Final = 421
_OUT_OF_SEQUENCE: Final = 503


class SmtpSession:
    """Commands and replies for the messages of one queue over one connection."""

    def __init__(
        self,
        connection: Connection,
        queue: OutgoingQueue,
        *,
        sender: str,
        max_messages: int,
        is_pipelined: bool,
    ) -> None:
        """
        Args:
            sender: the bare address for MAIL of messages without a return path of their own.
            max_messages: how many messages this connection transmits in its life.
            is_pipelined: write the next envelope behind a message's end.
        """
        self._connection = connection
        self._queue = queue
        self._sender = sender
        self._max_messages = max_messages
        self._is_pipelined = is_pipelined
        self._next: OutgoingMessage | None = None  # of its content, nothing has been written
        self._in_doubt: OutgoingMessage | None = None  # its dot may be out, the reply is not read

    def run(self) -> Iterator[None]:
        """Send messages until none is left, the connection has reached its limit, or it breaks.

        Yields when nothing can be done until the server replies. The caller may do other work
        then; the next step waits for the reply.

        Raises:
            ConnectionBroken: every message has been finished or requeued all the same.
        """
        try:
            self._next = self._take()
            if self._next and self._is_pipelined:
                self._connection.write(self._envelope(self._next))
            while self._next or self._in_doubt:
                if (self._is_pipelined or self._in_doubt) and not self._connection.has_unread:
                    yield
                if self._in_doubt:
                    self._read_final_reply(self._in_doubt)
                if self._next:
                    self._send(self._next)
        except ConnectionBroken as broken:
            self._resolve_after_break(broken)
            raise

    def _take(self) -> OutgoingMessage | None:
        """The next message that this server accepts, by the size limit that it declared."""
        limit = self._connection.size_limit
        while self._connection.finished + bool(self._next) < self._max_messages:
            message = self._queue.take()
            if message is None or not limit or len(message.content) <= limit:
                return message
            error = f"{len(message.content)} bytes, and the server takes no more than {limit}"
            self._queue.finish(message, Outcome("refused", error=error))
        return None

    def _send(self, message: OutgoingMessage) -> None:
        expects_content, is_refused = self._read_envelope_replies(message)
        if is_refused:
            self._end_transaction(_END if expects_content else _RESET)
        else:
            self._write_content(message)

    # ── the envelope ─────────────────────────────────────────────────────────

    def _envelope(self, message: OutgoingMessage) -> bytes:
        """MAIL, RCPT and DATA, a line each."""
        size = f" SIZE={len(message.content)}" if self._connection.offers_size else ""
        sender = message.return_path or self._sender
        return (f"MAIL FROM:<{sender}>{size}\r\nRCPT TO:<{message.to}>\r\nDATA\r\n").encode()

    def _read_envelope_replies(self, message: OutgoingMessage) -> tuple[bool, bool]:
        """MAIL, RCPT, DATA: whether the server expects the content, and whether it refused.

        Finishes the message at the first refusal, so that nothing later can change its outcome.
        """
        if self._is_pipelined and self._connection.has_read(_ALL_ACCEPTED):
            self._expect_no_unread()
            return True, False
        is_refused = False
        reply = Reply(0, b"")
        unwritten = () if self._is_pipelined else self._envelope(message).splitlines(keepends=True)
        for step, stage in enumerate(_STAGES):
            if unwritten:
                self._connection.write(unwritten[step])
            reply = self._read()
            if not _is_accepted(stage, reply):
                if not is_refused:
                    self._refuse(message, stage, reply)
                is_refused = True
                if not self._is_pipelined:
                    break
        self._expect_no_unread()
        return reply.code == 354, is_refused

    def _refuse(self, message: OutgoingMessage, stage: Stage, reply: Reply) -> None:
        """Finish the message, unless the refusal is about the connection."""
        if _is_out_of_step(stage, reply, self._connection):
            raise ConnectionBroken(f"out of step: {reply}", is_protocol_error=True)
        if _is_message_limit(stage, reply) and self._connection.accepted:
            raise ConnectionBroken(f"no more mails on this connection: {reply}")
        self._finish(message, outcomes.of_reply(stage, reply.code, reply.text))
        self._next = None

    # ── the content ──────────────────────────────────────────────────────────

    def _write_content(self, message: OutgoingMessage) -> None:
        """Write the content and its dot; from then on the message is in doubt."""
        self._next, self._in_doubt = self._take(), message
        self._queue.begin(message)
        self._connection.write(message.content, _END + self._pipelined_envelope())
        self._queue.encode_next()

    def _read_final_reply(self, message: OutgoingMessage) -> None:
        """Read the reply to the content."""
        reply = self._connection.read()
        if reply.code >= 400:
            outcome = outcomes.of_reply("content", reply.code, reply.text)
        elif reply.code < 300:
            text = reply.text.decode(errors="replace")
            outcome = Outcome("accepted", provider_id=text[:200])
            self._connection.accepted += 1
        else:
            raise ConnectionBroken(f"out of step: {reply}", is_protocol_error=True)
        self._in_doubt = None
        if reply.code == _SHUTTING_DOWN:
            # Does not count as transmitted: a worker that gets two of these in a row stops.
            self._queue.finish(message, outcome)
            raise ConnectionBroken(str(reply))
        self._finish(message, outcome)

    def _end_transaction(self, command: bytes) -> None:
        """End a transaction without a message: a lone dot, or RSET."""
        self._next = self._take()
        self._connection.write(command + self._pipelined_envelope())
        reply = self._read()
        if command == _RESET and reply.code >= 300:
            raise ConnectionBroken(f"out of step: {reply}", is_protocol_error=True)

    def _pipelined_envelope(self) -> bytes:
        return self._envelope(self._next) if self._next and self._is_pipelined else b""

    # ── replies and outcomes ─────────────────────────────────────────────────

    def _read(self) -> Reply:
        reply = self._connection.read()
        if reply.code == _SHUTTING_DOWN:
            raise ConnectionBroken(str(reply))
        return reply

    def _expect_no_unread(self) -> None:
        if self._connection.has_unread:
            raise ConnectionBroken(
                "the server sent more replies than commands", is_protocol_error=True
            )

    def _finish(self, message: OutgoingMessage, outcome: Outcome) -> None:
        self._connection.finished += 1
        self._queue.finish(message, outcome)

    def _resolve_after_break(self, broken: ConnectionBroken) -> None:
        """The connection broke: finish or requeue both messages by what is certain of each."""
        has_message_before = self._in_doubt is not None
        if self._in_doubt:
            self._resolve_in_doubt(self._in_doubt, broken)
        if self._next:
            is_first = not has_message_before and not self._connection.finished
            self._queue.requeue(self._next, str(broken), is_suspect=is_first)

    def _resolve_in_doubt(self, message: OutgoingMessage, broken: ConnectionBroken) -> None:
        has_no_dot = broken.written is not None and broken.written <= len(message.content)
        last = self._connection.last_reply() if has_no_dot else None
        if not has_no_dot or (last and last.code < 400):
            self._queue.finish(message, Outcome("unknown", error=str(broken)))
        elif last and last.code != _SHUTTING_DOWN:
            self._finish(message, outcomes.of_reply("content", last.code, last.text))
        else:
            is_first = not self._connection.finished
            self._queue.requeue(message, str(broken), is_suspect=is_first)


def _is_accepted(stage: Stage, reply: Reply) -> bool:
    """Whether the message may go on after this reply.

    Raises:
        ConnectionBroken: no reply that is possible at this stage, so it belongs to another command.
    """
    if reply.code >= 400:
        return False
    if (reply.code == 354) != (stage == "content") or 300 <= reply.code != 354:
        raise ConnectionBroken(f"out of step: {reply}", is_protocol_error=True)
    return True


def _is_out_of_step(stage: Stage, reply: Reply, connection: Connection) -> bool:
    """A "bad sequence" where our sequence was good.

    As a reply to the first MAIL it is no error: some servers require a login in this way.
    """
    if reply.code != _OUT_OF_SEQUENCE:
        return False
    return stage == "content" or (stage == "sender" and connection.finished > 0)


def _is_message_limit(stage: Stage, reply: Reply) -> bool:
    """The reply of a server that requires another connection for more messages."""
    if stage == "sender":
        return reply.code < 500
    return stage == "recipient" and reply.code == 452 and b"4.5.3" in reply.text
