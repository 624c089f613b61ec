"""Child processes of `make run`, with small programs in their place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from local import processes
from local.processes import MARK, Child, end_leftovers, stop

SLEEPS = "import time; print('started', flush=True); time.sleep(60)"
IGNORES_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"
FAILS = "import sys; [print('line', n) for n in range(9)]; sys.exit(3)"
HAS_A_CHILD = (
    "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', "
    "'import time; time.sleep(60)']); print(p.pid, flush=True); time.sleep(60)"
)


def wait_until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "took too long"
        time.sleep(0.01)


@contextmanager
def running(folder: Path, program: str, *, until: str = "") -> Iterator[Child]:
    """The program as a child, once its log holds `until`."""
    log = folder / "child.log"
    child = Child("child", [sys.executable, "-c", program], os.environ, log)
    child.start()
    try:
        wait_until(lambda: until in log.read_text())
        yield child
    finally:
        child.wait(time.monotonic())


def test_a_child_has_a_session_of_its_own(tmp_path: Path) -> None:
    with running(tmp_path, SLEEPS) as child:
        assert child.pid is not None
        assert os.getsid(child.pid) == child.pid != os.getsid(0)
        assert child.exit_status is None


def test_a_child_that_was_not_started_has_no_status(tmp_path: Path) -> None:
    child = Child("child", ["true"], {}, tmp_path / "child.log")
    assert (child.pid, child.exit_status, child.restart_if_dead()) == (None, None, False)
    stop([child], 0)


def test_an_ended_child_has_its_status_and_its_last_lines(tmp_path: Path) -> None:
    with running(tmp_path, FAILS) as child:
        wait_until(lambda: child.exit_status is not None)
        assert (child.exit_status, child.log_tail(2)) == (3, "line 7\nline 8")


def test_an_ended_child_is_restarted_but_not_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, FAILS) as child:
        wait_until(lambda: child.exit_status is not None)
        first = child.pid
        assert not child.restart_if_dead()
        monkeypatch.setattr(processes, "_RESTART_PAUSE", 0.0)
        assert child.restart_if_dead()
        assert child.pid != first
        wait_until(lambda: child.exit_status is not None)
        assert child.log.read_text().count("line 8") == 2


def test_a_running_child_is_not_restarted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_RESTART_PAUSE", 0.0)
    with running(tmp_path, SLEEPS) as child:
        assert not child.restart_if_dead()


def test_stop_ends_a_child_by_sigterm(tmp_path: Path) -> None:
    with running(tmp_path, SLEEPS, until="started") as child:
        stop([child], 10)
        assert child.exit_status == -signal.SIGTERM


def test_stop_kills_a_child_that_ignores_sigterm(tmp_path: Path) -> None:
    with running(tmp_path, IGNORES_SIGTERM, until="started") as child:
        stop([child], 0.2)
        assert child.exit_status == -signal.SIGKILL


def test_stop_kills_what_a_child_has_started(tmp_path: Path) -> None:
    with running(tmp_path, HAS_A_CHILD, until="\n") as child:
        grandchild = int(child.log.read_text())
        stop([child], 10)
        wait_until(lambda: not _runs(grandchild))


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def left_by(mark: str, program: str = SLEEPS) -> Iterator[int]:
    """The id of a process that an earlier run with this mark has left running."""
    command, environ = [sys.executable, "-c", program], {**os.environ, MARK: mark}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        yield process.pid
        process.kill()


def test_leftovers_are_found_by_their_mark(tmp_path: Path) -> None:
    with left_by(str(tmp_path)) as left, left_by(f"{tmp_path}-other") as other:
        assert end_leftovers(str(tmp_path)) == 1
        assert (_runs(left), _runs(other)) == (False, True)
        assert end_leftovers(str(tmp_path)) == 0


def test_a_leftover_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    with left_by(str(tmp_path), IGNORES_SIGTERM) as left:
        assert end_leftovers(str(tmp_path), seconds=0.2) == 1
        wait_until(lambda: not _runs(left))
