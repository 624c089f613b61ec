"""Sources in the admin: how each job of the timetable stands, and the record of its runs."""

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

from papers.jobs.run import COUNTS, off_because, run_soon
from papers.jobs.status import Status, in_words, status
from papers.jobs.timetable import BY_NAME
from papers.models import Job, SourceRun
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

_SHOWN_RUNS: Final = 10


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin[Job]):
    """Read only, but for a button that makes a job due now."""

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
        ("Now", {"fields": ("health", "lag", "next_run")}),
        ("Last", {"fields": ("last_success_at", "last_error_at", "last_error", "failures")}),
        ("Runs", {"fields": ("newest_runs",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        # A row whose job an update took away says nothing any more.
        return super().get_queryset(request).filter(name__in=BY_NAME)

    def annotate_page(self, rows: Sequence[Job]) -> None:
        for row in rows:
            _standing(row)

    def has_run_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("papers.change_job")

    @confirm_action(
        title="Run now",
        question="Makes the job due; a worker takes it up within a minute.",
        submit="Run now",
        permission="run",
        icon="play_arrow",
    )
    def run_now(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        job = Job.objects.get(pk=object_id)
        if reason := off_because(BY_NAME[job.name]):
            messages.warning(request, f"{job.name} is off: {reason}.")
        else:
            run_soon([job.name], timezone.now())
            messages.success(request, f"{job.name} is due and runs within a minute.")
        return back_to(request, row_url(job))

    @admin.display(description="asks", ordering="source")
    def source_name(self, job: Job) -> str:
        return _standing(job).source

    @badge("state")
    def health_badge(self, job: Job) -> tuple[str, str]:
        health = _standing(job).health
        return health, health

    @admin.display(description="state")
    def health(self, job: Job) -> str:
        return _standing(job).health

    @admin.display(description="lag", empty_value="-")
    def lag(self, job: Job) -> str | None:
        span = _standing(job).lag
        return one_line(in_words(span)) if span is not None else None

    @admin.display(description="next run (UTC)", ordering="next_run_at", empty_value="-")
    def next_run(self, job: Job) -> str | None:
        if _standing(job).off_because:
            return None
        return one_line("now" if job.next_run_at <= timezone.now() else short(job.next_run_at))

    @admin.display(description="last error", empty_value="-")
    def short_error(self, job: Job) -> str | None:
        return Truncator(_standing(job).error).chars(60) or None

    @admin.display(description="what it reads")
    def what(self, job: Job) -> str:
        return BY_NAME[job.name].what

    @admin.display(description="timetable (UTC)")
    def timetable(self, job: Job) -> str:
        return str(BY_NAME[job.name].slot)

    @admin.display(description="on or off")
    def is_on(self, job: Job) -> str:
        reason = _standing(job).off_because
        return f"off: {reason}" if reason else "on"

    @admin.display(description="newest")
    def newest_runs(self, job: Job) -> SafeString:
        runs = job.runs.order_by("-started_at", "-id")[:_SHOWN_RUNS]
        lines = ((linked(row_url(run), short(run.started_at)), _told(run)) for run in runs)
        every = linked(rows_url(SourceRun, job__id__exact=job.pk), "All its runs")
        listed = format_html_join("", "<li>{}: {}</li>", lines)
        return format_html("<ul>{}</ul><p>{}</p>", listed, every)


@admin.register(SourceRun)
class SourceRunAdmin(ReadOnlyAdmin[SourceRun]):
    list_display = (
        moment("started_at", "began (UTC)"), "job", moment("day", "list of"), "state_badge",
        "took", "brought", "short_error",
    )  # fmt: skip
    list_filter = ("state", "job", ("started_at", RangeDateTimeFilter), ("day", RangeDateFilter))
    list_select_related = ("job",)
    search_fields = ("error",)
    search_help_text = "Words of an error"

    @badge("state")
    def state_badge(self, run: SourceRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @admin.display(description="took", empty_value="-")
    def took(self, run: SourceRun) -> str | None:
        if run.finished_at is None:
            return None
        return one_line(f"{(run.finished_at - run.started_at).total_seconds():.1f} s")

    @admin.display(description="brought", empty_value="nothing")
    def brought(self, run: SourceRun) -> str | None:
        return _counts(run) or None

    @admin.display(description="error", empty_value="-")
    def short_error(self, run: SourceRun) -> str | None:
        return Truncator(run.error).chars(60) or None


def _standing(job: Any) -> Status:
    """How the job stands, worked out once for each row."""
    if not hasattr(job, "standing"):
        job.standing = status(BY_NAME[job.name], job, timezone.now())
    found: Status = job.standing
    return found


def _told(run: SourceRun) -> str:
    of_day = f" (list of {short(run.day)})" if run.day else ""
    what = run.error if run.state == SourceRun.State.FAILED else _counts(run)
    return f"{run.get_state_display()}{of_day} {what}".strip()


def _counts(run: SourceRun) -> str:
    # JSON in the database keeps no order.
    return ", ".join(f"{run.counts[name]:,} {name}" for name in COUNTS if name in run.counts)
