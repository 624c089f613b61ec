"""The ledger's statements read the rows they name, however many others there are."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.db import connection

from newsletter.delivery import ledger, seen
from newsletter.models import Edition
from tests.factories import make_edition
from web.sql import array

pytestmark = pytest.mark.django_db
NOW: Final = datetime(2025, 3, 15, 9, tzinfo=UTC)
BURST: Final = list(range(39_901, 39_951))
HELD: Final[Mapping[str, Any]] = {
    "ids": array(BURST),
    "done": array(BURST),
    "lowest": BURST[0],
    "highest": BURST[-1],
    "fence": uuid.UUID(int=0),
    "now": NOW,
    "until": NOW,
}

_ROWS = """
INSERT INTO newsletter_delivery (id, edition_id, subscriber_id, state, reason,
  attempts, next_attempt_at, provider_id, error, created_at)
SELECT n, %(edition)s, n, CASE WHEN n > 39900 THEN 'queued' ELSE 'sent' END, '',
       0, %(now)s, '', '', %(now)s
  FROM generate_series(1, 40000) AS n
"""
_OUTCOME: Final = {
    "state": "sent",
    "reason": "",
    "error": "",
    "next_attempt_at": NOW,
    "spread": timedelta(),
    "uncounted": 0,
}
_CONTENT: Final = {
    "new": array(BURST),
    **dict.fromkeys(("positions", "papers", "reasons"), ["{}"] * 50),
    "languages": ["en"] * 50,
    "explored": [-1] * 50,
    "teams": [""] * 50,
    "sections": [""] * 50,
    "openings": [""] * 50,
    "dated_at": NOW,
    "renderer": "1",
    "key": "",
}
_MANY: Final = {"reasons": [""] * 50, "provider_ids": "{}", "times": [NOW] * 50}


@pytest.fixture(params=[True, False], ids=["analysed", "never analysed"])
def edition(request: pytest.FixtureRequest) -> Edition:
    """Forty thousand rows, all but the last hundred being sent.

    Without ANALYZE, as before the first autovacuum: an edition has no statistics when it begins.
    """
    made = make_edition()
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"edition": made.pk, "now": NOW})
        if request.param:
            cursor.execute("ANALYZE newsletter_delivery")
    return made


def plan(sql: str, edition: Edition, **values: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, TIMING OFF) " + sql, {"edition": edition.pk, **HELD, **values}
        )
        return "\n".join(row[0] for row in cursor.fetchall())


def test_a_claim_reads_unfinished_rows_from_its_first_id(edition: Edition) -> None:
    shown = plan(ledger._CLAIM, edition, first=1, last=2**62, most=50, composed_at=None)
    assert re.search(r"Index Scan using \w+_edition_id_id_idx", shown), shown  # delivery_unfinished
    assert "Rows Removed" not in shown, shown


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (ledger._MARK_SENDING, _CONTENT),
        (ledger._RECORD, _MANY | _OUTCOME),
        (ledger._SKIP, _MANY),
        (ledger._DEFER, _MANY),
        (ledger._RELEASE, {}),
    ],
    ids=["mark", "record", "skip", "defer", "release"],
)
def test_a_change_reads_only_the_rows_it_names(
    sql: str, values: Mapping[str, Any], edition: Edition
) -> None:
    shown = plan(sql, edition, **values)
    assert "Seq Scan on newsletter_delivery" not in shown, shown
    assert f"Rows Removed by Filter: {len(BURST)}\n" in shown, shown  # held by another fence


def test_seen_papers_are_found_by_subscriber(edition: Edition) -> None:
    subscribers = array(range(1, 51))
    shown = plan(seen._SEEN, edition, subscribers=subscribers, since=NOW, first_edition=1)
    assert re.search(r"Index Scan (using|on) \w+_subscriber_id_edition_id_key", shown), shown
    assert "Rows Removed by Filter: 1\n" in shown, shown  # each reader's row of this very edition
