"""GET /metrics: the newest editions' counters for Prometheus, to a client with METRICS_TOKEN.

No metric is about one subscriber: the labels are cadence, day and state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from newsletter import clock
from newsletter.delivery.progress import deliveries_of
from newsletter.models import Delivery, Edition

NEWEST: Final = 10  # editions: older ones do not change any more
_LABELS: Final = ("cadence", "day")


def view(request: HttpRequest) -> HttpResponse:
    """The metrics as text. One line with 404 (no METRICS_TOKEN is set), 401 or 503 otherwise."""
    if not settings.METRICS_TOKEN:
        return _line("METRICS_TOKEN is not set", 404)
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return _line("Authorization: Bearer METRICS_TOKEN", 401)
    try:
        return _response(generate_latest(EditionCollector()), 200, CONTENT_TYPE_PLAIN_0_0_4)
    except DatabaseError:
        return _line("no database", 503)  # the error's text may hold a password


class EditionCollector(Collector):
    """The newest editions' deliveries by state, and the clock: three queries over kept counters."""

    def collect(self) -> Iterator[Metric]:
        editions = list(Edition.objects.light().order_by("-pk")[:NEWEST])
        yield from metrics_of(editions, deliveries_of([edition.pk for edition in editions]))
        doubted = "1 when the clock of a tick seems to have jumped: nothing is dispatched then."
        yield GaugeMetricFamily("trending_clock_doubted", doubted, value=int(clock.is_doubted()))


def metrics_of(
    editions: Sequence[Edition], counts: Mapping[int, Mapping[str, int]]
) -> tuple[Metric, ...]:
    """The metrics of these editions; `counts` are by edition id and state. Pure."""
    deliveries = GaugeMetricFamily(
        "trending_deliveries",
        "Deliveries of the newest editions, by state.",
        labels=[*_LABELS, "state"],
    )
    complaints = GaugeMetricFamily(
        "trending_complaints",
        "Mails of the newest editions that were reported as spam.",
        labels=_LABELS,
    )
    paused = GaugeMetricFamily(
        "trending_edition_paused",
        "1 when an edition is paused, by the service or by an operator.",
        labels=_LABELS,
    )
    cancelled = GaugeMetricFamily(
        "trending_edition_cancelled", "1 when an edition is cancelled, for good.", labels=_LABELS
    )
    for edition in editions:
        labels = [edition.cadence, f"{edition.day:%Y-%m-%d}"]
        for state in Delivery.State.values:
            count = counts.get(edition.pk, {}).get(state, 0)
            deliveries.add_metric([*labels, state], count)
        complaints.add_metric(labels, edition.complaints)
        paused.add_metric(labels, int(edition.halt == "paused"))
        cancelled.add_metric(labels, int(edition.halt == "cancelled"))
    return deliveries, complaints, paused, cancelled


def _line(text: str, status: int) -> HttpResponse:
    response = _response(f"{text}\n".encode(), status, "text/plain; charset=utf-8")
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _response(body: bytes, status: int, content_type: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(body, status=status, content_type=content_type, headers=headers)
