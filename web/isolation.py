"""Which errors may cost one row of a page, a feed or an edition, and nothing beside it."""

from __future__ import annotations

import logging
from typing import Final

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import Error as DatabaseError

# These are not about the row: a task must end at its time limit, and after an error of the
# database each later query of the transaction would fail too.
_NOT_ABOUT_A_ROW: Final = (SoftTimeLimitExceeded, DatabaseError, OSError, MemoryError)
_MOST_LOGGED: Final = 1_000
_logged: set[tuple[str, str, type[Exception]]] = set()


def is_about_one_row(error: Exception) -> bool:
    """Whether the page may go on without the row whose rendering raised `error`."""
    return not isinstance(error, _NOT_ABOUT_A_ROW)


def log_once(log: logging.Logger, place: str, row: object, error: Exception) -> None:
    """Log what a row raised, with its traceback: once in a process for each place, row and kind.

    A page is requested again and again, and the same traceback each time would hide all others.
    """
    key = place, str(row), type(error)
    if key in _logged:
        return
    if len(_logged) >= _MOST_LOGGED:
        _logged.clear()  # what was logged long ago may be logged again
    _logged.add(key)
    log.error(
        "an error of ours: %s cannot be rendered, and %s goes on without it",
        *(row, place), exc_info=error,
    )  # fmt: skip
