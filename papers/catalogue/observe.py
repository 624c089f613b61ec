"""Observe: add what a source counts of papers that are known already.

Unlike an ingest it teaches nothing: no title, no author changes, and no paper comes to be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from papers.catalogue.ingest import digest_of, wait_for_other_ingests
from papers.fetched import FetchedSignal
from papers.models import Paper, RawRecord, Signal

_BATCH: Final = 1000  # rows of one INSERT
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL stores neither in JSON


@dataclass(frozen=True, slots=True)
class Observation:
    """What one read told of one paper. An empty payload is not kept: nothing had changed."""

    paper_id: int
    signals: tuple[FetchedSignal, ...]
    raw: dict[str, Any] = field(default_factory=dict)


def observe(source: str, observations: Sequence[Observation], *, read_at: datetime) -> int:
    """Add the signals and payloads of one read, and say how many signals are new.

    Nothing is overwritten: what the paper has of the kind and source at `read_at` stays, and
    a payload that is kept already is not kept twice. A paper that is gone meanwhile is
    left out. All or nothing.
    """
    with transaction.atomic():
        wait_for_other_ingests()  # they may merge two papers into one
        asked = [it.paper_id for it in observations]
        rows = Paper.objects.select_for_update(no_key=True).filter(pk__in=asked).order_by("pk")
        here = set(rows.values_list("pk", flat=True))
        present = [it for it in observations if it.paper_id in here]
        _keep(source, present, read_at)
        return _add(source, present, read_at)


def _add(source: str, observations: Sequence[Observation], read_at: datetime) -> int:
    stored = Signal.objects.filter(source=source, read_at=read_at).order_by()
    known = set(stored.values_list("paper", "kind"))
    values = {
        (it.paper_id, str(signal.kind)): signal.value
        for it in observations
        for signal in it.signals
        if (it.paper_id, signal.kind) not in known
    }
    Signal.objects.bulk_create(
        (
            Signal(paper_id=paper, source=source, kind=kind, read_at=read_at, value=value)
            for (paper, kind), value in values.items()
        ),
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    return len(values)


def _keep(source: str, observations: Sequence[Observation], read_at: datetime) -> None:
    payloads = [(it.paper_id, storable(it.raw)) for it in observations if it.raw]
    named = [(paper, digest_of(payload), payload) for paper, payload in payloads]
    kept = RawRecord.objects.filter(source=source, paper__in=[paper for paper, _ in payloads])
    known = set(kept.order_by().values_list("paper", "digest"))
    RawRecord.objects.bulk_create(
        (
            RawRecord(
                paper_id=paper, source=source, day=read_at.date(), digest=digest, payload=payload
            )
            for paper, digest, payload in named
            if (paper, digest) not in known
        ),
        batch_size=_BATCH,
        ignore_conflicts=True,
    )


def storable(value: Any) -> Any:
    """A JSON value with each character that PostgreSQL refuses replaced by a visible mark."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    return value
