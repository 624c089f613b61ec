"""The worker's process: its limits, its end, and the peers that it does not wait for."""

from __future__ import annotations

import re
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from gunicorn.config import Config

from config.server.worker import BufferingWorker
from tests.config.server.conftest import Server, start

LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
SLOW = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=15)


def test_it_serves_no_tls() -> None:
    config = Config()
    config.set("certfile", __file__)
    with pytest.raises(RuntimeError, match="plain HTTP"):
        BufferingWorker.check_config(config, None)
    BufferingWorker.check_config(Config(), None)


def test_a_page_is_served_beside_more_slow_peers_than_there_is_room_for(tmp_path: Path) -> None:
    server = start(tmp_path, "--worker-connections", "10", "--threads", "2")
    with ExitStack() as peers:
        for _ in range(30):
            peer = peers.enter_context(connect(server))
            peer.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert server.exchange(LAST).startswith(b"HTTP/1.1 200 OK")
    assert server.stop() == 0


def test_all_of_many_connections_at_the_same_moment_are_served(tmp_path: Path) -> None:
    server = start(tmp_path, "--worker-connections", "20")
    with ExitStack() as stack:
        peers = []
        for _ in range(300):
            peers.append(stack.enter_context(connect(server)))
            peers[-1].sendall(LAST)
        served = sum(peer.recv(15) == b"HTTP/1.1 200 OK" for peer in peers)
    assert served == 300
    assert server.stop() == 0


def test_a_stopping_worker_finishes_what_has_begun(tmp_path: Path) -> None:
    server = start(tmp_path)
    with connect(server) as busy, connect(server) as sending, connect(server) as silent:
        busy.sendall(SLOW)
        sending.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na")
        time.sleep(0.3)
        server.process.terminate()
        time.sleep(0.3)
        sending.sendall(b"bc")
        answers = [busy.recv(1000), sending.recv(1000)]
        assert all(answer.startswith(b"HTTP/1.1 200 OK") for answer in answers)
        assert all(b"Connection: close" in answer for answer in answers[1:])
        assert silent.recv(10) == b""
        assert server.process.wait(15) == 0


def test_a_stopping_worker_serves_a_last_request_of_a_kept_connection(tmp_path: Path) -> None:
    server = start(tmp_path)
    with connect(server) as kept:
        kept.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"Connection: keep-alive" in kept.recv(1000)
        server.process.terminate()
        time.sleep(0.3)
        kept.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"Connection: close" in kept.recv(1000)
        assert server.process.wait(15) == 0


def test_a_process_is_replaced_after_its_requests(tmp_path: Path) -> None:
    server = start(tmp_path, "--max-requests", "2", "--max-requests-jitter", "0")
    served = set()
    for _ in range(5):
        served |= set(re.findall(rb" (\d+)\n$", server.exchange(LAST)))
    assert len(served) > 1
    assert server.stop() == 0


def test_pages_from_the_cache_do_not_wear_a_process_out(tmp_path: Path) -> None:
    server = start(tmp_path, "--max-requests", "3", "--max-requests-jitter", "0")
    kept = b"GET /kept HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    processes = {server.exchange(kept).split()[-1] for _ in range(9)}
    server.stop()
    assert len(processes) == 1


def test_a_process_whose_main_process_is_gone_ends(tmp_path: Path) -> None:
    server = start(tmp_path)
    server.process.kill()
    server.process.wait(5)
    deadline = time.monotonic() + 10
    with pytest.raises(ConnectionError):  # noqa: PT012 (until it listens no longer)
        while time.monotonic() < deadline:
            server.exchange(LAST)
            time.sleep(0.1)
