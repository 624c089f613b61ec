"""What comes back, in the admin: provider events, also on a delivery's page, and incoming mail."""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateFilter

from newsletter.editions.rendering.message_ids import read_message_id
from newsletter.models import Delivery, DeliveryEvent, Edition, InboundMessage
from subscribers.addresses import address_hashes
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

# Other colours than the same words have as states: a provider's "queued" and "sent" do not say
# whether a mail arrived, and a recipient's unsubscription is news to an operator.
_COLOURS: Final = {
    **STATE_COLOURS,
    "queued": "default",
    "sent": "default",
    "unsubscribed": "info",
}

_RESULT_COLOURS: Final = {
    **STATE_COLOURS,
    "event": "success",
    "left": "success",
    "forwarded": "success",
    "forward": "info",
    "held": "warning",
    "unproved": "warning",
    "nothing": "default",
}


class EventColumns:
    """Columns of an event."""

    @badge("event", colours=_COLOURS)
    def kind_badge(self, event: DeliveryEvent) -> tuple[str, str]:
        return event.kind, event.get_kind_display()


class EventInline(EventColumns, ReadOnlyInline[DeliveryEvent]):
    """On a delivery's page: what happened to its mail at the provider and after it."""

    model = DeliveryEvent
    verbose_name_plural = "events from the provider"
    ordering = ("occurred_at", "id")
    fields = readonly_fields = ("kind_badge", "at", "is_hard", "detail")

    @admin.display(description="at (UTC)")
    def at(self, event: DeliveryEvent) -> SafeString:
        return one_line(short(event.occurred_at))


@admin.register(DeliveryEvent)
class DeliveryEventAdmin(EventColumns, ReadOnlyAdmin[DeliveryEvent]):
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
        editions = Prefetch("edition", Edition.objects.light())
        return super().get_queryset(request).prefetch_related(editions)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DeliveryEvent], search_term: str
    ) -> tuple[QuerySet[DeliveryEvent], bool]:
        words = search_term.strip()
        number = delivery_number(words)
        if number is not None:
            return queryset.filter(delivery=number), False
        return (
            queryset.filter(address_hash__in=address_hashes(words)) if words else queryset
        ), False

    @admin.display(description="delivery", empty_value="another mail")
    def mail(self, event: DeliveryEvent) -> SafeString | str | None:
        """A delivery without an edition was not found: archived, or another installation's."""
        if event.delivery_id is None:
            return None
        if event.edition is None:
            return f"#{event.delivery_id}"
        url = row_url(Delivery(pk=event.delivery_id))
        return linked(url, f"#{event.delivery_id}, {event.edition}")


@admin.register(InboundMessage)
class InboundMessageAdmin(ReadOnlyAdmin[InboundMessage]):
    list_display = (
        "id", "kind", "result_badge", "mail", "subject", "detail", "source",
        moment("received_at", "at (UTC)"),
    )  # fmt: skip
    list_filter = ("kind", "result", ("received_at", RangeDateFilter))
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

    @badge("what followed", colours=_RESULT_COLOURS)
    def result_badge(self, row: InboundMessage) -> tuple[str, str]:
        return row.result, row.get_result_display()

    @admin.display(description="delivery", empty_value="none")
    def mail(self, row: InboundMessage) -> SafeString | str | None:
        """A delivery that was archived since has no page."""
        if row.delivery_id is None:
            return None
        label = f"#{row.delivery_id}"
        return label if row.delivery is None else linked(row_url(row.delivery), label)


def delivery_number(words: str) -> int | None:
    """The id of the delivery that a number or a Message-ID names."""
    digits = words.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(digits)
    return read_message_id(words)
