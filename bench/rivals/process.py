"""A rival runs beside us as a program: it sends as many mails as requested, and reports the cost.

Lines of JSON: it writes {"mail_bytes": …} once it has started; it replies to {"prepare": mails} and
{"send": mails} with {"cpu_seconds": …}. The end of its input ends it.
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

from bench.measuring import Sending

_SERVE: Final = Path(__file__).parent / "serve.py"


class RivalError(Exception):
    """It could not be installed, or did not start; the message names the cause."""


class Rival:
    """Its running processes, which share the mails among them."""

    def __init__(self, processes: Sequence[subprocess.Popen[str]]) -> None:
        self._processes = processes
        greetings = [_answer(process) for process in processes]
        self.mail_bytes: int = greetings[0]["mail_bytes"]

    def send(self, mails: int) -> Sending:
        """All processes at once, each its share; until the last has finished."""
        share = mails // len(self._processes)
        for process in self._processes:
            _request(process, {"prepare": share})
            _answer(process)
        start = time.perf_counter()
        for process in self._processes:
            _request(process, {"send": share})
        costs = [_answer(process)["cpu_seconds"] for process in self._processes]
        return Sending(share * len(costs), time.perf_counter() - start, sum(costs))


@contextmanager
def rival(
    module: str, order: Mapping[str, Any], *, processes: int = 1, python: str = sys.executable
) -> Iterator[Rival]:
    """Run a module of this folder with the content to send, in so many processes.

    Raises:
        RivalError: it does not start, or ends too early.
    """
    with ExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory())) / "content.json"
        path.write_text(json.dumps(order))
        command = [python, str(_SERVE), module, str(path)]
        yield Rival([stack.enter_context(_started(command)) for _ in range(processes)])


@contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    # It must find no package of ours, and none of our settings.
    bare = {name: value for name, value in os.environ.items() if not _is_of_python(name)}
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, env=bare, cwd="/"
    ) as process:
        try:
            yield process
        finally:
            cast("IO[str]", process.stdin).close()


def _is_of_python(name: str) -> bool:
    return name.startswith("PYTHON") or name == "DJANGO_SETTINGS_MODULE"


def _request(process: subprocess.Popen[str], request: Mapping[str, int]) -> None:
    pipe = cast("IO[str]", process.stdin)
    with suppress(BrokenPipeError):  # it has ended: the missing reply shows it
        pipe.write(json.dumps(request) + "\n")
        pipe.flush()


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    line = cast("IO[str]", process.stdout).readline()
    if not line:
        module = cast("list[str]", process.args)[2]
        raise RivalError(f"{module} ended with status {process.wait()}")
    reply: dict[str, Any] = json.loads(line)
    return reply
