"""Ask several servers at once and answer in time, whichever of them does not.

A frozen server, a black-holed host or a name server that is away can hold a question far longer
than a probe waits. So each question has a thread of its own, and the caller leaves it behind. One
question is asked by one thread at a time: a later caller waits for the same answer, so that probes
every second leave one thread behind and not a thousand.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Final

Question = Callable[[], list[str]]
_open: Final[dict[str, Future[list[str]]]] = {}
_lock: Final = threading.Lock()


def ask(questions: Mapping[str, Question], seconds: float) -> dict[str, list[str] | None]:
    """The answer to each question; None for one that is not there after so many seconds.

    Raises:
        Exception: whatever a question raised.
    """
    deadline = time.monotonic() + seconds
    asked = {name: _asked(name, question) for name, question in questions.items()}
    return {name: _answer(future, deadline) for name, future in asked.items()}


def _answer(future: Future[list[str]], deadline: float) -> list[str] | None:
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except NotYet:
        return None


def _asked(name: str, question: Question) -> Future[list[str]]:
    with _lock:
        if name in _open:
            return _open[name]
        future = _open[name] = Future()
    # A daemon: a question that hangs must not keep a stopping process.
    threading.Thread(target=_run, args=(name, question, future), daemon=True).start()
    return future


def _run(name: str, question: Question, future: Future[list[str]]) -> None:
    try:
        answer = question()
    except BaseException as error:  # noqa: BLE001 (raised again where it is waited for)
        _close(name)
        future.set_exception(error)
    else:
        _close(name)
        future.set_result(answer)


def _close(name: str) -> None:
    with _lock:
        del _open[name]
