"""A rival runs beside us as a program: it is told how many mails to send, and says what that cost.

We speak with it in lines of JSON. It says {"mail_bytes": …} when it is there; {"prepare": mails}
and {"send": mails} it answers with {"cpu_seconds": …}. The end of its input ends it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final, cast

from bench.costs import Sending

_SERVE: Final = Path(__file__).parent / "serve.py"


class RivalError(Exception):
    """It could not be installed, or did not start; the message says why."""


class Rival:
    """Its running processes, which share the mails among them."""

    def __init__(self, processes: Sequence[subprocess.Popen[str]]) -> None:
        self._processes = processes
        greetings = [_answer(process) for process in processes]
        self.mail_bytes: int = greetings[0]["mail_bytes"]

    def send(self, mails: int) -> Sending:
        """All of them at once, each its share; until the last has finished."""
        share = mails // len(self._processes)
        for process in self._processes:
            _answer_to(process, {"prepare": share})
        start = time.perf_counter()
        for process in self._processes:
            _tell(process, {"send": share})
        costs = [_answer(process)["cpu_seconds"] for process in self._processes]
        return Sending(share * len(costs), time.perf_counter() - start, sum(costs))


@contextmanager
def rival(
    module: str, order: Mapping[str, Any], *, processes: int = 1, python: str = sys.executable
) -> Iterator[Rival]:
    """Run a module of this folder with its order, in so many processes.

    Raises:
        RivalError: it does not start, or ends too early.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        paper = Path(folder) / "order.json"
        paper.write_text(json.dumps(order))
        command = [python, str(_SERVE), module, str(paper)]
        yield Rival([stack.enter_context(_started(command)) for _ in range(processes)])


@contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    # It must find no package of ours, and none of our settings.
    bare = {name: value for name, value in os.environ.items() if not _is_pythons(name)}
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, env=bare, cwd="/"
    ) as process:
        try:
            yield process
        finally:
            _pipe(process.stdin).close()


def _is_pythons(name: str) -> bool:
    return name.startswith("PYTHON") or name == "DJANGO_SETTINGS_MODULE"


def _answer_to(process: subprocess.Popen[str], told: Mapping[str, int]) -> dict[str, Any]:
    _tell(process, told)
    return _answer(process)


def _tell(process: subprocess.Popen[str], told: Mapping[str, int]) -> None:
    pipe = _pipe(process.stdin)
    with suppress(BrokenPipeError):  # it has ended; that it gives no answer says so
        pipe.write(json.dumps(told) + "\n")
        pipe.flush()


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    line = _pipe(process.stdout).readline()
    if not line:
        raise RivalError(f"{_module(process)} ended with status {process.wait()}")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _module(process: subprocess.Popen[str]) -> str:
    return str(cast("list[str]", process.args)[2])


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe
    return pipe
