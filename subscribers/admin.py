"""Subscribers in the admin: read-only but for three actions: unsubscribe, erase, suppress."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import Truncator
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from subscribers.addresses import BadAddress, address_hashes, normalised
from subscribers.admin_rows import SubscriberRowAdmin, search_hashes, search_subscribers
from subscribers.consent import RequestOrigin
from subscribers.models import (
    AddressChange,
    ConsentEntry,
    Interest,
    Subscriber,
    Suppression,
    TransactionalMail,
)
from subscribers.privacy import erase
from subscribers.single_mails.allow_again import allow_again as allow_mail
from subscribers.suppress import salted, suppress
from subscribers.unsubscribe import unsubscribe
from web.admin import (
    DialogForm,
    M,
    ModelForm,
    ReadOnlyAdmin,
    ReadOnlyInline,
    back_to,
    badge,
    confirm_action,
    moment,
    row_url,
    rows_url,
)

_HASH: Final = re.compile(r"[0-9a-f]{64}")


# ── subscribers ──────────────────────────────────────────────────────────────


class InterestsInline(ReadOnlyInline[Interest]):
    model = Interest
    fields = ("kind", "topic", "term")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Interest]:
        return super().get_queryset(request).select_related("topic")


class ConsentInline(ReadOnlyInline[ConsentEntry]):
    model = ConsentEntry
    fields = ("at", "step", "detail", "ip", "user_agent")


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnlyAdmin[Subscriber]):
    list_display = (
        "email", "state_badge", "timetable", moment("next_send_at", "next digest (UTC)"),
        moment("last_digest_at", "last digest"), moment("created_at", "signed up"),
    )  # fmt: skip
    list_filter = ("state", "cadence", ("next_send_at", RangeDateTimeFilter), "is_sample")
    search_fields = ("email",)
    search_help_text = "Start of an address, or @domain"
    inlines = (InterestsInline, ConsentInline)
    actions = ("unsubscribe_selected",)
    actions_detail = ("unsubscribe_one", "erase_one")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "email",
                    "state",
                    ("confirmed_at", "unsubscribed_at", "address_changed_at"),
                    "is_sample",
                )
            },
        ),
        (
            "Digest",
            {
                "fields": (
                    "timetable",
                    ("digest_size", "language"),
                    ("next_send_at", "last_digest_at", "paused_until"),
                )
            },
        ),
        ("Row", {"fields": (("created_at", "updated_at"),)}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Subscriber], search_term: str
    ) -> tuple[QuerySet[Subscriber], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset & search_subscribers(search_term).order_by(*queryset.query.order_by), False

    def has_unsubscribe_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("subscribers.change_subscriber")

    def has_erase_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("subscribers.delete_subscriber")

    @admin.action(description="Unsubscribe the selected subscribers", permissions=["unsubscribe"])
    def unsubscribe_selected(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        changed = sum(_unsubscribe(request, subscriber) for subscriber in queryset)
        messages.success(request, f"Unsubscribed: {changed}. The others were so already.")

    @confirm_action(
        title="Unsubscribe",
        question="They get no more digests. They can sign up again at any time.",
        submit="Unsubscribe",
        permission="unsubscribe",
        icon="unsubscribe",
    )
    def unsubscribe_one(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        subscriber = Subscriber.objects.get(pk=object_id)
        if _unsubscribe(request, subscriber):
            messages.success(request, f"{subscriber.email} gets no more digests.")
        else:
            messages.info(request, f"{subscriber.email} got no digests before.")
        return back_to(request, row_url(subscriber))

    @confirm_action(
        title="Erase",
        question=(
            "Deletes the subscriber, their address and their choices, for good. What stays "
            "identifies no person: the steps of consent under a hash of the address, and the "
            "rows of the ledger."
        ),
        submit="Erase this subscriber",
        permission="erase",
        icon="person_off",
    )
    def erase_one(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        erase(Subscriber.objects.get(pk=object_id))
        messages.success(request, "The subscriber is erased.")
        return back_to(request, rows_url(Subscriber))

    @badge("state")
    def state_badge(self, subscriber: Subscriber) -> tuple[str, str]:
        return subscriber.state, subscriber.get_state_display()

    @admin.display(description="timetable")
    def timetable(self, subscriber: Subscriber) -> str:
        at = f"{subscriber.hour:02}:00 {subscriber.timezone}"
        if subscriber.cadence == Subscriber.Cadence.DAILY:
            return f"every day, {at}"
        which = "every" if subscriber.cadence == Subscriber.Cadence.WEEKLY else "first"
        return f"{which} {subscriber.get_weekday_display()}, {at}"


def _unsubscribe(request: HttpRequest, subscriber: Subscriber) -> bool:
    # The IP address is the operator's and not the subscriber's: the entry names the operator only.
    origin = RequestOrigin(user_agent=f"admin, by {request.user.get_username()}")
    return unsubscribe(
        subscriber,
        step=ConsentEntry.Step.UNSUBSCRIBED,
        origin=origin,
        now=timezone.now(),
        says_goodbye=False,  # an operator answers by themselves
    )


# ── rows of a subscriber ─────────────────────────────────────────────────────


@admin.register(Interest)
class InterestAdmin(SubscriberRowAdmin[Interest]):
    list_display = ("subscriber", "kind", "topic", "term")
    list_filter = ("kind", "topic")
    list_select_related = ("subscriber", "topic")


@admin.register(AddressChange)
class AddressChangeAdmin(SubscriberRowAdmin[AddressChange]):
    list_display = (
        "subscriber", "old_email", "new_email", moment("requested_at", "requested (UTC)"),
        moment("confirmed_at", "confirmed (UTC)"), moment("ended_at", "ended (UTC)"),
    )  # fmt: skip


@admin.register(TransactionalMail)
class TransactionalMailAdmin(SubscriberRowAdmin[TransactionalMail]):
    list_display = (
        "subscriber", "kind", "state_badge", "attempts", moment("created_at", "requested (UTC)"),
        moment("sent_at", "sent (UTC)"), "short_error",
    )  # fmt: skip
    list_filter = ("state", "kind")

    @admin.display(description="error")
    def short_error(self, mail: TransactionalMail) -> str:
        return Truncator(mail.error).chars(60)

    @badge("state")
    def state_badge(self, mail: TransactionalMail) -> tuple[str, str]:
        return mail.state, mail.get_state_display()


# ── rows of an address ───────────────────────────────────────────────────────


class AddressHashAdmin(ReadOnlyAdmin[M]):
    """Rows that hold only the hash of an address. A search by the typed address finds them."""

    search_fields = ("address_hash",)
    search_help_text = "A whole address, or its hash"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        words = search_term.strip()
        return (
            queryset.filter(address_hash__in=search_hashes(words)) if words else queryset
        ), False

    @admin.display(description="address hash")
    def short_hash(self, row: Any) -> str:
        return f"{row.address_hash[:12]}…"


@admin.register(ConsentEntry)
class ConsentEntryAdmin(AddressHashAdmin[ConsentEntry]):
    list_display = (
        moment("at", "at (UTC)"), "step", "current_subscriber", "short_hash", "ip", "browser",
    )  # fmt: skip
    list_filter = ("step", ("at", RangeDateTimeFilter))
    list_select_related = ("subscriber",)

    @admin.display(description="user agent")
    def browser(self, entry: ConsentEntry) -> str:
        return Truncator(entry.user_agent).chars(40)

    @admin.display(description="subscriber", empty_value="none")
    def current_subscriber(self, entry: ConsentEntry) -> str | None:
        return entry.subscriber.email if entry.subscriber else None


class AddressField(forms.CharField):
    """An address in the spelling in which subscribers are stored."""

    def clean(self, value: Any) -> str:
        try:
            return normalised(str(super().clean(value)))
        except BadAddress as error:
            raise forms.ValidationError(str(error)) from error


class SuppressForm(ModelForm[Suppression]):
    """A suppression is created from a typed address, of which only the hash is stored."""

    address = AddressField(widget=UnfoldAdminEmailInputWidget, help_text="Only its hash is stored.")
    detail = forms.CharField(
        widget=UnfoldAdminTextInputWidget,
        required=False,
        help_text="Why. The list shows it.",
    )

    class Meta:
        model = Suppression
        fields = ("detail",)

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"])
        if Suppression.objects.filter(address_hash__in=salted(address_hashes(address))).exists():
            raise forms.ValidationError("This address is suppressed already.")
        return address


class UnsuppressForm(DialogForm):
    """Requires the address: its hash alone does not show to whom mail is allowed again."""

    address = AddressField(widget=UnfoldAdminEmailInputWidget, label="The address")

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"])
        if not Suppression.objects.filter(
            pk=self.object_id, address_hash__in=salted(address_hashes(address))
        ).exists():
            raise forms.ValidationError("That is not the address of this suppression.")
        return address


@admin.register(Suppression)
class SuppressionAdmin(AddressHashAdmin[Suppression]):
    form = SuppressForm
    list_display = ("short_hash", "reason_badge", moment("at", "at (UTC)"), "detail")
    list_filter = ("reason", ("at", RangeDateTimeFilter))
    actions_detail = ("allow_again",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        """By an address, by its hash in a step of consent, or by the salted hash of the list."""
        hashes = search_hashes(words) if (words := search_term.strip()) else []
        found = queryset.filter(address_hash__in=[*hashes, *salted(hashes)])
        return (found if words else queryset), False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("subscribers.add_suppression")

    def has_unsuppress_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("subscribers.delete_suppression")

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        return ("address_hash", "reason", "at", "detail") if obj else ("address", "detail")

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        made = suppress(
            form.cleaned_data["address"],
            Suppression.Reason.OPERATOR,
            detail=obj.detail,
            now=timezone.now(),
        )
        obj.__dict__.update(made.__dict__)

    @confirm_action(
        title="Allow mail again",
        question=(
            "Deletes the suppression. A reader whose mails had come back is mailed a link to go "
            "on; any other subscriber has to sign up again."
        ),
        submit="Allow",
        permission="unsuppress",
        icon="mark_email_read",
        form=UnsuppressForm,
    )
    def allow_again(self, request: HttpRequest, form: Any, object_id: int) -> HttpResponse:
        address = form.cleaned_data["address"]
        is_told = allow_mail(address, timezone.now())
        more = " We mail them a link to go on." if is_told else ""
        messages.success(request, f"{address} may get mail again.{more}")
        return back_to(request, rows_url(Suppression))

    @badge("reason")
    def reason_badge(self, row: Suppression) -> tuple[str, str]:
        return row.reason, row.get_reason_display()
