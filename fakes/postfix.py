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
from typing import Any, Final, cast

HOST: Final = "127.0.0.1"
SESSIONS: Final = 4
_FOLDER: Final = os.environ.get("POSTFIX", "")
_ENVIRON: Final = os.environ | {"LD_LIBRARY_PATH": f"{_FOLDER}/usr/lib/postfix"}


def _program(name: str) -> str:
    folders = os.pathsep.join([f"{_FOLDER}/usr/sbin", "/usr/sbin"])
    found = shutil.which(name, path=folders) or shutil.which(name)
    return found or sys.exit(f"{name} is missing: apt-get install --no-install-recommends postfix")


# ── smtp-sink ────────────────────────────────────────────────────────────────


@contextmanager
def sink() -> Iterator[int]:
    """An smtp-sink on a free port of this machine."""
    with _running_sink() as (port, _):
        yield port


@contextmanager
def _running_sink(*options: str, **pipes: Any) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [_program("smtp-sink"), *user, *options, f"{HOST}:{port}", "1000"]
    with subprocess.Popen(command, env=_ENVIRON, **pipes) as process:
        try:
            wait_for(lambda: listens(port), "smtp-sink")
            yield port, process
        finally:
            process.terminate()


class CountingSink:
    """An smtp-sink that reports each mail. Only to time the first: the reports cost time."""

    def __init__(self, port: int, counters: BufferedReader) -> None:
        self.port = port
        self._counters = counters
        self._mails = 0
        self._expected = 0
        self._came = threading.Event()
        self._came_at = 0.0
        threading.Thread(target=self._read, name="smtp-sink", daemon=True).start()

    def expect(self) -> None:
        """The next mail is the one that `came_at` waits for."""
        self._came.clear()
        self._expected = self._mails + 1

    def came_at(self, seconds: float) -> float:
        """When the expected mail was there, by `time.perf_counter`."""
        if not self._came.wait(seconds):
            sys.exit(f"no mail reached smtp-sink within {seconds:.0f} s")
        return self._came_at

    def _read(self) -> None:
        while output := self._counters.read1(65_536):
            now = time.perf_counter()
            self._mails = last_count(output, self._mails)
            if 0 < self._expected <= self._mails:
                self._came_at, self._expected = now, 0
                self._came.set()


def last_count(output: bytes, before: int) -> int:
    r"""The mails in the last complete "sess=1 quit=0 mesg=27\r"; else `before`."""
    counts = [part.rpartition(b"=")[2] for part in output.split(b"\r")[:-1]]
    return int(counts[-1]) if counts else before


@contextmanager
def counting_sink() -> Iterator[CountingSink]:
    with _running_sink("-c", stdout=subprocess.PIPE) as (port, process):
        yield CountingSink(port, cast("BufferedReader", process.stdout))


# ── smtp-source ──────────────────────────────────────────────────────────────


def source(port: int, mails: int, size: int, sessions: int = SESSIONS) -> None:
    """Let smtp-source send so many mails of `size` bytes over open connections."""
    options = ["-d", "-s", str(sessions), "-m", str(mails), "-l", str(size)]
    addresses = ["-f", "from@bench.test", "-t", "to@bench.test"]
    command = [_program("smtp-source"), *options, *addresses, f"{HOST}:{port}"]
    subprocess.run(command, check=True, env=_ENVIRON)


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
    """Until the condition holds; the program ends when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(pause)
