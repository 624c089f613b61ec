"""A worker that loses its broker, or gets a stop signal, finishes its burst."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from celery.signals import worker_process_init
from kombu.transport.redis import Channel

from config.celery import app

ROOT = Path(__file__).resolve().parents[2]


def held(client: object) -> Any:
    """The unacknowledged tasks of a worker, on a channel with this connection."""
    channel = Mock(connection=SimpleNamespace(client=client), do_restore=True)
    channel.conn_or_acquire.side_effect = AssertionError("it contacts the broker")
    messages: Any = Channel.QoS(channel)
    messages._on_collect.cancel()  # or it would try again when Python ends
    messages._delivered["tag"] = Mock()
    return messages


@pytest.mark.parametrize(
    ("act", "words"), [("ack", ["tag"]), ("reject", ["tag"]), ("restore_unacked_once", [])]
)
def test_nothing_is_sent_to_a_lost_broker(act: str, words: list[str]) -> None:
    messages = held(client=None)
    getattr(messages, act)(*words)


@pytest.mark.parametrize(
    ("act", "words"), [("ack", ["tag"]), ("reject", ["tag"]), ("restore_unacked_once", [])]
)
def test_a_connected_broker_gets_each_answer(act: str, words: list[str]) -> None:
    messages = held(client=object())
    with pytest.raises(AssertionError, match="contacts the broker"):
        getattr(messages, act)(*words)


@pytest.mark.parametrize("ignored", [signal.SIGTERM, signal.SIGHUP])
def test_a_sending_process_ignores_stop_signals(ignored: signal.Signals) -> None:
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        worker_process_init.send(sender=None)
        assert signal.getsignal(ignored) is signal.SIG_IGN
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this scheduling policy")
def test_a_worker_is_scheduled_as_a_batch_job() -> None:
    program = "import os; from config.celery import app, worker_process_init as begin"
    program += "; begin.send(sender=None); print(os.sched_getscheduler(0) == os.SCHED_BATCH)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "True\n"


def test_a_running_task_continues_without_a_broker() -> None:
    assert app.conf.worker_cancel_long_running_tasks_on_connection_loss is False
