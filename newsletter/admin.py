"""Editions and their deliveries in the admin. Both are history: shown, and not to be edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import RangeDateFilter

from newsletter.admin_clock import ClockReadingAdmin  # noqa: F401 (it registers itself)
from newsletter.admin_events import EventInline, delivery_number
from newsletter.admin_retry import RetryAction
from newsletter.delivery import pause
from newsletter.delivery.compose_again import CannotComposeAgain, compose_again
from newsletter.delivery.progress import Progress, deliveries_of, progress_now
from newsletter.models import ArchivedDelivery, Candidate, Delivery, Edition, Tally
from newsletter.notes.admin import NotesOfEdition, as_mailed, is_open, may_be_annotated
from newsletter.previews.admin_page import PreviewPage
from papers.models import Paper
from papers.windows import closes_at, last_closed_day
from subscribers.admin_rows import search_subscribers
from web.admin import (
    BaseAdmin,
    M,
    ModelForm,
    ReadOnlyAdmin,
    back_to,
    badge,
    confirm_action,
    linked,
    linked_count,
    moment,
    number,
    one_line,
    row_url,
    short,
)

_EDITION_FIELDS: Final = (
    "cadence", "day", "state_words", "closes", "note", "candidates_count", "deliveries_by_state",
    "progress", "complaints", "awaited_since", "composed_at", "trend_version", "paused_at",
    "pause_reason", "cancelled_at",
)  # fmt: skip


class ComingEditionForm(ModelForm[Edition]):
    """An edition that is added before it closes, so that it has a curator's note."""

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day <= last_closed_day(timezone.now()):
            raise forms.ValidationError(
                "That day is over, and its edition is closed. Choose today or later."
            )
        return day


@admin.register(Edition)
class EditionAdmin(PreviewPage, NotesOfEdition, RetryAction, BaseAdmin[Edition]):
    form = ComingEditionForm
    list_display = (
        moment("day", "last day"), "cadence", "state_badge", "closes", "candidates_count",
        "deliveries_by_state",
    )  # fmt: skip
    list_filter = ("cadence", "state", ("day", RangeDateFilter))
    date_hierarchy = "day"
    list_per_page = 30
    search_fields = ("note",)
    search_help_text = "Words of the curator's note"
    actions = None
    actions_detail = ("pause", "resume", "cancel", "compose_again", "send_again")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        return Edition.objects.light()

    def get_fields(self, request: HttpRequest, obj: Edition | None = None) -> tuple[str, ...]:
        return _EDITION_FIELDS if obj else ("cadence", "day", "note")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Edition | None = None
    ) -> tuple[str, ...]:
        return tuple(name for name in _EDITION_FIELDS if name != "note") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        may = is_open(obj) or may_be_annotated(obj, timezone.now())
        return may and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        return obj is not None and is_open(obj) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        # If it was frozen while the form was open, save_related writes the note.
        Edition.objects.filter(pk=obj.pk, state=Edition.State.OPEN).update(note=obj.note)

    def annotate_page(self, rows: Sequence[Edition]) -> None:
        ids = [row.pk for row in rows]
        candidates = dict(
            Candidate.objects.filter(edition__in=ids)
            .order_by()
            .values_list("edition")
            .annotate(Count("id"))
        )
        deliveries = deliveries_of(ids)
        for row in rows:
            row.counted = (candidates.get(row.pk, 0), deliveries[row.pk])  # type: ignore[attr-defined]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Edition | None:
        edition = super().get_object(request, object_id, from_field)
        if edition:  # here, since the page's template reads each field several times
            self.annotate_page([edition])
            edition.sending = progress_now(edition.pk, timezone.now())  # type: ignore[attr-defined]
        return edition

    @badge("state", "state")
    def state_badge(self, edition: Edition) -> tuple[str, str]:
        return edition_state(edition)

    @admin.display(description="state")  # Unfold makes labels of pairs in lists only
    def state_words(self, edition: Edition) -> str:
        return edition_state(edition)[1]

    def has_control_permission(self, request: HttpRequest, _object_id: object = None) -> bool:
        return request.user.has_perm("newsletter.change_edition")

    @confirm_action(
        title="Pause",
        question="Sends nothing more, but for the burst that each worker is sending (50 mails).",
        submit="Pause",
        permission="control",
        icon="pause",
    )
    def pause(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        if pause.pause(object_id, f"by {request.user}", timezone.now()):
            return self._controlled(request, object_id, "The edition is paused.")
        return self._refused(request, object_id, "It is paused already, or cancelled.")

    @confirm_action(
        title="Resume",
        question="Sends what waits; mails that were deferred after one attempt are sent at once.",
        submit="Resume",
        permission="control",
        icon="play_arrow",
    )
    def resume(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        if pause.resume(object_id, timezone.now()):
            return self._controlled(request, object_id, "The edition is resumed.")
        return self._refused(request, object_id, "It is cancelled, and that is for good.")

    @confirm_action(
        title="Cancel",
        question="Skips every mail that waits, for good. What was sent stays sent.",
        submit="Cancel the edition",
        permission="control",
        icon="cancel",
    )
    def cancel(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        skipped = pause.cancel(object_id, timezone.now())
        text = f"The edition is cancelled: {skipped} mails were skipped."
        return self._controlled(request, object_id, text)

    @confirm_action(
        title="Compose again",
        question="Replaces its papers by those stored by now, and decides skipped readers again. "
        "Only while nothing of it was sent.",
        submit="Compose again",
        permission="control",
        icon="refresh",
    )
    def compose_again(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        try:
            compose_again(object_id, timezone.now())
        except CannotComposeAgain as error:
            return self._refused(request, object_id, str(error))
        return self._controlled(request, object_id, "The edition was composed again.")

    def _controlled(self, request: HttpRequest, object_id: int, text: str) -> HttpResponse:
        messages.success(request, text)
        return back_to(request, row_url(Edition.objects.get(pk=object_id)))

    def _refused(self, request: HttpRequest, object_id: int, why: str) -> HttpResponse:
        messages.error(request, f"It stays as it is. {why}")
        return back_to(request, row_url(Edition.objects.get(pk=object_id)))

    @admin.display(description="closes (UTC)")
    def closes(self, edition: Edition) -> SafeString:
        return one_line(short(closes_at(edition.day)))

    @admin.display(description="candidates")
    def candidates_count(self, edition: Any) -> SafeString | str:
        return linked_count(edition.counted[0], Candidate, edition__id__exact=edition.pk)

    @admin.display(description="deliveries", empty_value="none yet")
    def deliveries_by_state(self, edition: Any) -> SafeString | None:
        counts = edition.counted[1]
        if not counts:
            return None
        states = [state.value for state in Delivery.State if counts[state.value]]
        numbers = [
            linked_count(counts[s], Delivery, edition__id__exact=edition.pk, state__exact=s)
            for s in states
        ]
        parts = format_html_join(" · ", "{} {}", zip(numbers, states, strict=True))
        return format_html("<span>{}</span>", parts)

    @admin.display(description="progress", empty_value="nothing to send yet")
    def progress(self, edition: Any) -> SafeString | None:
        now: Progress = edition.sending
        if not now.total:
            return None
        bar = format_html(
            '<progress class="tp-progress" max="{}" value="{}"></progress>', now.total, now.done
        )
        parts = (f"{now.share:.0%} of {now.total:,}", now.rate_and_time_left)
        words = ", ".join(part for part in parts if part)
        return format_html("{} {}", bar, words)


def edition_state(edition: Edition) -> tuple[str, str]:
    """The state of an edition as its label shows it: what holds its mails back, first."""
    if edition.halt:
        return edition.halt, edition.halt
    if edition.state == Edition.State.OPEN and edition.awaited_since:
        return edition.state, "waits for its sources"
    return edition.state, edition.get_state_display()


class OfEdition(ReadOnlyAdmin[M]):
    """Rows of an edition; a column names the edition on one short line."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        editions = Prefetch("edition", Edition.objects.light())
        return super().get_queryset(request).prefetch_related(editions)

    @admin.display(description="edition")
    def edition_name(self, row: Any) -> SafeString:
        name = f"{row.edition.cadence}, {short(row.edition.day)}"
        return one_line(f"{name} ({row.edition.halt})" if row.edition.halt else name)

    @badge("state of the edition")
    def edition_state(self, row: Any) -> tuple[str, str]:
        return edition_state(row.edition)


@admin.register(Candidate)
class CandidateAdmin(OfEdition[Candidate]):
    list_display = ("paper_title", "edition_name", "position", number("trend", "trend", ".2f"))
    list_filter = ("edition__cadence", ("edition__day", RangeDateFilter))
    list_select_related = ("paper",)
    search_fields = ("paper__title",)
    fields = (
        ("edition", "position"), ("paper", "trend"), "preview", "text_part", "topics", "components",
        "facts",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidate]:
        rows = super().get_queryset(request).select_related("paper")
        return rows.defer("paper__search", "paper__summary")

    @admin.display(description="paper")
    def paper_title(self, candidate: Candidate) -> str:
        return Truncator(candidate.paper.title).chars(80)

    @admin.display(description="in the HTML mail")
    def preview(self, candidate: Candidate) -> SafeString:
        """Its fragment, in a frame that may run no script and load nothing."""
        return format_html(
            '<iframe class="tp-preview" sandbox="" srcdoc="{}" title="In the mail"></iframe>',
            as_mailed(candidate.html, str(candidate.position)),
        )

    @admin.display(description="in the text mail")
    def text_part(self, candidate: Candidate) -> SafeString:
        text = as_mailed(candidate.text, f"{candidate.position}. ")
        return format_html('<pre class="tp-text">{}</pre>', text)


class OfSubscriber(OfEdition[M]):
    """Rows of an edition and a subscriber, found by either."""

    list_select_related = ("subscriber",)
    search_fields = ("subscriber__email",)
    search_help_text = "Start of an address, a Message-ID or a number"

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        return super().get_queryset(request).select_related("subscriber")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        words = search_term.strip()
        return (queryset.filter(_named(words)) if words else queryset), False

    @admin.display(description="subscriber", empty_value="erased")
    def subscriber_link(self, row: Any) -> SafeString | None:
        subscriber = row.subscriber
        return linked(row_url(subscriber), subscriber.email) if subscriber else None

    @badge("state")
    def state_badge(self, row: Any) -> tuple[str, str]:
        return row.state, row.get_state_display()


@admin.register(Delivery)
class DeliveryAdmin(OfSubscriber[Delivery]):
    list_display = (
        "id", "edition_name", "subscriber_link", "state_badge", "reason", "attempts",
        moment("sent_at", "sent (UTC)"), "short_error",
    )  # fmt: skip
    fields = (
        ("edition", "edition_state"), "subscriber_link", ("state", "reason"), "papers",
        ("attempts", "next_attempt_at", "retried_at"), ("created_at", "sent_at"), "error",
        "provider_id", ("dated_at", "renderer"), ("lease_until", "fence"),
    )  # fmt: skip
    list_filter = ("state", "edition__cadence", ("edition__day", RangeDateFilter))
    inlines = (EventInline,)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Delivery | None:
        delivery = super().get_object(request, object_id, from_field)
        if delivery:  # here, since the page's template reads each field several times
            ids = [pick.paper_id for pick in delivery.picks]
            delivery.picked = Paper.objects.only("title").in_bulk(ids)  # type: ignore[attr-defined]
        return delivery

    @admin.display(description="dated at")
    def dated_at(self, delivery: Delivery) -> str:
        content = delivery.content_or_none
        return localize(content.dated_at) if content else ""

    @admin.display(description="renderer")
    def renderer(self, delivery: Delivery) -> str:
        content = delivery.content_or_none
        return content.renderer if content else ""

    @admin.display(description="papers", empty_value="none chosen")
    def papers(self, delivery: Any) -> SafeString | None:
        """The papers of the digest in its order, each with its reason."""
        papers = delivery.picked
        lines = [
            (linked(row_url(papers[pick.paper_id]), papers[pick.paper_id]), pick.reason)
            for pick in delivery.picks
            if pick.paper_id in papers
        ]
        listed = format_html_join("", "<li>{}<br>{}</li>", lines)
        return format_html('<ol class="tp-picks">{}</ol>', listed) if lines else None

    @admin.display(description="error")
    def short_error(self, delivery: Delivery) -> str:
        return Truncator(delivery.error).chars(60)


@admin.register(ArchivedDelivery)
class ArchivedDeliveryAdmin(OfSubscriber[ArchivedDelivery]):
    list_display = (
        "id", "edition_name", "subscriber_link", "state_badge", moment("sent_at", "sent (UTC)"),
    )  # fmt: skip
    list_filter = ("state", "edition__cadence", ("edition__day", RangeDateFilter))
    fields = ("edition", "subscriber_link", "state", "sent_at")


def _named(words: str) -> Q:
    """Deliveries by id, by the Message-ID of their mail, or by the start of an address."""
    number = delivery_number(words)
    return Q(subscriber__in=search_subscribers(words)) if number is None else Q(pk=number)


@admin.register(Tally)
class TallyAdmin(OfEdition[Tally]):
    list_display = (
        "edition_name", "state", "reason", number("count", "count", ","), "slot",
        moment("changed_at", "changed (UTC)"),
    )  # fmt: skip
    list_filter = ("state", "edition__cadence", ("edition__day", RangeDateFilter))
