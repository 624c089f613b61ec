"""Child processes of `make run`: started apart, restarted when dead, stopped without orphans."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from local.servers import die_with_parent

# Set for every child, so that a later start can find what a killed one left behind.
MARK = "TRENDING_PAPERS_RUN"
_RESTART_PAUSE = 2.0


@dataclass
class Child:
    """One long-running program, in a session of its own so that Ctrl-C reaches only us."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _started: float = 0.0

    def start(self) -> None:
        self._started = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(self.command),
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # On Linux the kernel ends it should we be killed -9.
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),  # noqa: PLW1509 (one thread)
            )

    @property
    def pid(self) -> int | None:
        """Of the process that was started last, whether or not it still runs."""
        return None if self._process is None else self._process.pid

    @property
    def exit_status(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def restart_if_dead(self) -> bool:
        """Start it again, unless it has only just been started; True when it had died."""
        if self.exit_status is None or time.monotonic() - self._started < _RESTART_PAUSE:
            return False
        self.start()
        return True

    def terminate(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait until the deadline (monotonic), then end what is left of its whole session."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def last_words(self, lines: int = 5) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def stop(children: Sequence[Child], seconds: float) -> None:
    """Ask all of them to stop at once, and give them that long together."""
    deadline = time.monotonic() + seconds
    for child in children:
        child.terminate()
    for child in children:
        child.wait(deadline)


def end_leftovers(mark: str, seconds: float = 10.0) -> int:
    """End what an earlier run with this mark left behind when it was killed; how many."""
    left = [process for process in psutil.process_iter() if _has_mark(process, mark)]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=seconds)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return len(left)


def _has_mark(process: psutil.Process, mark: str) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False  # someone else's process, or one that has just ended
