"""Readers in the admin. Their choices are theirs: an operator may stop mail, or forget a reader."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import Truncator
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression, TransactionalMail
from subscribers.preferences import unsubscribe
from subscribers.privacy import erase
from subscribers.suppress import lift, suppress
from subscribers.tokens import address_hash
from subscribers.trail import Trail
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


def readers_like(words: str) -> QuerySet[Subscriber]:
    """Readers whose address starts with `words` (by its index), or ends with them after an @."""
    term = words.strip().lower()
    lookup = "email__endswith" if term.startswith("@") else "email__startswith"
    return Subscriber.objects.filter(**{lookup: term}).order_by()


def hash_of(words: str) -> str:
    """The hash to look for: of a typed address, or one that was pasted as it is."""
    term = words.strip().lower()
    return term if _HASH.fullmatch(term) else address_hash(term)


# ── readers ──────────────────────────────────────────────────────────────────


class InterestsInline(ReadOnlyInline[Interest]):
    model = Interest
    fields = ("kind", "topic", "term")


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
    actions = ("stop_mail",)
    actions_detail = ("stop_mail_to_one", "forget")
    fieldsets = (
        (None, {"fields": ("email", "state", ("confirmed_at", "unsubscribed_at"), "is_sample")}),
        ("Digest", {"fields": ("timetable", "digest_size", ("next_send_at", "last_digest_at"))}),
        ("Row", {"fields": (("created_at", "updated_at"),)}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Subscriber], search_term: str
    ) -> tuple[QuerySet[Subscriber], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset & readers_like(search_term).order_by(*queryset.query.order_by), False

    def has_stop_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("subscribers.change_subscriber")

    def has_forget_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("subscribers.delete_subscriber")

    @admin.action(description="Unsubscribe the selected readers", permissions=["stop"])
    def stop_mail(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        stopped = sum(_unsubscribe(request, reader) for reader in queryset)
        messages.success(request, f"Unsubscribed: {stopped}. The others had left already.")

    @confirm_action(
        title="Unsubscribe",
        question="They get no more digests, and may sign up again whenever they like.",
        submit="Unsubscribe",
        permission="stop",
        icon="unsubscribe",
    )
    def stop_mail_to_one(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        reader = Subscriber.objects.get(pk=object_id)
        if _unsubscribe(request, reader):
            messages.success(request, f"{reader.email} gets no more digests.")
        else:
            messages.info(request, f"{reader.email} had left already.")
        return back_to(request, row_url(reader))

    @confirm_action(
        title="Forget",
        question=(
            "Deletes the reader, their address and their choices, for good. What stays names "
            "nobody: steps of consent under a hash of the address, and the ledger's rows."
        ),
        submit="Forget this reader",
        permission="forget",
        icon="person_off",
    )
    def forget(self, request: HttpRequest, _form: object, object_id: int) -> HttpResponse:
        erase(Subscriber.objects.get(pk=object_id))
        messages.success(request, "The reader is forgotten.")
        return back_to(request, rows_url(Subscriber))

    @badge("state")
    def state_badge(self, reader: Subscriber) -> tuple[str, str]:
        return reader.state, reader.get_state_display()

    @admin.display(description="wants it on")
    def timetable(self, reader: Subscriber) -> str:
        at = f"{reader.hour:02}:00 {reader.timezone}"
        if reader.cadence == Subscriber.Cadence.DAILY:
            return f"every day, {at}"
        which = "every" if reader.cadence == Subscriber.Cadence.WEEKLY else "first"
        return f"{which} {reader.get_weekday_display()}, {at}"


def _unsubscribe(request: HttpRequest, reader: Subscriber) -> bool:
    # The operator's network is not the reader's: the entry only says that it came from here.
    trail = Trail(user_agent=f"admin, by {request.user.get_username()}")
    return unsubscribe(reader, step=ConsentEntry.Step.UNSUBSCRIBED, trail=trail, now=timezone.now())


# ── what belongs to readers ──────────────────────────────────────────────────


class OfReader(ReadOnlyAdmin[M]):
    """Rows that belong to a reader, found by the start of the reader's address."""

    list_select_related: ClassVar[tuple[str, ...]] = ("subscriber",)
    search_fields = ("subscriber__email",)
    search_help_text = "Start of an address, or @domain"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        words = search_term.strip()
        return (queryset.filter(subscriber__in=readers_like(words)) if words else queryset), False


@admin.register(Interest)
class InterestAdmin(OfReader[Interest]):
    list_display = ("subscriber", "kind", "topic", "term")
    list_filter = ("kind", "topic")
    list_select_related = ("subscriber", "topic")


@admin.register(TransactionalMail)
class TransactionalMailAdmin(OfReader[TransactionalMail]):
    list_display = (
        "subscriber", "kind", "state_badge", "attempts", moment("created_at", "asked for (UTC)"),
        moment("sent_at", "sent (UTC)"), "short_error",
    )  # fmt: skip
    list_filter = ("state", "kind")

    @admin.display(description="error")
    def short_error(self, mail: TransactionalMail) -> str:
        return Truncator(mail.error).chars(60)

    @badge("state")
    def state_badge(self, mail: TransactionalMail) -> tuple[str, str]:
        return mail.state, mail.get_state_display()


# ── what outlives them ───────────────────────────────────────────────────────


class ByAddress(ReadOnlyAdmin[M]):
    """Rows that know an address by its hash only, found by the typed address all the same."""

    search_fields = ("address_hash",)
    search_help_text = "A whole address, or its hash"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        words = search_term.strip()
        return (queryset.filter(address_hash=hash_of(words)) if words else queryset), False

    @admin.display(description="address")
    def short_hash(self, row: Any) -> str:
        return f"{row.address_hash[:12]}…"


@admin.register(ConsentEntry)
class ConsentEntryAdmin(ByAddress[ConsentEntry]):
    list_display = (moment("at", "at (UTC)"), "step", "reader", "short_hash", "ip", "browser")
    list_filter = ("step", ("at", RangeDateTimeFilter))
    list_select_related = ("subscriber",)

    @admin.display(description="by")
    def browser(self, entry: ConsentEntry) -> str:
        return Truncator(entry.user_agent).chars(40)

    @admin.display(description="reader", empty_value="no reader")
    def reader(self, entry: ConsentEntry) -> str | None:
        return entry.subscriber.email if entry.subscriber else None


class SuppressForm(ModelForm[Suppression]):
    """A suppression is made from a typed address, of which only the hash is kept."""

    address = forms.EmailField(
        widget=UnfoldAdminEmailInputWidget, help_text="Only its hash is kept."
    )
    detail = forms.CharField(
        widget=UnfoldAdminTextInputWidget,
        required=False,
        help_text="Why, for those who look here later.",
    )

    class Meta:
        model = Suppression
        fields = ("detail",)

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).lower()
        if Suppression.objects.filter(address_hash=address_hash(address)).exists():
            raise forms.ValidationError("This address is suppressed already.")
        return address


class LiftForm(DialogForm):
    """Asks for the address itself: from its hash alone nobody can tell whose mail starts again."""

    address = forms.EmailField(widget=UnfoldAdminEmailInputWidget, label="The address")

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).lower()
        if not Suppression.objects.filter(
            pk=self.object_id, address_hash=address_hash(address)
        ).exists():
            raise forms.ValidationError("That is not the address of this suppression.")
        return address


@admin.register(Suppression)
class SuppressionAdmin(ByAddress[Suppression]):
    form = SuppressForm
    list_display = ("short_hash", "reason_badge", moment("at", "at (UTC)"), "detail")
    list_filter = ("reason", ("at", RangeDateTimeFilter))
    actions_detail = ("allow_again",)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("subscribers.add_suppression")

    def has_lift_permission(self, request: HttpRequest, obj: object = None) -> bool:
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
        question="Lifts the suppression. The reader, if there is one, has to sign up anew.",
        submit="Allow",
        permission="lift",
        icon="mark_email_read",
        form=LiftForm,
    )
    def allow_again(self, request: HttpRequest, form: Any, object_id: int) -> HttpResponse:
        lift(form.cleaned_data["address"])
        messages.success(request, f"{form.cleaned_data['address']} may get mail again.")
        return back_to(request, rows_url(Suppression))

    @badge("reason")
    def reason_badge(self, row: Suppression) -> tuple[str, str]:
        return row.reason, row.get_reason_display()
