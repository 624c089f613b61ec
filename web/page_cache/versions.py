"""The version of the data that pages show, as this process knows it.

`papers` says how it is read (papers/page_version.py); here it is read once in
PAGE_VERSION_SECONDS, whatever the number of requests.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError

_PATIENCE = 1.0  # seconds that a version may be older, while another thread reads the next one


@dataclass(frozen=True, slots=True)
class Known:
    """A version, when it was read, the one before it, and when that was seen to be over.

    The times are those of `time.monotonic`.
    """

    version: str
    read_at: float
    before: str
    changed_at: float


class Versions:
    """Reads the version by `read`, and keeps what it returned."""

    def __init__(
        self, read: Callable[[], str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._clock, self._lock = read, clock, threading.Lock()
        self._known: Known | None = None
        self._asked_at = float("-inf")

    def known(self) -> Known | None:
        """What is known now; None when the database does not answer."""
        known, seconds = self._known, float(settings.PAGE_VERSION_SECONDS)
        age = self._clock() - known.read_at if known else float("inf")
        if known and age < seconds:
            return known
        waits_since = self._clock()
        if not self._lock.acquire(blocking=age > seconds + _PATIENCE):
            return known  # another thread reads it
        try:
            # A server that does not answer takes seconds: one after the other would ask it, and
            # the last of many requests would wait for minutes.
            if self._asked_at > waits_since:
                return self._known
            self._asked_at = self._clock()
            self._known = self._next(self._known)
        except (OperationalError, InterfaceError):
            self._known = None  # the view finds out why, and answers 503
        finally:
            self._lock.release()
        return self._known

    def _next(self, last: Known | None) -> Known:
        began = self._clock()  # before the query: what is committed during it may be missing
        version = self._read()
        if last and last.version == version:
            return Known(version, began, last.before, last.changed_at)
        return Known(version, began, last.version if last else "", self._clock())


_source: list[Versions] = []


def read_by(read: Callable[[], str]) -> None:
    """Set how the version is read; without it no page is kept."""
    _source[:] = [Versions(read)]


def known() -> Known | None:
    """What this process knows of the version; None: unknown, so no page may come from the cache."""
    return _source[0].known() if _source else None
