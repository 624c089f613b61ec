"""Sources in the admin: the status of each job of the timetable, and the records of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import RangeDateFilter, RangeDateTimeFilter

from papers.jobs.run import COUNTS, disabled_reason, run_soon
from papers.jobs.status import Status, format_span, recently_left_out, status
from papers.jobs.timetable import BY_NAME
from papers.models import Job, JobStep
from web.admin import (
    ReadOnlyAdmin,
    back_to,
    badge,
    confirm_action,
    linked,
    moment,
    one_line,
    row_url,
    rows_url,
    short,
)

_SHOWN_STEPS: Final = 10
_COUNTED: Final = {"left_out": "rows left out", "fields_left_out": "fields left out"}


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin[Job]):
    """Read-only, except for a button that makes a job due now."""

    list_display = (
        "name", "source_name", "health_badge", moment("last_success_at", "last success (UTC)"),
        "lag", "next_run", "short_error",
    )  # fmt: skip
    list_filter = ("source",)
    search_fields = ("name", "source")
    ordering = ("source", "name")
    actions_detail = ("run_now",)
    fieldsets = (
        (None, {"fields": ("name", "what", "source_name", "timetable", "is_on")}),
        ("Now", {"fields": ("health", "lag", "next_run", "waiting")}),
        (
            "Last",
            {"fields": ("last_success_at", "last_error_at", "last_error", "failures", "left_out")},
        ),
        ("Steps", {"fields": ("newest_steps",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        # Without the rows of jobs that an update removed.
        return super().get_queryset(request).filter(name__in=BY_NAME)

    def annotate_page(self, rows: Sequence[Job]) -> None:
        for row in rows:
            _status(row)

    def has_run_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("papers.change_job")

    @confirm_action(
        title="Run now",
        question="Makes the job due; a worker starts it within a minute.",
        submit="Run now",
        permission="run",
        icon="play_arrow",
    )
    def run_now(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        job = Job.objects.get(pk=object_id)
        if reason := disabled_reason(BY_NAME[job.name]):
            messages.warning(request, f"{job.name} is off: {reason}.")
        else:
            run_soon([job.name], timezone.now())
            messages.success(request, f"{job.name} is due and runs within a minute.")
        return back_to(request, row_url(job))

    @admin.display(description="source", ordering="source")
    def source_name(self, job: Job) -> str:
        return _status(job).source

    @badge("state")
    def health_badge(self, job: Job) -> tuple[str, str]:
        health = _status(job).health
        return health, health

    @admin.display(description="state")
    def health(self, job: Job) -> str:
        return _status(job).health

    @admin.display(description="lag", empty_value="-")
    def lag(self, job: Job) -> str | None:
        span = _status(job).lag
        return one_line(format_span(span)) if span is not None else None

    @admin.display(description="next run (UTC)", ordering="next_run_at", empty_value="-")
    def next_run(self, job: Job) -> str | None:
        if _status(job).disabled_reason:
            return None
        return one_line("now" if job.next_run_at <= timezone.now() else short(job.next_run_at))

    @admin.display(description="last error", empty_value="-")
    def short_error(self, job: Job) -> str | None:
        return Truncator(_status(job).error).chars(60) or None

    @admin.display(description="what it reads")
    def what(self, job: Job) -> str:
        return BY_NAME[job.name].what

    @admin.display(description="timetable (UTC)")
    def timetable(self, job: Job) -> str:
        return str(BY_NAME[job.name].slot)

    @admin.display(description="on or off")
    def is_on(self, job: Job) -> str:
        reason = _status(job).disabled_reason
        return f"off: {reason}" if reason else "on"

    @admin.display(description="left out in the last 24 hours", empty_value="nothing")
    def left_out(self, job: Job) -> str | None:
        return recently_left_out(timezone.now()).get(job.name)

    @admin.display(description="papers that wait for it", empty_value="-")
    def waiting(self, job: Job) -> str | None:
        count = BY_NAME[job.name].waiting
        return f"{count():,}" if count else None

    @admin.display(description="newest")
    def newest_steps(self, job: Job) -> SafeString:
        steps = job.steps.order_by("-started_at", "-id")[:_SHOWN_STEPS]
        lines = ((linked(row_url(step), short(step.started_at)), _summary(step)) for step in steps)
        every = linked(rows_url(JobStep, job__id__exact=job.pk), "All its steps")
        listed = format_html_join("", "<li>{}: {}</li>", lines)
        return format_html("<ul>{}</ul><p>{}</p>", listed, every)


@admin.register(JobStep)
class JobStepAdmin(ReadOnlyAdmin[JobStep]):
    list_display = (
        moment("started_at", "began (UTC)"), "job", moment("day", "list of"), "state_badge",
        "duration", "count_summary", "short_error",
    )  # fmt: skip
    list_filter = ("state", "job", ("started_at", RangeDateTimeFilter), ("day", RangeDateFilter))
    list_select_related = ("job",)
    search_fields = ("error",)
    search_help_text = "Words of an error"

    @badge("state")
    def state_badge(self, step: JobStep) -> tuple[str, str]:
        return step.state, step.get_state_display()

    @admin.display(description="took", empty_value="-")
    def duration(self, step: JobStep) -> str | None:
        if step.finished_at is None:
            return None
        return one_line(f"{(step.finished_at - step.started_at).total_seconds():.1f} s")

    @admin.display(description="stored", empty_value="nothing")
    def count_summary(self, step: JobStep) -> str | None:
        return _counts(step) or None

    @admin.display(description="error", empty_value="-")
    def short_error(self, step: JobStep) -> str | None:
        return Truncator(step.error).chars(60) or None


def _status(job: Any) -> Status:
    """The job's status, computed once for each row."""
    if not hasattr(job, "status"):
        job.status = status(BY_NAME[job.name], job, timezone.now())
    found: Status = job.status
    return found


def _summary(step: JobStep) -> str:
    of_day = f" (list of {short(step.day)})" if step.day else ""
    error = step.error if step.state == JobStep.State.FAILED else ""
    what = "; ".join(filter(None, (error, _counts(step))))
    return f"{step.get_state_display()}{of_day} {what}".strip()


def _counts(step: JobStep) -> str:
    # In the order of COUNTS: a JSON object in the database has no order.
    return ", ".join(
        f"{step.counts[name]:,} {_COUNTED.get(name, name)}"
        for name in COUNTS
        if name in step.counts
    )
