"""What providers reported of mails, in a list and on the page of each delivery."""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateFilter

from newsletter.editions.render import read_message_id
from newsletter.models import Delivery, DeliveryEvent
from subscribers.tokens import address_hash
from web.admin import (
    STATE_COLOURS,
    ReadOnlyAdmin,
    ReadOnlyInline,
    badge,
    linked,
    moment,
    one_line,
    row_url,
    short,
)

# A provider's "queued" and "sent" say little of what becomes of a mail, and of a reader who
# unsubscribed an operator learns something: other colours than the same words have as states.
_COLOURS: Final = {
    **STATE_COLOURS,
    "queued": "default",
    "sent": "default",
    "unsubscribed": "info",
}


class ReportColumns:
    """Columns of what a provider reported."""

    @badge("report", colours=_COLOURS)
    def kind_badge(self, report: DeliveryEvent) -> tuple[str, str]:
        return report.kind, report.get_kind_display()


class ReportInline(ReportColumns, ReadOnlyInline[DeliveryEvent]):
    """On a delivery's page: what became of its mail after it was handed over."""

    model = DeliveryEvent
    verbose_name_plural = "what the provider reported"
    ordering = ("occurred_at", "id")
    fields = readonly_fields = ("kind_badge", "at", "is_hard", "detail")

    @admin.display(description="at (UTC)")
    def at(self, report: DeliveryEvent) -> SafeString:
        return one_line(short(report.occurred_at))


@admin.register(DeliveryEvent)
class DeliveryEventAdmin(ReportColumns, ReadOnlyAdmin[DeliveryEvent]):
    list_display = (
        "id", "kind_badge", "mail", "is_hard", "detail", "provider",
        moment("occurred_at", "at (UTC)"),
    )  # fmt: skip
    list_filter = ("kind", "is_hard", ("received_at", RangeDateFilter))
    fields = (
        ("kind", "provider"), ("mail", "edition"), ("is_hard", "reject_reason"), "detail",
        ("occurred_at", "received_at"), "due_at", ("message_id", "address_hash"),
    )  # fmt: skip
    search_fields = ("address_hash",)
    search_help_text = "A whole address, a Message-ID or the number of a delivery"

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeliveryEvent]:
        rows = super().get_queryset(request).select_related("edition")
        return rows.defer("edition__html", "edition__text")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DeliveryEvent], search_term: str
    ) -> tuple[QuerySet[DeliveryEvent], bool]:
        words = search_term.strip()
        number = delivery_number(words)
        if number is not None:
            return queryset.filter(delivery=number), False
        return (queryset.filter(address_hash=address_hash(words)) if words else queryset), False

    @admin.display(description="delivery", empty_value="another mail")
    def mail(self, report: DeliveryEvent) -> SafeString | str | None:
        """Without its edition the delivery was not found: archived, or not ours."""
        if report.delivery_id is None:
            return None
        if report.edition is None:
            return f"#{report.delivery_id}"
        url = row_url(Delivery(pk=report.delivery_id))
        return linked(url, f"#{report.delivery_id}, {report.edition}")


def delivery_number(words: str) -> int | None:
    """The delivery that a number or a Message-ID names."""
    digits = words.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(digits)
    return read_message_id(words)
