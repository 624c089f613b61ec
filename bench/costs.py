"""What processes cost: processor time of a family of them, and memory."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import psutil
from django.db import connection


@dataclass(frozen=True, slots=True)
class Sending:
    """So many mails, once: the time they took, and the processor's time."""

    mails: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return self.mails / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of the senders' processors a mail."""
        return self.cpu_seconds / self.mails * 1e6


def cpu_seconds(root: psutil.Process, but: int = 0) -> float:
    """Processor time that a process and its descendants used so far, also those that ended.

    Args:
        but: the id of a descendant that is not counted.
    """
    total = 0.0
    for process in family(root):
        if process.pid == but:
            continue
        with suppress(psutil.Error):  # it has ended in between: then its parent has its time
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def family(root: psutil.Process) -> list[psutil.Process]:
    return [root, *root.children(recursive=True)]


def largest_megabytes(root: psutil.Process) -> float:
    """What the largest child of a process holds in memory."""
    return max(child.memory_info().rss for child in root.children()) / 2**20


class Database:
    """The PostgreSQL server of our connection, if it runs on this machine."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (self._ours,) = cursor.fetchone()
        self._server = _server_of(self._ours)

    def cpu_seconds(self) -> float:
        """What it computed so far, for others than this process; 0 where it runs elsewhere."""
        return cpu_seconds(self._server, but=self._ours) if self._server else 0.0


def _server_of(backend: int) -> psutil.Process | None:
    with suppress(psutil.Error):
        process = psutil.Process(backend)
        if "postgres" in process.name():
            return process.parent()
    return None
