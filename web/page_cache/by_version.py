"""Keep what several pages show until the data changes: the topics of a week, the newest day."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.db import connection

from web.page_cache.versions import known

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
_MOST: Final = 256  # results of each function; a topic's counts are some KB


def by_version(function: Callable[P, T]) -> Callable[P, T]:
    """Compute the result once for each version of the data, as pages are rendered once for it.

    For functions that only read what triggers watch, whose arguments are hashable, and whose result
    no caller changes. In an open transaction each call computes: it may see what is not committed.
    """
    results: OrderedDict[Hashable, T] = OrderedDict()
    lock = threading.Lock()

    @wraps(function)
    def kept(*args: P.args, **kwargs: P.kwargs) -> T:
        seen = None if connection.in_atomic_block else known()
        if seen is None:
            return function(*args, **kwargs)
        key = (seen.version, args, *sorted(kwargs.items()))
        with lock:
            if key in results:
                return results[key]
        result = function(*args, **kwargs)  # of this version or a newer one
        with lock:
            results[key] = result
            while len(results) > _MOST:
                results.popitem(last=False)
        return result

    _clears.append(results.clear)
    return kept


def each_by_version(
    most: int,
) -> Callable[
    [Callable[Concatenate[Sequence[K], P], Mapping[K, T]]],
    Callable[Concatenate[Sequence[K], P], dict[K, T]],
]:
    """The same for a function that loads several things by their keys: only the others are loaded.

    Args:
        most: things that are kept, those used last.
    """

    def decorate(
        load: Callable[Concatenate[Sequence[K], P], Mapping[K, T]],
    ) -> Callable[Concatenate[Sequence[K], P], dict[K, T]]:
        results: OrderedDict[Hashable, T] = OrderedDict()
        lock = threading.Lock()

        @wraps(load)
        def kept(keys: Sequence[K], /, *args: P.args, **kwargs: P.kwargs) -> dict[K, T]:
            seen = None if connection.in_atomic_block else known()
            if seen is None:
                return {**load(keys, *args, **kwargs)}
            about = (seen.version, args, *sorted(kwargs.items()))
            with lock:
                found = {key: results[about, key] for key in keys if (about, key) in results}
            if others := [key for key in keys if key not in found]:
                found |= load(others, *args, **kwargs)
            with lock:
                for key, result in found.items():
                    results[about, key] = result
                    results.move_to_end((about, key))
                while len(results) > most:
                    results.popitem(last=False)
            return found

        _clears.append(results.clear)
        return kept

    return decorate


_clears: list[Callable[[], Any]] = []


def forget() -> None:
    """Drop all results."""
    for clear in _clears:
        clear()
