"""The admin's home: the state of the service in figures, each a link to the rows it counts.

At most fourteen queries, with session and user, and one more while two rankings are compared.
Deliveries are never counted: their figures are the counters that a trigger keeps
(newsletter/delivery/progress.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from mail.relay import relay_state
from newsletter import clock
from newsletter.dashboard_learning import compared_by_words, papers_explored, rankings_compared
from newsletter.delivery.progress import deliveries_of, deliveries_since
from newsletter.delivery.restored import waits_for_decision
from newsletter.inbound.lately import DAYS as INBOUND_DAYS
from newsletter.inbound.lately import inbound_figures
from newsletter.inbound.mailbox import configured_mailbox
from newsletter.models import Candidate, Delivery, Edition
from papers.jobs.status import Status, format_span, statuses
from papers.jobs.timetable import JOBS
from papers.models import Job, JobStep, Paper
from papers.windows import closes_at, last_closed_day
from subscribers.feedback import lately
from subscribers.models import Feedback, Subscriber
from web.admin import row_url, rows_url, short

DELIVERY_DAYS: Final = 30
FEEDBACK_DAYS: Final = 7
_FEEDBACK_LABELS: Final = {Feedback.Kind.SEED: "named as liked"}
_LISTED: Final = 8
_SUBSCRIBER_STATES: Final = (
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
    """A count, its label, and the URL of the list with exactly the counted rows."""

    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a short list: a title with its URL, and a remark beside it."""

    title: str
    url: str
    aside: str


@dataclass(frozen=True, slots=True)
class EditionLine:
    """One cadence: the edition that closed last with its deliveries, and its active subscribers."""

    cadence: str
    last: Edition | None
    last_url: str
    is_current: bool
    halt: str  # "paused" or "cancelled", with the reason; empty: it is sent
    papers: Figure | None
    deliveries: Sequence[Figure]
    subscribers: Figure


def show(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the home page with the parts whose rows the operator may view. Unfold calls this."""
    now = timezone.now()
    counts = SubscriberCounts(now)
    user: Any = request.user
    parts: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
        "subscribers": ("subscribers.view_subscriber", lambda: subscribers(now, counts)),
        "feedback": ("subscribers.view_feedback", lambda: feedback(now)),
        "restored": ("newsletter.view_delivery", restored_backup),
        "relay": ("newsletter.view_delivery", relay_trouble),
        "mailbox": ("newsletter.view_delivery", mailbox_trouble),
        "editions": ("newsletter.view_edition", lambda: editions(now, counts)),
        "deliveries": ("newsletter.view_delivery", lambda: deliveries(now)),
        "inbound": ("newsletter.view_inboundmessage", lambda: inbound(now)),
        "explored": ("newsletter.view_delivery", lambda: papers_explored(now)),
        "comparison": ("newsletter.view_delivery", lambda: rankings_compared(now)),
        "words_alone": ("papers.view_paper", compared_by_words),
        "papers": ("papers.view_paper", lambda: papers(now)),
        "sources": ("papers.view_job", lambda: sources(now)),
    }
    shown = {
        name: part() for name, (permission, part) in parts.items() if user.has_perm(permission)
    }
    return {**context, **shown, "now": now}


# ── subscribers ──────────────────────────────────────────────────────────────


class SubscriberCounts:
    """Subscribers by state, by cadence and by next slot: one query, for two parts of the page."""

    def __init__(self, now: datetime) -> None:
        self.tomorrow = now.replace(microsecond=0) + timedelta(days=1)

    @cached_property
    def _rows(self) -> list[tuple[str, str, int, int]]:
        soon = Count("id", filter=Q(next_send_at__lt=self.tomorrow))
        groups = Subscriber.objects.order_by().values_list("state", "cadence")
        return list(groups.annotate(count=Count("id"), soon=soon))

    @property
    def total(self) -> int:
        return sum(count for _, _, count, _ in self._rows)

    @property
    def due(self) -> int:
        """How many are due before tomorrow, the ones of missed slots included."""
        return sum(soon for _, _, _, soon in self._rows)

    def of_state(self, state: str) -> int:
        return sum(count for other, _, count, _ in self._rows if other == state)

    def active(self, cadence: str) -> int:
        wanted = (Subscriber.State.ACTIVE, cadence)
        return sum(count for *group, count, _ in self._rows if tuple(group) == wanted)


def subscribers(now: datetime, counts: SubscriberCounts) -> dict[str, Any]:
    """Subscribers by state, and those whose digests are due next."""
    due = Subscriber.objects.filter(next_send_at__isnull=False).order_by("next_send_at", "id")
    due_url = rows_url(Subscriber, next_send_at__lt=counts.tomorrow)
    return {
        "total": Figure("subscribers", counts.total, rows_url(Subscriber)),
        "states": [
            Figure(
                str(state.label),
                counts.of_state(state),
                rows_url(Subscriber, state__exact=state.value),
            )
            for state in _SUBSCRIBER_STATES
        ],
        "due": Figure("due in 24 hours", counts.due, due_url),
        "next": [_due_row(subscriber, now) for subscriber in due[:_LISTED]],
    }


def _due_row(subscriber: Subscriber, now: datetime) -> Row:
    slot = subscriber.next_send_at or now
    when = "now" if slot <= now else f"{slot:%a} {short(slot)} UTC"
    aside = f"{subscriber.get_cadence_display()} · {when}"
    return Row(subscriber.email, row_url(subscriber), aside)


def feedback(now: datetime) -> dict[str, Any]:
    """What readers said of papers lately, by kind. One query."""
    return {"days": lately.DAYS, "figures": [Figure(*one) for one in lately.feedback_figures(now)]}


# ── a restored backup ────────────────────────────────────────────────────────


def restored_backup() -> dict[str, Any]:
    """The command that decides about a restored backup. Empty when there is none. One query."""
    return {"command": "manage.py restored"} if waits_for_decision() else {}


# ── the mail server ──────────────────────────────────────────────────────────


def relay_trouble() -> dict[str, Any]:
    """Why no mail leaves: the server takes none, or refuses ours. Empty when it takes mail."""
    state = relay_state()
    if state is None or not (state.is_down or state.refusal):
        return {}
    since = datetime.fromtimestamp(state.since, UTC) if state.is_down else None
    return {"state": state, "since": since, "wait": round(state.wait)}


def mailbox_trouble() -> dict[str, Any]:
    """Why no mail is taken in, or how many were skipped. Empty while all is well.

    One query, and none without a mailbox.
    """
    row = configured_mailbox()
    return {"row": row} if row and (row.failed_since or row.skipped) else {}


# ── editions ─────────────────────────────────────────────────────────────────


def editions(now: datetime, counts: SubscriberCounts) -> dict[str, Any]:
    """The last frozen edition of each cadence, and when the next ones close (all at once).

    Older editions that are paused are listed too: their mails wait until an operator acts.
    """
    next_day = last_closed_day(now) + timedelta(days=1)
    found = list(_last_frozen_and_paused())
    newest = {edition.cadence: edition for edition in found}
    by_state = deliveries_of([edition.pk for edition in newest.values()])
    lines = [
        _line(cadence, newest.get(cadence.value), now, by_state, counts.active(cadence.value))
        for cadence in Subscriber.Cadence
    ]
    return {
        "lines": lines,
        "next_day": next_day,
        "closes": closes_at(next_day),
        "paused": [
            Row(str(one), row_url(one), one.pause_reason)
            for one in found
            if one != newest[one.cadence]
        ],
        "warnings": clock.warnings(now),
    }


def _last_frozen_and_paused() -> Iterable[Any]:
    """The newest frozen edition of each cadence, last, after older ones that are paused.

    Each with the number of its papers as `papers`.
    """
    frozen = Edition.objects.filter(state=Edition.State.FROZEN)
    newest = frozen.order_by("cadence", "-day").distinct("cadence").values("pk")
    wanted = Q(pk__in=newest) | Q(paused_at__isnull=False, cancelled_at=None, state="frozen")
    editions = Edition.objects.light().filter(wanted).order_by("day")
    return editions.annotate(papers=Count("candidates"))


def _line(
    cadence: Subscriber.Cadence,
    last: Any,
    now: datetime,
    by_state: Mapping[int, Counter[str]],
    active: int,
) -> EditionLine:
    active_url = rows_url(Subscriber, state__exact="active", cadence__exact=cadence.value)
    return EditionLine(
        cadence=cadence.value,
        last=last,
        last_url=row_url(last) if last else "",
        halt=_halt(last) if last else "",
        is_current=bool(last and last.day >= last_closed_day(now)),
        papers=_papers_figure(last) if last else None,
        deliveries=_delivery_figures(last, by_state[last.pk]) if last else (),
        subscribers=Figure("active subscribers", active, active_url),
    )


def _halt(edition: Edition) -> str:
    return ": ".join(filter(None, (edition.halt, edition.halt and edition.pause_reason)))


def _papers_figure(edition: Any) -> Figure:
    return Figure("papers", edition.papers, rows_url(Candidate, edition__id__exact=edition.pk))


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
    """Deliveries of the last days' editions by state, and the most common reasons. One query."""
    first = last_closed_day(now) - timedelta(days=DELIVERY_DAYS - 1)
    counts = deliveries_since(first)
    by_state: Counter[str] = Counter()
    for (state, _), count in counts.items():
        by_state[state] += count
    return {
        "first_day": first,
        "total": Figure("deliveries", by_state.total(), _since(first)),
        "states": [
            Figure(str(state.label), by_state[state], _since(first, state__exact=state.value))
            for state in _DELIVERY_STATES
        ],
        "reasons": _common_reasons(counts, first),
    }


def _common_reasons(counts: Mapping[tuple[str, str], int], first: date) -> list[tuple[str, Figure]]:
    given = [(-count, state, reason) for (state, reason), count in counts.items() if reason]
    return [
        (
            str(Delivery.State(state).label),
            Figure(reason, -minus, _since(first, state__exact=state, reason__exact=reason)),
        )
        for minus, state, reason in sorted(given)[:_LISTED]
    ]


def _since(first: date, **filters: str) -> str:
    return rows_url(Delivery, edition__day_from=first, **filters)


# ── what comes back ──────────────────────────────────────────────────────────


def inbound(now: datetime) -> dict[str, Any]:
    """Mails that arrived lately, by kind. Empty where none is received. One query."""
    if not settings.INBOUND_ADDRESS:
        return {}
    return {"days": INBOUND_DAYS, "figures": [Figure(*one) for one in inbound_figures(now)]}


# ── papers ───────────────────────────────────────────────────────────────────


def papers(now: datetime) -> dict[str, Any]:
    """How many papers there are, how many are new this week, and the newest. Two queries."""
    week = last_closed_day(now) - timedelta(days=6)
    counts = Paper.objects.aggregate(
        all=Count("id"), this_week=Count("id", filter=Q(listed_on__gte=week))
    )
    newest = Paper.listed.order_by("-listed_on", "id").only("title", "listed_on")[:_LISTED]
    since = "since " + date_format(week, "j F")
    return {
        "total": Figure("papers", counts["all"], rows_url(Paper)),
        "this_week": Figure(since, counts["this_week"], rows_url(Paper, listed_on_from=week)),
        "newest": [Row(paper.title, row_url(paper), short(paper.listed_on)) for paper in newest],
    }


# ── sources ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One job that fetches from a live source: its last success, its next run, its last error."""

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
