"""What the ledger's statements read: the rows they are about, however many others there are."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.db import connection

from newsletter.delivery import ledger
from newsletter.models import Edition
from tests.factories import make_edition

pytestmark = pytest.mark.django_db
NOW: Final = datetime(2025, 3, 15, 9, tzinfo=UTC)
BURST: Final = list(range(39_901, 39_951))
HELD: Final[Mapping[str, Any]] = {
    "ids": ledger.array(BURST),
    "done": ledger.array(BURST),
    "lowest": BURST[0],
    "highest": BURST[-1],
    "fence": uuid.UUID(int=0),
    "now": NOW,
    "until": NOW,
}

_ROWS = """
INSERT INTO newsletter_delivery (id, edition_id, subscriber_id, state, reason, picks, renderer,
  key_id, attempts, next_attempt_at, provider_id, error, created_at)
SELECT n, %(edition)s, n, CASE WHEN n > 39900 THEN 'queued' ELSE 'sent' END, '', '[]', '',
       '', 0, %(now)s, '', '', %(now)s
  FROM generate_series(1, 40000) AS n
"""
_TOLD: Final = {"state": "sent", "reason": "", "error": "", "next_attempt_at": NOW}
_MARKED: Final = {"picks": "{}", "dated_at": NOW, "renderer": "1", "key": ""}
_RECORD_AND_MARK: Final = ledger._RECORD_AND_MARK.format(
    recorded=ledger._RECORD, marked=ledger._MARK_SENDING
)
_MANY: Final = {"reasons": [""] * 50, "provider_ids": "{}", "times": [NOW] * 50}


@pytest.fixture(params=[True, False], ids=["analysed", "never analysed"])
def edition(request: pytest.FixtureRequest) -> Edition:
    """Forty thousand rows that are done, but for the last hundred.

    Autovacuum comes when it comes: of an edition that has just begun nothing is known.
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
    told = plan(ledger._CLAIM, edition, first=1, last=2**62, most=50)
    assert re.search(r"Index Scan using \w+_edition_id_id_idx", told), told  # delivery_unfinished
    assert "Rows Removed" not in told, told


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (ledger._MARK_SENDING, _MARKED),
        (ledger._RECORD, _MANY | _TOLD),
        (_RECORD_AND_MARK, _MARKED | _MANY | _TOLD),
        (ledger._SKIP, _MANY),
        (ledger._DEFER, _MANY),
        (ledger._RELEASE, {}),
    ],
    ids=["mark", "record", "turn over", "skip", "put off", "release"],
)
def test_a_change_reads_only_the_rows_it_names(
    sql: str, values: Mapping[str, Any], edition: Edition
) -> None:
    told = plan(sql, edition, **values)
    assert "Seq Scan on newsletter_delivery" not in told, told
    assert f"Rows Removed by Filter: {len(BURST)}\n" in told, told  # held by another fence


def test_what_readers_were_sent_is_found_by_reader(edition: Edition) -> None:
    readers = ledger.array(range(1, 51))
    told = plan(ledger._SEEN, edition, readers=readers, since=NOW, first_edition=1)
    assert re.search(r"Index Scan (using|on) \w+_subscriber_id_edition_id_key", told), told
    assert "Rows Removed by Filter: 1\n" in told, told  # each reader's row of this very edition
