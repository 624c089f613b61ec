"""The ledger's counters in the text format of Prometheus; nothing in them is about one reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from newsletter.delivery.progress import deliveries_of
from newsletter.models import Delivery, Edition

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
NEWEST: Final = 10  # editions: older ones do not change any more


def metrics() -> str:
    """The newest editions' deliveries by state, in two queries over kept counters."""
    editions = list(Edition.objects.defer("html", "text").order_by("-pk")[:NEWEST])
    return exposition(editions, deliveries_of([edition.pk for edition in editions]))


def exposition(editions: Sequence[Edition], counts: Mapping[int, Mapping[str, int]]) -> str:
    """Metrics of these editions; `counts` are by edition and state. Pure."""
    return "".join(f"{line}\n" for line in _lines(editions, counts))


def _lines(editions: Sequence[Edition], counts: Mapping[int, Mapping[str, int]]) -> Iterator[str]:
    yield "# HELP trending_deliveries Deliveries of the newest editions, by state."
    yield "# TYPE trending_deliveries gauge"
    for edition in editions:
        for state in Delivery.State.values:
            count = counts.get(edition.pk, {}).get(state, 0)
            yield f'trending_deliveries{{{_labels(edition)},state="{state}"}} {count}'
    yield "# HELP trending_complaints Mails of the newest editions that were reported as spam."
    yield "# TYPE trending_complaints gauge"
    for edition in editions:
        yield f"trending_complaints{{{_labels(edition)}}} {edition.complaints}"
    yield "# HELP trending_edition_paused 1 when an edition is held back, by itself or by hand."
    yield "# TYPE trending_edition_paused gauge"
    for edition in editions:
        yield f"trending_edition_paused{{{_labels(edition)}}} {int(edition.paused_at is not None)}"


def _labels(edition: Edition) -> str:
    return f'cadence="{edition.cadence}",day="{edition.day:%Y-%m-%d}"'
