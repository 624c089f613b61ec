"""The dialog on an edition's page that sends again what failed by no fault of the reader."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldBooleanWidget

from newsletter import tasks
from newsletter.delivery.retry import (
    DAYS,
    CannotRetry,
    Found,
    described,
    find,
    retry,
    why_not,
)
from newsletter.models import Edition
from papers.windows import closes_at
from web.admin import DialogForm, back_to, confirm_action, row_url


class RetryForm(DialogForm):
    """The reasons with their counts; whether to resume; and whether an old edition is meant."""

    reasons = forms.MultipleChoiceField(
        widget=UnfoldAdminCheckboxSelectMultipleWidget, required=False
    )
    resume = forms.BooleanField(
        widget=UnfoldBooleanWidget, required=False, label="Resume the edition as well"
    )
    old = forms.BooleanField(
        widget=UnfoldBooleanWidget, required=False, label="Send it although it is old news"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        try:
            edition = self.edition = Edition.objects.light().get(pk=self.object_id)
        except (Edition.DoesNotExist, ValueError, OverflowError):
            raise Http404("There is no such edition.") from None
        self.age = (timezone.now() - closes_at(edition.day)).days
        found = find(edition.pk)
        choices = [
            (reason, f"{reason} ({count:,})") for reason, count in found.by_reason.most_common()
        ]
        field: Any = self.fields["reasons"]
        field.choices, field.initial = choices, [reason for reason, _ in choices]
        field.label = f"{found.total:,} can be sent again"
        field.help_text = _left(found)
        if not edition.paused_at:
            del self.fields["resume"]
        if self.age <= DAYS:
            del self.fields["old"]
        else:
            self.fields["old"].help_text = f"It closed {self.age} days ago."

    @property
    def days(self) -> int:
        """How old the edition may be: an operator may say that its age is meant."""
        return self.age if self.cleaned_data.get("old") else DAYS

    def clean(self) -> dict[str, Any]:
        reason = why_not(self.edition, timezone.now(), self.days)
        if not reason and not self.cleaned_data.get("reasons"):
            reason = "No reason is chosen."
        if reason:  # beside a field: the dialog shows no other errors
            self.add_error("reasons", f"It stays as it is. {reason}")
        return self.cleaned_data


def _left(found: Found) -> str:
    """What stays as it is, in words."""
    left = described(found.final)
    if found.unwilling:
        left.append(f"{found.unwilling:,} of readers who get no mail any more")
    if found.arrived:
        left.append(f"{found.arrived:,} that arrived, as the provider says")
    return f"These stay as they are: {'; '.join(left)}." if left else "Nothing else has failed."


class RetryAction:
    """Part of the admin of editions: the button with this dialog."""

    @confirm_action(
        title="Send again",
        question="Queues again what failed by our fault, the settings' or the mail server's, each "
        "with what it said before. Nothing that may have arrived is sent a second time.",
        submit="Send again",
        permission="control",
        icon="replay",
        form=RetryForm,
    )
    def send_again(self, request: HttpRequest, form: Any, object_id: int) -> HttpResponse:
        chosen = form.cleaned_data
        edition = Edition.objects.light().get(pk=object_id)
        try:
            count = retry(
                edition.pk,
                timezone.now(),
                reasons=chosen["reasons"],
                days=form.days,
                and_resume=bool(chosen.get("resume")),
            )
        except CannotRetry as error:
            messages.error(request, f"It stays as it is. {error}")
            return back_to(request, row_url(edition))
        tasks.send_queued_again()
        waits = " They wait: it is paused." if edition.paused_at and not chosen["resume"] else ""
        messages.success(request, f"{count:,} mails are queued again.{waits}")
        return back_to(request, row_url(edition))
