"""The process of the model: it answers, and what ends it ends nothing else."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from papers.similarity import model_process
from papers.similarity.model import Model
from papers.similarity.model_process import ModelProcess, serve
from papers.similarity.weights import NoModelError, find_weights

TEXT = "Walruses eat clams."


def child(process: ModelProcess) -> psutil.Process:
    assert process._process is not None
    return psutil.Process(process._process.pid)


def test_it_gives_the_same_vectors_as_the_model_itself() -> None:
    model = Model(find_weights(""))
    texts = [TEXT, "海象 \ud800 \0 'quoted' \n two lines", ""]
    with ModelProcess("") as process:
        assert process.name == model.name
        found = process.embed(texts)
    for one, other in zip(found, model.embed(texts), strict=True):
        assert one is not None
        assert np.allclose(one, other)


def test_it_ends_with_its_work() -> None:
    with ModelProcess("") as process:
        running = child(process)
        assert running.is_running()
    assert not psutil.pid_exists(running.pid)


def test_it_gets_no_secret_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@host/name")
    with ModelProcess("") as process:
        assert "secret" not in str(child(process).environ())


def test_a_process_that_was_killed_is_started_again_for_the_next_text() -> None:
    with ModelProcess("") as process:
        os.kill(child(process).pid, signal.SIGKILL)
        first, second = process.embed([TEXT, TEXT])
    assert first is None
    assert second is not None


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_process, "_TEXT_SECONDS", 0.5)
    with ModelProcess("") as process:
        hanging = child(process)
        os.kill(hanging.pid, signal.SIGSTOP)
        assert process.embed([TEXT]) == [None]
        assert not psutil.pid_exists(hanging.pid)
        assert process.embed([TEXT])[0] is not None


def test_a_process_that_ends_each_time_is_given_up() -> None:
    with ModelProcess("") as process:
        for _ in range(3):
            os.kill(child(process).pid, signal.SIGKILL)
            assert process.embed([TEXT]) == [None]
            process.embed([TEXT])
        os.kill(child(process).pid, signal.SIGKILL)
        process.embed([TEXT])
        with pytest.raises(NoModelError, match="has ended several times"):
            process.embed([TEXT])


def test_it_ends_when_the_worker_is_killed() -> None:
    code = (
        "import time; from papers.similarity.model_process import ModelProcess\n"
        "p = ModelProcess(''); print(p._process.pid, flush=True); time.sleep(60)"
    )
    worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    orphan = psutil.Process(int(worker.stdout.readline()))
    worker.kill()
    worker.communicate()
    deadline = time.monotonic() + 10
    while orphan.is_running() and orphan.status() != "zombie" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not orphan.is_running() or orphan.status() == "zombie"


def test_why_there_is_no_model_is_told_by_the_process(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no model")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(NoModelError, match="it cannot be loaded"):
        ModelProcess(str(tmp_path))


def test_a_process_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(NoModelError, match="does not start: it ended"):
        ModelProcess("")


# ── what the process does ────────────────────────────────────────────────────


def served(*texts: str, setting: str = "") -> tuple[dict[str, Any], bytes]:
    """The first answer, and the bytes of the others."""
    answers = io.BytesIO()
    serve(
        setting, io.BytesIO(b"".join(json.dumps(text).encode() + b"\n" for text in texts)), answers
    )
    written = answers.getvalue()
    length = int.from_bytes(written[:4])
    return json.loads(written[4 : 4 + length]), written[4 + length :]


def test_each_text_is_answered_with_a_vector_of_the_same_length() -> None:
    first, rest = served(TEXT, "")
    assert first == {"name": "all-MiniLM-L6-v2-int8 8199be6f"}
    assert len(rest) == 2 * 384 * 4


def test_a_text_at_which_the_model_fails_is_answered_with_no_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_self: Model, texts: list[str]) -> None:
        raise Exception(f"tokenizers raises {len(texts)} of these")  # noqa: TRY002

    monkeypatch.setattr(Model, "_try", lambda _: None)
    monkeypatch.setattr(Model, "embed", fail)
    _, rest = served(TEXT)
    assert np.isnan(np.frombuffer(rest, np.float32)).all()


def test_without_a_model_nothing_is_answered_but_the_reason(tmp_path: Path) -> None:
    assert served(TEXT, setting=str(tmp_path)) == ({"error": "the folder has no model.onnx"}, b"")
