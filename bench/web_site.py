"""The site as production serves it, on the benchmark's database, and clients that ask it.

wrk asks as fast as it can; `at_rate` asks so many times a second, however long an answer takes: a
client that waited for each answer would ask less when the site gets slow, and hide it.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Final

import psutil

from bench import ROOT
from bench.processes import cpu_seconds
from bench.workers import stores

# Not the operator's own: each visitor has an address of its own, and no limit is reached.
_PLAIN: Final = {
    "LOCAL": "true",
    "LOG_LEVEL": "WARNING",
    "BEHIND_PROXY": "true",
    "SITE_URL": "http://localhost:8000",
    "SIGN_UP_RATE_DOMAIN": "10000000/hour",
    "SIGN_UP_RATE_SITE": "10000000/hour",
}
CLIENTS: Final = 32
_THREADS: Final = 32  # of `at_rate`; each has a connection


@dataclass(frozen=True, slots=True)
class Rate:
    """What wrk found: requests a second, 99th percentile in ms, and the site's own CPU time."""

    per_second: float
    p99_ms: float
    cpu_ms: float  # of a request
    failed: int


@dataclass(frozen=True, slots=True)
class Latencies:
    """Milliseconds from when a request was due to its answer."""

    requests: int
    p50_ms: float
    p99_ms: float
    failed: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Site:
    """A running site: its port and its main process."""

    def __init__(self, port: int, process: psutil.Process) -> None:
        self.port, self._process = port, process

    def cpu_seconds(self) -> float:
        """What its processes computed so far."""
        return cpu_seconds(self._process)

    def get(self, path: str, **headers: str) -> HTTPResponse:
        """One answer, whose body can be read."""
        peer = HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        peer.request("GET", path, headers=named)
        return peer.getresponse()

    def wrk(self, path: str, seconds: int, **headers: str) -> Rate:
        """Ask for one page with 32 connections, after a second that is not counted."""
        command = ["wrk", "-t1", f"-c{CLIENTS}", "--latency"]
        for name, value in headers.items():
            command += ["-H", f"{name.replace('_', '-')}: {value}"]
        url = f"http://127.0.0.1:{self.port}{path}"
        subprocess.run([*command, "-d1s", url], check=True, capture_output=True)
        if (status := self.get(path, **headers).status) not in (200, 304):
            raise RuntimeError(f"{path} is answered {status}.")
        before = self.cpu_seconds()
        done = subprocess.run(
            [*command, f"-d{seconds}s", url], check=True, capture_output=True, text=True
        )
        return parse_wrk(done.stdout, self.cpu_seconds() - before)


def needs_wrk() -> None:
    """End with a reason where wrk is not installed."""
    if shutil.which("wrk") is None:
        sys.exit("This benchmark needs wrk: apt-get install --no-install-recommends wrk")


def parse_wrk(printed: str, cpu: float) -> Rate:
    """The figures in what wrk prints; `cpu` is the site's processor time in seconds."""
    requests = int(_found(r"(\d+) requests in", printed))
    value, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)\b", printed)[0]
    errors = re.findall(r"(?:connect|read|write|timeout|responses:) (\d+)", printed)
    return Rate(
        per_second=float(_found(r"Requests/sec:\s+([\d.]+)", printed)),
        p99_ms=float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit],
        cpu_ms=cpu / max(requests, 1) * 1000,
        failed=sum(map(int, errors)),
    )


def _found(pattern: str, printed: str) -> str:
    match = re.search(pattern, printed)
    if match is None:
        raise ValueError(f"wrk printed something else:\n{printed}")
    return match[1]


@contextmanager
def serving(**changes: str) -> Iterator[Site]:
    """gunicorn with its own worker and two processes, on the database of this process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = os.environ | _PLAIN | stores() | {"WEB_CONCURRENCY": "2", "PORT": str(port)} | changes
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
    command += ["--access-logfile", "/dev/null", "config.wsgi"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as server:
        try:
            site = Site(port, psutil.Process(server.pid))
            _wait_for(site)
            yield site
        finally:
            server.terminate()


def _wait_for(site: Site) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if site.get("/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The site did not start within a minute.")


def at_rate(
    port: int,
    per_second: int,
    seconds: int,
    ask: Callable[[HTTPConnection, int], HTTPResponse],
) -> Latencies:
    """Ask `per_second` times a second; what comes late counts from when it was due."""
    spent: list[float] = []
    local, failed = threading.local(), []
    start, total = time.monotonic() + 0.2, per_second * seconds

    def one(number: int) -> None:
        due = start + number / per_second
        time.sleep(max(0.0, due - time.monotonic()))
        peer = getattr(local, "peer", None) or HTTPConnection("127.0.0.1", port, 30)
        local.peer = peer
        try:
            answer = ask(peer, number)
            answer.read()
            if answer.status >= 400:
                failed.append(answer.status)
        except (OSError, HTTPException):
            peer.close()
            failed.append(0)
        spent.append((time.monotonic() - due) * 1000)

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(one, range(total)))
    cuts = statistics.quantiles(spent, n=100, method="inclusive")
    return Latencies(total, cuts[49], cuts[98], len(failed))
