"""Curators' notes on the papers of an edition, on its page in the admin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet, TextField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator
from unfold.widgets import UnfoldAdminTextareaWidget

from newsletter.delivery.compose_again import CannotComposeAgain, annotate, reason_to_stay
from newsletter.editions.rendering.slots import Slot, pieces, without_private_use
from newsletter.models import Candidate, Edition
from web.admin import Inline

MOST_NOTED: Final = 30  # papers with a field each: more is a long form, and few digests have them


class NoteInline(Inline[Candidate]):
    """The first papers of an edition, each with its note; nothing else of them changes."""

    model = Candidate
    verbose_name_plural = "curators' notes on its papers (Markdown)"
    ordering = ("position",)
    fields = ("position", "paper_title", "note")
    readonly_fields = ("position", "paper_title")
    formfield_overrides: ClassVar[Any] = {
        TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 2})}
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidate]:
        rows = Candidate.objects.filter(position__lte=MOST_NOTED).select_related("paper")
        return rows.only("edition", "position", "note", "paper__title")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("newsletter.change_edition")

    @admin.display(description="paper")
    def paper_title(self, candidate: Candidate) -> str:
        return Truncator(candidate.paper.title).chars(80)


class NotesOfEdition:
    """What the page of an edition does with notes: an edition that is open has none of papers."""

    def get_inlines(
        self, request: HttpRequest, obj: Edition | None
    ) -> tuple[type[NoteInline], ...]:
        """The notes on its papers, while they can be changed."""
        can = obj and not is_open(obj) and may_be_annotated(obj, timezone.now())
        return (NoteInline,) if can else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write the notes into a frozen edition; of an open one save_model has stored the note."""
        if not change or is_open(form.instance):
            return
        for formset in formsets:
            formset.save(commit=False)  # it notes what changed, for the history of the page
        edition, notes = form.instance, notes_of(formsets)
        try:
            annotate(edition.pk, form.cleaned_data["note"], notes, timezone.now())
        except CannotComposeAgain as error:
            messages.error(request, f"It stays as it is. {error}")


def is_open(edition: Edition | None) -> bool:
    """Whether an edition is composed later; a new one is."""
    return edition is None or edition.state == Edition.State.OPEN


def may_be_annotated(edition: Edition | None, now: datetime) -> bool:
    """Whether it is frozen and nothing of it was sent. Asked of the database once a page."""
    if edition is None:
        return False
    found: bool | None = getattr(edition, "may_be_annotated", None)
    if found is None:
        frozen = edition.state == Edition.State.FROZEN and not edition.cancelled_at
        found = frozen and not reason_to_stay(edition.pk, now)
        edition.may_be_annotated = found  # type: ignore[attr-defined]
    return found


def notes_of(formsets: Iterable[forms.BaseFormSet[Any]]) -> dict[int, str]:
    """The notes that were changed in the forms of NoteInline, by position."""
    changed = [one for formset in formsets for one in formset.forms if one.has_changed()]
    return {one.instance.position: one.cleaned_data["note"] for one in changed}


def as_mailed(fragment: str, rank: str) -> str:
    """A fragment with an example in each slot."""
    values = {Slot.RANK: rank, Slot.WHY: "(each reader's own reason)"}
    values |= {Slot.SUMMARY_START: "", Slot.SUMMARY_END: ""}
    return "".join(
        values.get(piece, "token") if isinstance(piece, Slot) else without_private_use(piece)
        for piece in pieces(fragment)
    )
