"""What the admin shows of a subscriber: finding them, their rows, what they said of papers."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from unfold.contrib.filters.admin import RangeDateTimeFilter

from subscribers.addresses import address_hashes, spelling
from subscribers.models import Feedback, SeedRequest, Subscriber
from web.admin import M, ReadOnlyAdmin, badge, moment

_HASH: Final = re.compile(r"[0-9a-f]{64}")


def search_subscribers(words: str) -> QuerySet[Subscriber]:
    """Subscribers whose address starts with `words` (by its index), or ends with an "@domain".

    A domain may be typed as people read it, and at the end only its start.
    """
    local, at, domain = spelling(words).rpartition("@")
    term = f"{local}{at}{ascii_start(domain)}"
    lookup = "email__endswith" if at and not local else "email__startswith"
    return Subscriber.objects.filter(**{lookup: term}).order_by()


def ascii_start(domain: str) -> str:
    """The ASCII form of a domain of which the last part may be incomplete.

    Punycode writes the ASCII letters of a part first: what starts with `büch` starts in ASCII with
    `xn--bch`.
    """
    *whole, last = domain.split(".")
    parts = [spelling(f"x@{part}.example")[2:].removesuffix(".example") for part in whole]
    if not last.isascii():
        last = "xn--" + "".join(letter for letter in last if letter.isascii())
    return ".".join([*parts, last])


def search_hashes(words: str) -> list[str]:
    """The hashes to search for: of a typed address, or a pasted hash as it is."""
    term = spelling(words)
    return [term] if _HASH.fullmatch(term) else address_hashes(term)


class SubscriberRowAdmin(ReadOnlyAdmin[M]):
    """Rows that belong to a subscriber, found by the start of the subscriber's address."""

    list_select_related: ClassVar[tuple[str, ...]] = ("subscriber",)
    search_fields = ("subscriber__email",)
    search_help_text = "Start of an address, or @domain"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        words = search_term.strip()
        if words:
            queryset = queryset.filter(subscriber__in=search_subscribers(words))
        return queryset, False


@admin.register(Feedback)
class FeedbackAdmin(SubscriberRowAdmin[Feedback]):
    list_display = ("subscriber", "paper", "kind", moment("at", "at (UTC)"))
    list_filter = ("kind", ("at", RangeDateTimeFilter))
    list_select_related = ("subscriber", "paper")


@admin.register(SeedRequest)
class SeedRequestAdmin(SubscriberRowAdmin[SeedRequest]):
    list_display = (
        "subscriber", "kind", "identity", "state_badge", "reason", "attempts",
        moment("next_attempt_at", "next attempt (UTC)"), moment("asked_at", "named (UTC)"),
        "short_error",
    )  # fmt: skip
    list_filter = ("state", "kind", "reason")

    @admin.display(description="error")
    def short_error(self, request: SeedRequest) -> str:
        return Truncator(request.error).chars(60)

    @badge("state")
    def state_badge(self, request: SeedRequest) -> tuple[str, str]:
        return request.state, request.get_state_display()
