"""`smtp-sink` and `smtp-source` of Debian's postfix package; Postfix itself is never started.

apt-get install --no-install-recommends postfix, or apt-get download postfix, dpkg -x, and
POSTFIX=folder.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from typing import Final, cast

HOST: Final = "127.0.0.1"
SESSIONS: Final = 4
_MISSING: Final = "{} is missing: apt-get install --no-install-recommends postfix"


def program(name: str) -> str | None:
    """Where a program of the postfix package is, if anywhere."""
    folders = [os.environ.get("POSTFIX", "") + "/usr/sbin", "/usr/sbin"]
    return shutil.which(name, path=os.pathsep.join(folders)) or shutil.which(name)


def _required(name: str) -> str:
    return program(name) or sys.exit(_MISSING.format(name))


def _environ() -> dict[str, str]:
    return os.environ | {"LD_LIBRARY_PATH": os.environ.get("POSTFIX", "") + "/usr/lib/postfix"}


# ── smtp-sink ────────────────────────────────────────────────────────────────


@contextmanager
def sink() -> Iterator[int]:
    """An smtp-sink on a free port of this machine."""
    port = free_port()
    with subprocess.Popen(_sink_command(port), env=_environ()) as process:
        try:
            wait_for(lambda: listens(port), "smtp-sink")
            yield port
        finally:
            process.terminate()


class CountingSink:
    """An smtp-sink that tells of each mail. Only to see the first: the telling costs time."""

    def __init__(self, port: int, counters: BufferedReader) -> None:
        self.port = port
        self._counters = counters
        self._mails = 0
        self._waited_for = 0
        self._came = threading.Event()
        self._came_at = 0.0
        self._thread = threading.Thread(target=self._read, name="smtp-sink", daemon=True)
        self._thread.start()

    def expect(self) -> None:
        """The next mail is the one to wait for."""
        self._came.clear()
        self._waited_for = self._mails + 1

    def came_at(self, seconds: float) -> float:
        """When the expected mail was there, by `time.perf_counter`."""
        if not self._came.wait(seconds):
            sys.exit(f"no mail reached smtp-sink within {seconds:.0f} s")
        return self._came_at

    def _read(self) -> None:
        while told := self._counters.read1(65_536):
            now = time.perf_counter()
            self._mails = last_count(told, self._mails)
            if 0 < self._waited_for <= self._mails:
                self._came_at, self._waited_for = now, 0
                self._came.set()


def last_count(told: bytes, before: int) -> int:
    r"""The mails in the last whole "sess=1 quit=0 mesg=27\r"; `before` where none is whole."""
    counts = [part.rpartition(b"=")[2] for part in told.split(b"\r")[:-1]]
    return int(counts[-1]) if counts else before


@contextmanager
def counting_sink() -> Iterator[CountingSink]:
    port = free_port()
    command = _sink_command(port, "-c")
    with subprocess.Popen(command, env=_environ(), stdout=subprocess.PIPE) as process:
        try:
            wait_for(lambda: listens(port), "smtp-sink")
            assert process.stdout
            yield CountingSink(port, cast("BufferedReader", process.stdout))
        finally:
            process.terminate()


def _sink_command(port: int, *options: str) -> list[str]:
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    return [_required("smtp-sink"), *user, *options, f"{HOST}:{port}", "1000"]


# ── smtp-source ──────────────────────────────────────────────────────────────


def source(port: int, mails: int, size: int, sessions: int = SESSIONS) -> None:
    """Let smtp-source send so many mails of `size` bytes over open connections."""
    options = ["-d", "-s", str(sessions), "-m", str(mails), "-l", str(size)]
    addresses = ["-f", "from@bench.test", "-t", "to@bench.test"]
    command = [_required("smtp-source"), *options, *addresses, f"{HOST}:{port}"]
    subprocess.run(command, check=True, env=_environ())


# ── waiting ──────────────────────────────────────────────────────────────────


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def wait_for(
    condition: Callable[[], bool], what: str, seconds: float = 60.0, pause: float = 0.02
) -> None:
    """Until the condition holds; the benchmark ends when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(pause)
