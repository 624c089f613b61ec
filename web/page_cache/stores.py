"""Where pages are kept: in this process, up to a number of bytes, and for all processes in Redis.

Redis holds the tasks too, and drops nothing when it is full (check W060): so each process stores no
more than its share there within the lifetime of a page. Without Redis each process makes its own.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

from django.conf import settings

from web.page_cache.entries import Entry, from_bytes
from web.rate_limit import ask_redis, connection

# Triggers see each change of the data, but not the hours that pass: "read 5 hours ago".
LIFETIME: Final = 600  # seconds
_LARGEST: Final = 8  # a page may take an eighth of the store


class Local:
    """The pages used last, up to `most` bytes."""

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._entries: OrderedDict[Hashable, tuple[Entry, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Entry | None:
        """The page, of whatever version, unless it is too old."""
        with self._lock:
            found = self._entries.get(key)
            if found is None:
                return None
            self._entries.move_to_end(key)
            return found[0] if is_young(found[0]) else None

    def put(self, key: Hashable, entry: Entry) -> None:
        """Keep a page, in place of an older one; called again when it has got larger."""
        size = entry.size
        with self._lock:
            self._bytes -= self._entries.pop(key, (entry, 0))[1]
            if size * _LARGEST > self._most:
                return
            self._entries[key] = (entry, size)
            self._bytes += size
            while self._bytes > self._most:
                self._bytes -= self._entries.popitem(last=False)[1][1]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    @property
    def bytes(self) -> int:
        """Bytes of all pages, about."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._entries)


class Shared:
    """The pages of all processes, by keys that say of which release and version they are."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._written, self._since = 0, clock()
        self._lock = threading.Lock()

    def get(self, key: str) -> Entry | None:
        stored = ask_redis("page cache", lambda: connection().get(_name(key)))
        entry = from_bytes(stored) if isinstance(stored, bytes) else None
        return entry if entry and is_young(entry) else None

    def put(self, key: str, entry: Entry) -> None:
        stored = entry.as_bytes()
        seconds = int(LIFETIME - (time.time() - entry.made_at))
        if seconds > 0 and self._has_room(len(stored)):
            ask_redis("page cache", lambda: connection().set(_name(key), stored, ex=seconds))

    def _has_room(self, size: int) -> bool:
        """Count what is written: all of it is gone from Redis after a lifetime."""
        with self._lock:
            now = self._clock()
            if now - self._since > LIFETIME:
                self._since, self._written = now, 0
            self._written += size
            return self._written <= self._most


def is_young(entry: Entry) -> bool:
    """Whether a page may still be used, if its version is the present one."""
    return 0 <= time.time() - entry.made_at + 1 < LIFETIME


def _name(key: str) -> str:
    return f"{settings.REDIS_PREFIX}page:{key}"
