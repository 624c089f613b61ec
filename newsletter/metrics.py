"""GET /metrics: the newest editions' counters for Prometheus, to a client with METRICS_TOKEN.

No metric is about one subscriber: the labels are cadence, day, state and result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from mail.relay import RelayState, relay_state
from newsletter import clock
from newsletter.delivery.progress import deliveries_of
from newsletter.delivery.restored import waits_for_decision
from newsletter.inbound.mailbox import configured_mailbox
from newsletter.models import Delivery, Edition, InboundMailbox
from papers.similarity.words_alone import words_alone
from web.counters import counts

NEWEST: Final = 10  # editions: older ones do not change any more
_LABELS: Final = ("cadence", "day")
_COUNTERS: Final = (
    ("trending_sign_ups", "Typed addresses, by what became of them.", "sign_ups"),
    ("trending_inbound_mails", "Mails that arrived, by kind and by what followed.", "inbound"),
    ("trending_cross_site_posts", "Forms that another site's page sent.", "cross_site_posts"),
)


def view(request: HttpRequest) -> HttpResponse:
    """The metrics as text. One line with 404 (no METRICS_TOKEN is set), 401 or 503 otherwise."""
    if not settings.METRICS_TOKEN:
        return _line("METRICS_TOKEN is not set", 404)
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return _line("Authorization: Bearer METRICS_TOKEN", 401)
    try:
        collectors = (EditionCollector(), SimilarityCollector(), SignUpCollector())
        text = b"".join(generate_latest(one) for one in collectors)
        return _response(text, 200, CONTENT_TYPE_PLAIN_0_0_4)
    except DatabaseError:
        return _line("no database", 503)  # the error's text may hold a password


class EditionCollector(Collector):
    """The newest editions' deliveries by state, and what stops them. Four queries, none counts."""

    def collect(self) -> Iterator[Metric]:
        editions = list(Edition.objects.light().order_by("-pk")[:NEWEST])
        yield from metrics_of(editions, deliveries_of([edition.pk for edition in editions]))
        doubted = "1 when the clock of a tick seems to have jumped: nothing is dispatched then."
        yield GaugeMetricFamily("trending_clock_doubted", doubted, value=int(clock.is_doubted()))
        restored = "1 from the restore of a backup until an operator decides: nothing is sent then."
        waits = int(waits_for_decision())
        yield GaugeMetricFamily("trending_restored_backup", restored, value=waits)
        mailbox = configured_mailbox()
        if mailbox is not None:
            yield from metrics_of_mailbox(mailbox)
        state = relay_state()
        if state is not None:  # without Redis nothing is known of the server
            yield from metrics_of_relay(state)


class SimilarityCollector(Collector):
    """Whether papers are compared without a model. Two queries by an index."""

    def collect(self) -> Iterator[Metric]:
        says = "1 while papers are compared by their words alone, because no model is used."
        yield GaugeMetricFamily("trending_words_alone", says, value=int(words_alone() is not None))


class SignUpCollector(Collector):
    """What became of typed addresses and of forms of other sites, as Redis counts them."""

    def collect(self) -> Iterator[Metric]:
        for name, says, counter in _COUNTERS:
            metric = counter_of(name, says, counts(counter))
            if metric.samples:
                yield metric


def counter_of(name: str, says: str, by_result: Mapping[str, int]) -> Metric:
    """A counter of `web/counters.py` as a metric, by result. Pure."""
    metric = CounterMetricFamily(name, says, labels=["result"])
    for result, number in sorted(by_result.items()):
        metric.add_metric([result], number)
    return metric


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


def metrics_of_mailbox(row: InboundMailbox) -> tuple[Metric, ...]:
    """The metrics of the mailbox at which mail arrives. Pure."""
    return (
        GaugeMetricFamily(
            "trending_mailbox_failing",
            "1 while the mailbox at which mail arrives cannot be read.",
            value=int(row.failed_since is not None),
        ),
        CounterMetricFamily(
            "trending_mailbox_skipped",
            "Mails that could not be taken in; each has a flag in the mailbox.",
            value=row.skipped,
        ),
    )


def metrics_of_relay(state: RelayState) -> tuple[Metric, ...]:
    """The metrics of the mail server. Pure."""
    return (
        GaugeMetricFamily(
            "trending_relay_backoff_seconds",
            "For how long no mail is sent, because the mail server takes none; 0: it takes mail.",
            value=state.wait,
        ),
        GaugeMetricFamily(
            "trending_relay_down",
            "1 from the first failure of the mail server until it answers again.",
            value=int(state.is_down),
        ),
        CounterMetricFamily(
            "trending_relay_backoffs",
            "How often sending was stopped because the mail server took no mail.",
            value=state.pauses,
        ),
        GaugeMetricFamily(
            "trending_mail_refused",
            "1 while the mail server refuses mail because of us: settings, address, reputation.",
            value=int(bool(state.refusal)),
        ),
    )


def _line(text: str, status: int) -> HttpResponse:
    response = _response(f"{text}\n".encode(), status, "text/plain; charset=utf-8")
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _response(body: bytes, status: int, content_type: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(body, status=status, content_type=content_type, headers=headers)
