"""The model in a process of its own, which gets texts and returns their vectors.

A loaded model takes 170 MB, and code that is not ours runs in it. So a worker that sends mail
neither grows nor ends with it: the process ends with the work, and when it crashes or hangs at a
text, it is started anew for the next one.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from papers.similarity.model import Model
from papers.similarity.vectors import DIMENSIONS
from papers.similarity.weights import NoModelError, find_weights

_MOST_STARTS: Final = 4
_START_SECONDS: Final = 60.0  # a cold disk; mostly under one
_TEXT_SECONDS: Final = 30.0  # mostly 0.04
_BYTES: Final = DIMENSIONS * 4
_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_INHERITED: Final = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR")  # no secrets
_Values = NDArray[np.float32]


class ModelProcess:
    """A running process with a model; close it, or use it in a `with` statement.

    Args:
        setting: a value of EMBEDDING_MODEL; not "none".

    Raises:
        NoModelError: the model cannot be loaded.
    """

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.name = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def embed(self, texts: Sequence[str]) -> list[_Values | None]:
        """The vector of each text, of length 1; None where the model failed at the text.

        Raises:
            NoModelError: the process has ended several times.
        """
        return [self._embedded(text) for text in texts]

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _embedded(self, text: str) -> _Values | None:
        if self._process is None:
            self._start()
        try:
            self._send(text)
            values = np.frombuffer(self._read(_BYTES, _TEXT_SECONDS), np.float32)
        except OSError:  # it crashed or hangs
            self.close()
            return None
        return values if np.isfinite(values).all() else None

    def _start(self) -> str:
        """Start the process; returns the name of its model."""
        if self._starts >= _MOST_STARTS:
            raise NoModelError("its process has ended several times; is there enough memory?")
        self._starts += 1
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "papers.similarity.model_process", self._setting],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env={**environment, "PYTHONPATH": str(_ROOT)},
        )
        try:
            length = int.from_bytes(self._read(4, _START_SECONDS))
            answer = json.loads(self._read(length, _START_SECONDS))
        except OSError as error:
            self.close()
            raise NoModelError(f"its process does not start: {error}") from error
        if "error" in answer:
            self.close()
            raise NoModelError(answer["error"])
        return str(answer["name"])

    def _send(self, text: str) -> None:
        pipe = self._running().stdin
        assert pipe is not None  # noqa: S101 (Popen has it by its arguments)
        pipe.write(json.dumps(text).encode() + b"\n")
        pipe.flush()

    def _read(self, length: int, seconds: float) -> bytes:
        """So many bytes.

        Raises:
            OSError: the process ended, or did not answer within `seconds`.
        """
        pipe = self._running().stdout
        assert pipe is not None  # noqa: S101 (as above)
        found = b""
        while len(found) < length:
            if not select.select([pipe], [], [], seconds)[0]:
                raise TimeoutError("it does not answer")
            if not (block := os.read(pipe.fileno(), length - len(found))):
                raise BrokenPipeError("it ended")
            found += block
        return found

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise BrokenPipeError("it ended")
        return self._process


def serve(setting: str, lines: IO[bytes], answers: IO[bytes]) -> None:
    """Load the model and answer each line, a text as JSON, with the bytes of its vector.

    The first answer is the model's name, or why there is none. NaN: the model failed at the text.
    """
    try:
        model = Model(find_weights(setting))
    except NoModelError as error:
        _write(answers, _with_length({"error": str(error)}))
        return
    _write(answers, _with_length({"name": model.name}))
    for line in lines:
        _write(answers, _vector_of(model, json.loads(line)).tobytes())


def _vector_of(model: Model, text: str) -> _Values:
    try:
        return np.asarray(model.embed([text])[0], np.float32)
    except Exception:  # noqa: BLE001 (any: tokenizers and onnxruntime raise classes of their own)
        return np.full(DIMENSIONS, np.nan, np.float32)


def _with_length(answer: dict[str, Any]) -> bytes:
    written = json.dumps(answer).encode()
    return len(written).to_bytes(4) + written


def _write(answers: IO[bytes], written: bytes) -> None:
    answers.write(written)
    answers.flush()


def _main() -> None:
    # What a library prints must not stand between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.nice(10)  # mail and pages come first
    with suppress(BrokenPipeError, KeyboardInterrupt):  # the worker was killed, or Ctrl-C
        serve(sys.argv[1], sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
