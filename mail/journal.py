"""A file of what a sending process has begun to transmit and what was answered.

A process that is killed loses what it knows, and its whole burst would be in doubt. What it wrote
to a file survives it: the kernel holds that. So another process on the same machine can tell
three kinds of messages apart: answered, never begun, and begun without an answer, of which there
is at most one for each connection. Only the last kind is in doubt.

One file for each process, append-only, a line for each fact:

    {"owner": …}     under which claim this process sends
    = 4 5 6          these are about to be marked as sending
    > 4              the content of 4 is about to leave
    + 4 250 ok       4 was accepted, and the server's text
    < 4              4 was not accepted, or nothing of it has left
    ! 4 {…}          the final outcome of 4, another one than that it was accepted

The file is locked for as long as its process lives, so a lock that can be taken shows that the
process has ended. It proves nothing once the machine has started anew, because the last lines may
never have reached the disk: the name of the file contains the kernel's boot id.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
import uuid
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from django.conf import settings

from mail.outcome import Outcome

log = logging.getLogger(__name__)
_SUFFIX: Final = ".journal"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
# Files of another boot prove nothing; in a shared folder they may be those of another machine.
_KEEP_FOREIGN: Final = 7 * 86_400.0  # seconds


@dataclass(slots=True)
class Remains:
    """What the journal of a process that has ended says.

    owner: as it was given to `Journal.start`. planned: the messages that may be marked as sending.
    begun: those of which content may have left, without an answer. outcomes: those answered.
    """

    owner: str
    planned: set[int] = field(default_factory=set)
    begun: set[int] = field(default_factory=set)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def never_begun(self) -> set[int]:
        """Planned, and surely not sent."""
        return self.planned - self.begun - self.outcomes.keys()


class Journal:
    """The journal of this process. May be used by several threads at once.

    One that cannot be written is deleted and sending goes on without it: then a killed process
    leaves its whole burst in doubt.
    """

    def __init__(self, folder: Path | None) -> None:
        """`folder`: on a disk of this machine, or None: nothing is written."""
        self._folder = folder if folder and boot_id() else None
        self._owner = ""
        self._path: Path | None = None
        self._file: int | None = None
        self._lock = Lock()
        self._unwritten: list[str] = []
        self._has_lines = False

    def start(self, owner: str) -> None:
        """Begin anew, for messages that are sent under this claim.

        Lines that were never cleared are left to `remains_in`, as if this process had ended.
        """
        self._owner = owner
        if self._folder is None:
            return
        if self._has_lines or self._is_deleted:
            self._close()
        try:
            if self._file is None:
                self._create(self._folder)
            self._write(json.dumps({"owner": owner}) + "\n")
        except OSError as error:
            self._give_up(error)

    def plan(self, ids: Iterable[int]) -> None:
        """These messages are about to be marked as sending."""
        if self._is_deleted:  # what it said of the messages before is lost
            self.start(self._owner)
        self._append(f"= {' '.join(map(str, ids))}\n")

    def begin(self, reference: int) -> None:
        """The content of this message is about to leave. Written before this returns.

        Raises:
            OSError: the line cannot be written, nor the file be deleted: the message must not
                leave, because the file would say that it never did.
        """
        self._append(f"> {reference}\n")

    def revoke(self, reference: int) -> None:
        """Nothing of this message has left after all."""
        self._append(f"< {reference}\n")

    def finish(self, reference: int, outcome: Outcome) -> None:
        """What came of this message by itself. Written with the next line, or by `flush`.

        A refusal may be about the service, which only the whole burst shows (mail/run.py): until
        then, what was not accepted counts as not begun. It may be tried again.
        """
        if outcome.state == "accepted":
            text = " ".join(outcome.provider_id.split())
            self._add(f"+ {reference} {text}\n")
        elif outcome.state != "unknown":
            self._add(f"< {reference}\n")

    def answer(self, reference: int, outcome: Outcome) -> None:
        """The final outcome of this message. Written with the next line, or by `flush`."""
        self._add(f"! {reference} {json.dumps(asdict(outcome))}\n")

    def _add(self, line: str) -> None:
        if self._file is not None:
            with self._lock:
                self._unwritten.append(line)

    def flush(self) -> None:
        """Write what waits for the next line."""
        self._append("")

    def clear(self) -> None:
        """Forget all lines: every outcome is stored elsewhere."""
        if self._file is None:
            return
        with self._lock:
            self._unwritten = []
        try:
            os.ftruncate(self._file, 0)
            self._has_lines = False
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Delete the file of this process, if its lines have been cleared."""
        if self._path and not self._has_lines:
            self._path.unlink(missing_ok=True)
        self._close()

    # ── the file ─────────────────────────────────────────────────────────────

    @property
    def _is_deleted(self) -> bool:
        """Whether the file has lost its name, so that no other process would find it."""
        return self._file is not None and not os.fstat(self._file).st_nlink

    def _create(self, folder: Path) -> None:
        """Lock the file before it gets its name, or another process would read it as a left one."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{boot_id()}.{uuid.uuid4().hex}{_SUFFIX}"
        draft = path.with_suffix(".new")
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(draft, flags, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.rename(path)
        self._path = path

    def _append(self, line: str) -> None:
        # Within the lock: a thread that has given up closes the file, and its number may then be
        # that of a connection.
        with self._lock:
            if self._file is None:
                return
            text, self._unwritten = "".join(self._unwritten) + line, []
            if not text:
                return
            try:
                self._write(text)
            except OSError as error:
                self._give_up(error)

    def _write(self, text: str) -> None:
        assert self._file is not None  # noqa: S101 (for the type checker)
        content = text.encode(errors="replace")
        self._has_lines = True
        if os.write(self._file, content) != len(content):
            raise OSError("the disk is full")

    def _give_up(self, error: OSError) -> None:
        """Delete the file, whose lines no longer say everything.

        Raises:
            OSError: it can neither be emptied nor deleted.
        """
        log.warning("the journal of sending cannot be written: %s", error)
        try:
            if self._file is not None:
                os.ftruncate(self._file, 0)
        except OSError:
            if self._path:
                self._path.unlink()
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file, self._path, self._has_lines, self._unwritten = None, None, False, []


# For messages of which nothing is noted: each that was begun is in doubt after a kill.
NO_JOURNAL: Final = Journal(None)


@cache
def process_journal() -> Journal:
    """The journal of this process, in JOURNAL_DIR."""
    return Journal(Path(settings.JOURNAL_DIR) if settings.JOURNAL_DIR else None)


# ── what others left ─────────────────────────────────────────────────────────


def remains_in(folder: Path) -> Generator[Remains, None, None]:
    """What processes of this machine left that have ended. Each is deleted once it was used.

    The caller's error keeps it for the next attempt.
    """
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        if not path.name.startswith(f"{boot_id()}."):
            _delete_if_old(path)
            continue
        with _left(path) as text:
            if text is None:
                continue
            if remains := parse(text):
                yield remains
            _delete(path)


@contextmanager
def _left(path: Path) -> Iterator[str | None]:
    """The text of a journal whose process has ended, locked; None of any other file."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # another process was faster, or it is another user's
        yield None
        return
    try:
        yield _text_of(path) if _is_left(file) else None
    finally:
        os.close(file)


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None


def parse(text: str) -> Remains | None:
    """What the lines of a journal say; None of one without its first line. Pure.

    The last line counts only if it is complete: of one that is not, the write never ended, and
    what it announces had not begun.
    """
    complete, _, _ = text.rpartition("\n")
    first, *lines = complete.split("\n")
    try:
        remains = Remains(owner=json.loads(first)["owner"])
        for line in lines:
            _apply(line, remains)
    except (LookupError, TypeError, ValueError):
        return None  # an invalid line: nothing of this file can be relied on
    return remains


def _apply(line: str, remains: Remains) -> None:
    kind, _, rest = line.partition(" ")
    if kind == "=":
        remains.planned.update(map(int, rest.split()))
        return
    number, _, detail = rest.partition(" ")
    reference = int(number)
    remains.outcomes.pop(reference, None)
    remains.begun.discard(reference)
    if kind == ">":
        remains.begun.add(reference)
    elif kind == "+":
        remains.outcomes[reference] = Outcome("accepted", provider_id=detail)
    elif kind == "!":
        remains.outcomes[reference] = Outcome(**json.loads(detail))
    elif kind != "<":
        raise ValueError(line)


def _is_left(file: int) -> bool:
    """Whether no process holds the lock of this file any more; then this one does."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _delete_if_old(path: Path) -> None:
    with suppress(OSError):
        if path.stat().st_mtime < time.time() - _KEEP_FOREIGN:
            _delete(path)


def _delete(path: Path) -> None:
    """A file that stays is read again, which changes nothing; it must not stop the sending."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:  # a folder of another user, or one that is read-only now
        log.warning("a journal of sending cannot be deleted: %s", error)


@cache
def boot_id() -> str:
    """The id that the kernel has made at its start; empty where there is none (not Linux)."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""
