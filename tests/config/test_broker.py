"""A worker that loses its broker, or is told to stop, finishes the mails in its hands."""

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
    """What a worker has not acknowledged, on a channel with this connection."""
    channel = Mock(connection=SimpleNamespace(client=client), do_restore=True)
    channel.conn_or_acquire.side_effect = AssertionError("it talks to the broker")
    messages: Any = Channel.QoS(channel)
    messages._on_collect.cancel()  # or it would try once more when Python ends
    messages._delivered["tag"] = Mock()
    return messages


@pytest.mark.parametrize(
    ("act", "words"), [("ack", ["tag"]), ("reject", ["tag"]), ("restore_unacked_once", [])]
)
def test_nothing_is_said_to_a_broker_that_is_gone(act: str, words: list[str]) -> None:
    messages = held(client=None)
    getattr(messages, act)(*words)


@pytest.mark.parametrize(
    ("act", "words"), [("ack", ["tag"]), ("reject", ["tag"]), ("restore_unacked_once", [])]
)
def test_a_broker_that_is_there_is_told(act: str, words: list[str]) -> None:
    messages = held(client=object())
    with pytest.raises(AssertionError, match="talks to the broker"):
        getattr(messages, act)(*words)


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGHUP])
def test_a_process_that_sends_leaves_it_to_the_main_one_when_to_end(asked: signal.Signals) -> None:
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        worker_process_init.send(sender=None)
        assert signal.getsignal(asked) is signal.SIG_IGN
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's own way of sharing processors")
def test_a_worker_does_not_interrupt_the_servers_it_waits_for() -> None:
    said = "import os; from config.celery import app, worker_process_init as begin"
    said += "; begin.send(sender=None); print(os.sched_getscheduler(0) == os.SCHED_BATCH)"
    done = subprocess.run(
        [sys.executable, "-c", said], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "True\n"


def test_a_task_that_runs_is_not_ended_for_want_of_a_broker() -> None:
    assert app.conf.worker_cancel_long_running_tasks_on_connection_loss is False
