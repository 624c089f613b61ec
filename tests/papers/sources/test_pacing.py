"""All processes together take turns, also if one is killed: real processes, real Valkey."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from redis.lock import Lock

from fakes.arxiv import Site, serving
from papers.sources import SourceError
from papers.sources.pacing import turn

ROOT = Path(__file__).resolve().parents[3]
REST = 0.2
ASK = """
import sys, django; django.setup()
from papers.sources.arxiv import connect, papers_by_id
print("ready", flush=True); sys.stdin.readline()
with connect() as http:
    for _ in range({times}):
        papers_by_id(http, ["2503.00001"])
"""
HOLD = """
import time, django; django.setup()
from papers.sources.pacing import turn
with turn({name!r}, rest=0.1, longest=0.8, patience=5, slack=0.2):
    print("held", flush=True); time.sleep(60)
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as server:
        yield server


@pytest.fixture
def name() -> str:
    return f"service-{uuid4().hex[:8]}"


def start(script: str, **environ: str) -> subprocess.Popen[str]:
    ours = {"DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_PREFIX": settings.REDIS_PREFIX}
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | ours | environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(word: str, process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() == word


def end(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=60)
    return process.returncode


def take(name: str, patience: float = 5.0, **values: float) -> Any:
    return turn(name, **{"rest": 0.1, "longest": 0.5, "slack": 0.2, "patience": patience} | values)


# ── processes ────────────────────────────────────────────────────────────────


def test_four_processes_send_one_request_at_a_time(site: Site) -> None:
    environ = {"ARXIV_URL": site.url, "ARXIV_REST_SECONDS": str(REST)}
    asking = [start(ASK.format(times=3), **environ) for _ in range(4)]
    for process in asking:
        wait_for("ready", process)
    for process in asking:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [end(process) for process in asking] == [0, 0, 0, 0]
    assert len(site.requests) == 12
    for before, after in zip(site.requests, site.requests[1:], strict=False):
        assert after.began - before.began >= REST
        assert after.began >= before.ended
    assert {request.open_connections for request in site.requests} == {1}


def test_the_turn_of_a_killed_holder_runs_out(name: str) -> None:
    holder = start(HOLD.format(name=name))
    wait_for("held", holder)
    with pytest.raises(SourceError, match="others were asking"), take(name, patience=0.2):
        pytest.fail("the turn was held")
    holder.send_signal(signal.SIGKILL)
    killed_at = time.monotonic()
    assert end(holder) == -signal.SIGKILL
    with take(name, patience=10):
        assert time.monotonic() - killed_at < 6  # it had the turn for a second, of a minute asleep


# ── one turn after the other ─────────────────────────────────────────────────


def test_the_next_turn_begins_after_the_rest(name: str) -> None:
    with take(name, rest=0.3):
        pass
    ended_at = time.monotonic()
    with take(name):
        assert time.monotonic() - ended_at >= 0.29


def test_a_rest_follows_a_turn_that_fails(name: str) -> None:
    with pytest.raises(ZeroDivisionError), take(name, rest=5):
        raise ZeroDivisionError
    with pytest.raises(SourceError, match="others were asking"), take(name, patience=0.1):
        pytest.fail("it came too soon")


def test_another_name_has_turns_of_its_own(name: str) -> None:
    with take(name), take(f"{name}-too", patience=0):
        pass


def test_a_late_holder_cannot_end_the_next_turn(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as second:
        with take(name, longest=0.1, slack=0.1):
            time.sleep(0.3)
            second.enter_context(take(name, longest=9, slack=1))
        assert "expired before its request ended" in caplog.text
        with pytest.raises(SourceError), take(name, patience=0.3):
            pytest.fail("the second one still holds its turn")


def test_a_turn_that_came_too_late_is_not_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_and_sleep(self: Lock, token: str) -> bool:
        is_taken = take_at_once(self, token)
        time.sleep(0.3)  # the process is stopped, more than `slack`, before it sees the reply
        return is_taken

    take_at_once = Lock.do_acquire
    monkeypatch.setattr(Lock, "do_acquire", take_and_sleep)
    with pytest.raises(SourceError, match="others were asking"), take(name):
        pytest.fail("too late")


def test_without_redis_there_is_no_turn(name: str, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(SourceError, match="without Redis") as error, take(name):
        pytest.fail("no turn was given")
    assert not error.value.permanent
