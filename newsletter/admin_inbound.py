"""Incoming mail in the admin: what arrived, and what followed from it."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateFilter

from newsletter.admin_events import delivery_number
from newsletter.models import Delivery, InboundMessage
from subscribers.addresses import address_hashes
from web.admin import STATE_COLOURS, ReadOnlyAdmin, badge, linked, moment, row_url

_COLOURS = {
    **STATE_COLOURS,
    "event": "success",
    "left": "success",
    "forwarded": "success",
    "forward": "info",
    "held": "warning",
    "unproved": "warning",
    "nothing": "default",
}


@admin.register(InboundMessage)
class InboundMessageAdmin(ReadOnlyAdmin[InboundMessage]):
    list_display = (
        "id", "kind", "result_badge", "mail", "subject", "detail", "source",
        moment("received_at", "at (UTC)"),
    )  # fmt: skip
    list_filter = ("kind", "result", "source", ("received_at", RangeDateFilter))
    fields = (
        ("kind", "result"), ("mail", "source"), "subject", "detail",
        ("received_at", "due_at", "attempts"), ("fingerprint", "address_hash"),
    )  # fmt: skip
    search_fields = ("address_hash",)
    search_help_text = "A whole address, a Message-ID or the number of a delivery"

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundMessage]:
        deliveries = Prefetch("delivery", Delivery.objects.only("id"))
        return super().get_queryset(request).defer("raw").prefetch_related(deliveries)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InboundMessage], search_term: str
    ) -> tuple[QuerySet[InboundMessage], bool]:
        words = search_term.strip()
        number = delivery_number(words)
        if number is not None:
            return queryset.filter(delivery=number), False
        if not words:
            return queryset, False
        return queryset.filter(address_hash__in=address_hashes(words)), False

    @badge("what followed", colours=_COLOURS)
    def result_badge(self, row: InboundMessage) -> tuple[str, str]:
        return row.result, row.get_result_display()

    @admin.display(description="delivery", empty_value="none")
    def mail(self, row: InboundMessage) -> SafeString | str | None:
        """A delivery that was archived since has no page."""
        if row.delivery_id is None:
            return None
        label = f"#{row.delivery_id}"
        return label if row.delivery is None else linked(row_url(row.delivery), label)
