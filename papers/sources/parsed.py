"""What an answer of a source gave: its rows, and those that had to be left out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from papers.sources import SourceError

T = TypeVar("T")
_SHOWN: Final = 3  # reasons in an error
_LOGGED: Final = 20  # reasons in the log; a paper may have thousands of authors
_log = logging.getLogger(__name__)


class Parsed(list[T]):
    """The rows that could be read, in the answer's order.

    `left_out` has a reason for each other row, which names the row and what is wrong with it. A
    field that is left out of a row is in the row: `FetchedPaper.left_out`.
    """

    def __init__(self, rows: Iterable[T] = (), left_out: Iterable[str] = ()) -> None:
        super().__init__(rows)
        self.left_out = tuple(left_out)


def refuse_if_most(left_out: Sequence[str], kept: int, *, permanent: bool = True) -> None:
    """Refuse an answer of which more rows are left out than kept: it is not what we expect.

    Raises:
        SourceError: with the first reasons.
    """
    if len(left_out) <= kept:
        return
    reasons = "; ".join(left_out[:_SHOWN])
    if kept or len(left_out) > 1:
        of_all = f"{len(left_out)} of {len(left_out) + kept} rows cannot be read"
        reasons = f"{of_all}: {reasons}" + ("; …" if len(left_out) > _SHOWN else "")
    raise SourceError(reasons, permanent=permanent)


def warn_of(left_out: Sequence[str], source: str) -> None:
    """Log what was left out of an answer, one line each up to twenty."""
    for reason in left_out[:_LOGGED]:
        _log.warning("%s: left out: %s", source, reason)
    if len(left_out) > _LOGGED:
        _log.warning("%s: left out: %d more", source, len(left_out) - _LOGGED)
