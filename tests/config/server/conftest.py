"""A real gunicorn with the worker of the site, and an application that says what it was sent."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[3]


class Server(NamedTuple):
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def exchange(self, request: bytes, *, until_closed: bool = True) -> bytes:
        """Send some bytes, and read until the server closes the connection, or a moment."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=15) as peer:
            peer.sendall(request)
            received = b""
            while part := peer.recv(65536):
                received += part
                if not until_closed and b"\r\n\r\n" in received:
                    break
            return received

    def stop(self, seconds: float = 15) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


def start(folder: Path, *options: str, application: str = "echo") -> Server:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "config/gunicorn.py")]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "1", *options]
    log = folder / "gunicorn.log"
    with log.open("w") as output:
        command.append(f"tests.config.server.{application}:application")
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    server = Server(process, port, log)
    deadline = time.monotonic() + 60
    while "Booting worker" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = start(tmp_path_factory.mktemp("server"))
    yield started
    if started.process.poll() is None:
        assert started.stop() == 0


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits a second for a head, a body, or a reader."""
    started = start(tmp_path_factory.mktemp("hurried"), application="hurried")
    yield started
    assert started.stop() == 0
