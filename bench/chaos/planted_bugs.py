"""A worker with a bug: `python -m bench.chaos.planted_bugs WORDS…` instead of `celery WORDS…`.

A harness that has never failed proves little. CHAOS_PLANT names the bug; only the harness sets
it, and only this module reads it.
"""

from __future__ import annotations

import os
import sys
from typing import Final

import django
from celery.__main__ import main as celery
from django.apps import apps

if not apps.ready:
    django.setup()  # the ledger's values need the models

from newsletter.delivery import ledger

PLANT: Final = "CHAOS_PLANT"
# By its name: which statement of the ledger, its text, its text with the bug.
BUGS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "mark_before_sending": (
        ("_MARK_SENDING", "SET state = 'sending',", "SET state = 'sent', sent_at = now(),"),
    ),
    "no_mark": (
        ("_MARK_SENDING", "SET state = 'sending',", "SET state = state,"),
        ("_RECORD", "IN ('sending', 'uncertain')", "IN ('queued', 'deferred')"),
    ),
    "no_fence": (
        ("_MARK_SENDING", "AND fence = %(fence)s", ""),
        ("_MARK_SENDING", "'sending', 'uncertain')", "'sending', 'uncertain', 'sent')"),
    ),
}


def plant(name: str) -> None:
    """Put the bug into the ledger's statements.

    Raises:
        ValueError: the statement no longer has the text that the bug changes.
    """
    for statement, right, wrong in BUGS[name]:
        sql: str = getattr(ledger, statement)
        if right not in sql:
            raise ValueError(f"{statement} does not contain {right!r} any more: plant another bug")
        setattr(ledger, statement, sql.replace(right, wrong))


if __name__ == "__main__":
    plant(os.environ[PLANT])
    sys.argv[0] = "celery"
    celery()
