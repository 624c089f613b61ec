"""Child processes of `make run`: each in its own session, restarted when it ends, all stopped."""

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

# In the environment of every child: a later start finds by it what a killed run left running.
MARK = "TRENDING_PAPERS_RUN"
_RESTART_PAUSE = 2.0


@dataclass
class Child:
    """One long-running program, in a session of its own: Ctrl-C reaches only its parent."""

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
                # On Linux the kernel ends it when its parent is killed with SIGKILL.
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),  # noqa: PLW1509 (one thread)
            )

    @property
    def pid(self) -> int | None:
        """Of the process that was started last, running or not."""
        return None if self._process is None else self._process.pid

    @property
    def exit_status(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def restart_if_dead(self) -> bool:
        """Start it again if it ended, at most every 2 s; True when it was started."""
        if self.exit_status is None or time.monotonic() - self._started < _RESTART_PAUSE:
            return False
        self.start()
        return True

    def terminate(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait until the deadline (monotonic), then kill what is left of its session."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def log_tail(self, lines: int = 5) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def stop(children: Sequence[Child], seconds: float) -> None:
    """Send SIGTERM to all at once, and kill those that still run after so many seconds."""
    deadline = time.monotonic() + seconds
    for child in children:
        child.terminate()
    for child in children:
        child.wait(deadline)


def end_leftovers(mark: str, seconds: float = 10.0) -> int:
    """End the processes that a killed run with this mark left running; returns how many."""
    found = [process for process in psutil.process_iter() if _has_mark(process, mark)]
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, still_running = psutil.wait_procs(found, timeout=seconds)
    for process in still_running:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return len(found)


def _has_mark(process: psutil.Process, mark: str) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False  # another user's process, or one that has just ended
