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

from config.celery import app
from fakes.postfix import wait_for
from local import servers
from local.processes import Child, stop

SENDERS: Final = 4  # processes, as docker-compose.yml starts them
# No setting of the operator may slow the workers down or point them at another server.
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


@contextmanager
def senders(port: int, **changes: str) -> Iterator[psutil.Process]:
    """Four processes that send, and one beside them that dispatches, as a second machine would.

    Args:
        port: of the SMTP server on this machine.
        changes: further settings, by the names of their environment variables.
    """
    environ = _PLAIN | {"EMAIL_PORT": str(port)} | changes
    with (
        _worker("dispatcher", "default", 1, environ),
        _worker("sender", "send", SENDERS, environ) as worker,
    ):
        empty_send_queue()
        yield worker


@contextmanager
def _worker(
    name: str, queue: str, processes: int, changes: Mapping[str, str]
) -> Iterator[psutil.Process]:
    log = Path(settings.VAR_DIR) / "log" / f"bench-{name}.log"
    ready = log.with_suffix(".ready")
    ready.unlink(missing_ok=True)
    environ = os.environ | stores() | {"WORKER_READY_FILE": str(ready)} | dict(changes)
    options = [f"--concurrency={processes}", f"--queues={queue}", "--loglevel=WARNING"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    node = f"--hostname={name}@%h"
    command = [sys.executable, "-m", "celery", "--app=config", "worker", *options, *quiet, node]
    child = Child(name, command, environ, log)
    child.start()
    try:
        wait_for(ready.exists, f"the {name} ({log})")
        yield psutil.Process(child.pid)
    finally:
        os.kill(child.pid or 0, signal.SIGCONT)  # a paused process handles no other signal
        stop([child], 30)


def stores() -> dict[str, str]:
    """The environment of a process that is to work on the benchmark's database."""
    given = os.environ.get("DATABASE_URL") or servers.database_url(settings.VAR_DIR)
    ours = urlsplit(given)._replace(path=f"/{connection.settings_dict['NAME']}")
    return {"DATABASE_URL": ours.geturl(), "REDIS_URL": settings.REDIS_URL}


def empty_send_queue() -> None:
    """Drop the senders' tasks of an earlier round: their rows are gone."""
    with app.connection_for_write() as broker:
        cast("Channel", broker.default_channel).queue_purge("send")
