"""The admin's home: how the service does today, in numbers that lead to their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from newsletter.delivery.progress import deliveries_of
from newsletter.models import Candidate, Delivery, Edition
from papers.jobs.status import Status, format_span, statuses
from papers.jobs.timetable import JOBS
from papers.models import Job, JobStep, Paper
from papers.windows import closes_at, last_closed_day
from subscribers.models import Subscriber
from web.admin import row_url, rows_url, short

DELIVERY_DAYS: Final = 30
_LISTED: Final = 8
_READER_STATES: Final = (
    Subscriber.State.ACTIVE,
    Subscriber.State.PENDING,
    Subscriber.State.UNSUBSCRIBED,
    Subscriber.State.SUPPRESSED,
)
_DELIVERY_STATES: Final = (
    Delivery.State.SENT,
    Delivery.State.SKIPPED,
    Delivery.State.QUEUED,
    Delivery.State.SENDING,
    Delivery.State.DEFERRED,
    Delivery.State.FAILED,
    Delivery.State.UNCERTAIN,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, what it counts, and where its rows are."""

    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a short list: what it is, where it leads, and what is quietly said beside it."""

    title: str
    url: str
    aside: str


@dataclass(frozen=True, slots=True)
class EditionLine:
    """One cadence: the edition that closed last, what became of it, and who gets the next."""

    cadence: str
    last: Edition | None
    last_url: str
    is_current: bool
    papers: Figure | None
    deliveries: Sequence[Figure]
    readers: Figure


def show(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the home page with the parts whose rows the operator may see. Unfold calls this."""
    now = timezone.now()
    user: Any = request.user
    parts = {
        "readers": ("subscribers.view_subscriber", readers),
        "editions": ("newsletter.view_edition", editions),
        "deliveries": ("newsletter.view_delivery", deliveries),
        "papers": ("papers.view_paper", papers),
        "sources": ("papers.view_job", sources),
    }
    shown = {
        name: count(now) for name, (permission, count) in parts.items() if user.has_perm(permission)
    }
    return {**context, **shown, "now": now}


# ── readers ──────────────────────────────────────────────────────────────────


def readers(now: datetime) -> dict[str, Any]:
    """Readers by state, and those whose digests are due next."""
    counts = _counts(Subscriber.objects.all(), "state")
    tomorrow = now.replace(microsecond=0) + timedelta(days=1)
    due = Subscriber.objects.filter(next_send_at__isnull=False)
    soon = due.filter(next_send_at__lt=tomorrow).count()
    return {
        "total": Figure("readers", sum(counts.values()), rows_url(Subscriber)),
        "states": [
            Figure(
                str(state.label),
                counts.get(state.value, 0),
                rows_url(Subscriber, state__exact=state.value),
            )
            for state in _READER_STATES
        ],
        "due": Figure("due in 24 hours", soon, rows_url(Subscriber, next_send_at__lt=tomorrow)),
        "next": [_due_row(reader, now) for reader in due.order_by("next_send_at", "id")[:_LISTED]],
    }


def _due_row(reader: Subscriber, now: datetime) -> Row:
    slot = reader.next_send_at or now
    when = "now" if slot <= now else f"{slot:%a} {short(slot)} UTC"
    return Row(reader.email, row_url(reader), f"{reader.get_cadence_display()} · {when}")


# ── editions ─────────────────────────────────────────────────────────────────


def editions(now: datetime) -> dict[str, Any]:
    """The last frozen edition of each cadence, and when the next ones close: all at once."""
    next_day = last_closed_day(now) + timedelta(days=1)
    return {"lines": _lines(now), "next_day": next_day, "closes": closes_at(next_day)}


def _lines(now: datetime) -> list[EditionLine]:
    newest = {edition.cadence: edition for edition in _last_frozen()}
    ids = [edition.pk for edition in newest.values()]
    candidates = Candidate.objects.filter(edition__in=ids)
    papers_of = _counts(candidates, "edition")
    sent = deliveries_of(ids)
    active = _counts(Subscriber.objects.filter(state=Subscriber.State.ACTIVE), "cadence")
    return [
        _line(
            cadence,
            newest.get(cadence.value),
            now,
            papers_of=papers_of,
            sent=sent,
            active=active.get(cadence.value, 0),
        )
        for cadence in Subscriber.Cadence
    ]


def _last_frozen() -> Iterable[Edition]:
    frozen = Edition.objects.filter(state=Edition.State.FROZEN).defer("html", "text")
    return frozen.order_by("cadence", "-day").distinct("cadence")


def _counts(rows: QuerySet[Any], column: str) -> dict[Any, int]:
    return dict(rows.order_by().values_list(column).annotate(Count("id")))


def _line(
    cadence: Subscriber.Cadence,
    last: Edition | None,
    now: datetime,
    *,
    papers_of: Mapping[int, int],
    sent: Mapping[int, Counter[str]],
    active: int,
) -> EditionLine:
    readers_url = rows_url(Subscriber, state__exact="active", cadence__exact=cadence.value)
    return EditionLine(
        cadence=cadence.value,
        last=last,
        last_url=row_url(last) if last else "",
        is_current=bool(last and last.day >= last_closed_day(now)),
        papers=_papers_figure(last, papers_of.get(last.pk, 0)) if last else None,
        deliveries=_delivery_figures(last, sent[last.pk]) if last else (),
        readers=Figure("active readers", active, readers_url),
    )


def _papers_figure(edition: Edition, count: int) -> Figure:
    return Figure("papers", count, rows_url(Candidate, edition__id__exact=edition.pk))


def _delivery_figures(edition: Edition, counts: Counter[str]) -> list[Figure]:
    return [
        Figure(
            str(state.label),
            counts[state.value],
            rows_url(Delivery, edition__id__exact=edition.pk, state__exact=state.value),
        )
        for state in _DELIVERY_STATES
        if counts[state.value]
    ]


# ── deliveries ───────────────────────────────────────────────────────────────


def deliveries(now: datetime) -> dict[str, Any]:
    """Deliveries of the editions of the last days, by outcome, and the commonest reasons."""
    first = last_closed_day(now) - timedelta(days=DELIVERY_DAYS - 1)
    recent = Delivery.objects.filter(edition__day__gte=first)
    counts = _counts(recent, "state")
    return {
        "first_day": first,
        "total": Figure("deliveries", sum(counts.values()), _since(first)),
        "states": [
            Figure(
                str(state.label),
                counts.get(state.value, 0),
                _since(first, state__exact=state.value),
            )
            for state in _DELIVERY_STATES
        ],
        "reasons": _commonest_reasons(recent, first),
    }


def _commonest_reasons(recent: QuerySet[Delivery], first: date) -> list[tuple[str, Figure]]:
    counted = recent.exclude(reason="").order_by().values_list("state", "reason")
    commonest = counted.annotate(count=Count("id")).order_by("-count", "state", "reason")
    return [
        (
            str(Delivery.State(state).label),
            Figure(reason, count, _since(first, state__exact=state, reason__exact=reason)),
        )
        for state, reason, count in commonest[:_LISTED]
    ]


def _since(first: date, **filters: str) -> str:
    return rows_url(Delivery, edition__day_from=first, **filters)


# ── papers ───────────────────────────────────────────────────────────────────


def papers(now: datetime) -> dict[str, Any]:
    """How many papers are known, how many are new this week, and the newest."""
    week = last_closed_day(now) - timedelta(days=6)
    since = Paper.objects.filter(listed_on__gte=week).count()
    newest = Paper.listed.order_by("-listed_on", "id").only("title", "listed_on")[:_LISTED]
    return {
        "total": Figure("papers", Paper.objects.count(), rows_url(Paper)),
        "this_week": Figure(
            "since " + date_format(week, "j F"), since, rows_url(Paper, listed_on_from=week)
        ),
        "newest": [Row(paper.title, row_url(paper), short(paper.listed_on)) for paper in newest],
    }


# ── sources ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One job that asks a live source: how long ago it last succeeded, and what is wrong."""

    name: str
    source: str
    url: str
    health: str
    last: str
    next: str
    error: str
    errors_url: str


def sources(now: datetime) -> dict[str, Any]:
    """How each live source that is on stands, and which are off."""
    asking = [one for one in statuses(JOBS, now) if one.spec.source]
    on = [one for one in asking if not one.disabled_reason]
    names = {one.spec.source for one in asking} - {one.spec.source for one in on}
    return {
        "source_lines": [_source_line(one, now) for one in on],
        "off": sorted(names),
        "url": rows_url(Job),
    }


def _source_line(one: Status, now: datetime) -> SourceLine:
    job = one.job
    due = job.next_run_at if job else now
    return SourceLine(
        name=one.spec.name.replace("_", " "),
        source=one.spec.source.replace("_", " "),
        url=row_url(job) if job else rows_url(Job),
        health=one.health,
        last=f"{format_span(one.lag)} ago" if one.lag is not None else "never",
        next="now" if due <= now else f"in {format_span(due - now)}",
        error=one.error,
        errors_url=rows_url(JobStep, job__id__exact=job.pk, state__exact="failed") if job else "",
    )
