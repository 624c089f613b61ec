"""Production's own Celery workers on the benchmark's database, sending to a port of our choice."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

import psutil
from django.conf import settings
from django.db import connection
from kombu.transport.redis import Channel

from bench.postfix import wait_for
from config.celery import app
from local import servers
from local.processes import Child, stop

SENDERS: Final = 2  # processes
# Nothing of an operator's own settings that would slow us down, or speak to another server.
_PLAIN: Final = {
    "LOCAL": "true",
    "LOG_LEVEL": "WARNING",
    "MAIL_PROVIDER": "smtp",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_HOST_USER": "",
    "EMAIL_USE_TLS": "false",
    "EMAIL_USE_SSL": "false",
    "SEND_RATE": "0",
    "DOMAIN_RATES": "",
    "WARM_UP_FROM": "",
}


class Worker:
    """A Celery worker that runs."""

    def __init__(self, process: psutil.Process) -> None:
        self.process = process

    def pause(self) -> None:
        """Its processes finish what they do, and get nothing more to do."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def senders(port: int, **changes: str) -> Iterator[Worker]:
    """Two processes that send, and one beside them that dispatches, as a second machine would.

    Args:
        port: of the SMTP server on this machine.
        changes: further settings, by the names of their environment variables.
    """
    told = _PLAIN | {"EMAIL_PORT": str(port)} | changes
    with (
        _worker("dispatcher", "default", 1, told),
        _worker("sender", "send", SENDERS, told) as worker,
    ):
        forget_bells()
        yield worker


@contextmanager
def _worker(name: str, queue: str, processes: int, changes: Mapping[str, str]) -> Iterator[Worker]:
    log = Path(settings.VAR_DIR) / "log" / f"bench-{name}.log"
    ready = log.with_suffix(".ready")
    ready.unlink(missing_ok=True)
    environ = os.environ | _stores() | {"WORKER_READY_FILE": str(ready)} | dict(changes)
    options = [f"--concurrency={processes}", f"--queues={queue}", "--loglevel=WARNING"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    node = f"--hostname={name}@%h"
    command = [sys.executable, "-m", "celery", "--app=config", "worker", *options, *quiet, node]
    child = Child(name, command, environ, log)
    child.start()
    try:
        wait_for(ready.exists, f"the {name} ({log})")
        yield Worker(psutil.Process(child.pid))
    finally:
        os.kill(child.pid or 0, signal.SIGCONT)  # should it be paused, or it would not hear
        stop([child], 30)


def _stores() -> dict[str, str]:
    given = os.environ.get("DATABASE_URL") or servers.database_url(settings.VAR_DIR)
    ours = urlsplit(given)._replace(path=f"/{connection.settings_dict['NAME']}")
    return {"DATABASE_URL": ours.geturl(), "REDIS_URL": settings.REDIS_URL}


def forget_bells() -> None:
    """Empty the senders' queue: what an earlier round rang for is no more."""
    with app.connection_for_write() as broker:
        cast("Channel", broker.default_channel).queue_purge("send")
