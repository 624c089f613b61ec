"""What all admin pages share: fast lists, read-only tables, state labels, linked numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.humanize.templatetags.humanize import intcomma
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldError, ValidationError
from django.db import DataError, ProgrammingError, models
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action as unfold_action
from unfold.decorators import display as unfold_display
from unfold.widgets import UnfoldAdminTextInputWidget

from web.paginator import EstimatingPaginator

M = TypeVar("M", bound=Model)
F = TypeVar("F", bound=Callable[..., Any])
# One colour for each state of any row, so that a state looks the same on every page.
STATE_COLOURS: Final[Mapping[str, str]] = {
    # work in progress
    **dict.fromkeys(
        ("queued", "sending", "running", "waiting", "pending", "operator", "reader"), "info"
    ),
    # it went well
    **dict.fromkeys(("sent", "delivered", "done", "fine", "active", "frozen", "found"), "success"),
    # it may still go well
    **dict.fromkeys(("deferred", "late", "lost", "open", "hard_bounce", "soft_bounces"), "warning"),
    # an operator should look
    **dict.fromkeys(("failed", "uncertain", "failing", "paused", "cancelled"), "danger"),
    **dict.fromkeys(("bounced", "rejected", "complained", "complaint", "suppressed"), "danger"),
    # nothing to do
    **dict.fromkeys(("skipped", "off", "unsubscribed"), "default"),
}

_BAD_PARAMETERS: Final = (
    *(DataError, ProgrammingError, FieldError, ValidationError),
    *(ValueError, TypeError, LookupError, ArithmeticError),
)

if TYPE_CHECKING:
    # Unfold ships no types; its classes follow Django's.
    _ModelAdmin = admin.ModelAdmin
    _TabularInline = admin.TabularInline
    _ChangeList = ChangeList
    ModelForm = forms.ModelForm

    class DialogForm(forms.Form):
        object_id: int  # of the row on whose page the dialog opened

else:
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.forms import BaseDialogForm
    from unfold.views import ChangeList as _ChangeList

    class _Typed:
        def __class_getitem__(cls, _model: object) -> type:
            return cls

    class _ModelAdmin(_Typed, ModelAdmin):
        pass

    class _TabularInline(_Typed, TabularInline):
        pass

    class ModelForm(_Typed, forms.ModelForm):
        pass

    DialogForm = BaseDialogForm


class StrictChangeList(_ChangeList):
    """A change list that takes any parameter in its address.

    Django checks some of them; the rest fails in the query, as a NUL, a range of one value, or a
    malformed regular expression does. It then shows the whole list, as after those that it checks.
    """

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
            self.result_list = list(self.result_list)
        except _BAD_PARAMETERS as error:
            raise IncorrectLookupParameters(error) from error


class AnnotatedChangeList(StrictChangeList):
    """A change list whose admin looks up in one go what all rows of one page show."""

    model_admin: BaseAdmin[Any]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.get_filters_params():
            # Nothing was filtered away: without this the head of the page would offer "Show all".
            self.full_result_count = self.result_count
        self.model_admin.annotate_page(self.result_list)


class StrictAdmin:
    """What the address of any page of the admin may hold without an error."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return StrictChangeList

    if not TYPE_CHECKING:  # its types are Django's

        def get_object(self, request, object_id, from_field=None) -> Any:  # noqa: ANN001
            """Django takes an empty `_to_field` for the name of a field."""
            return super().get_object(request, object_id, from_field or None)


class BaseAdmin(StrictAdmin, _ModelAdmin[M]):
    """A list that stays fast when its table grows, and its form."""

    list_per_page = 50
    paginator = EstimatingPaginator
    show_full_result_count = False
    # Facets would count every choice of every filter on every visit.
    show_facets = admin.ShowFacets.NEVER
    list_filter_submit = True
    # An address typed without its scheme means https.
    formfield_overrides: ClassVar[Any] = {
        models.URLField: {"assume_scheme": "https"},
        ArrayField: {"widget": UnfoldAdminTextInputWidget},  # one short line, not a text area
    }

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return AnnotatedChangeList

    def annotate_page(self, rows: Sequence[M]) -> None:
        """Attach to the rows of one page what their columns show from other tables."""


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(_ReadOnly, BaseAdmin[M]):
    """Rows that the service writes and operators only read: no adding, changing or deleting."""

    # Newest first by the primary key: the one order that every table can give without a sort.
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    sortable_by = ()


class Inline(_TabularInline[M, Any]):
    """Rows on the page of the row to which they belong; none is added or deleted there."""

    extra = max_num = 0
    can_delete = False
    hide_title = True


class ReadOnlyInline(_ReadOnly, Inline[M]):
    """Rows that nothing edits, on the page of the row to which they belong."""


def moment(field: str, description: str) -> Callable[[Any], str]:
    """A column for a date or an instant (UTC) on one short line: 23 Nov 2026, 08:10."""

    @admin.display(description=description, ordering=field)
    def column(row: Any) -> str:
        value = getattr(row, field)
        return one_line(short(value)) if value else "-"

    column.__name__ = field
    return column


def one_line(text: str) -> SafeString:
    """A short text that a narrow column must not break."""
    return format_html('<span class="tp-line">{}</span>', text)


def short(value: date | datetime) -> str:
    """`23 Nov 2026, 08:10` for an instant (in UTC), `23 Nov 2026` for a date."""
    if isinstance(value, datetime):
        return date_format(value.astimezone(UTC), "j M Y, H:i")
    return date_format(value, "j M Y")


def number(field: str, description: str, form: str) -> Callable[[Any], str]:
    """A column for a figure, written as `form` says: ",.10g" or ".2f"."""

    @admin.display(description=description, ordering=field)
    def column(row: Any) -> str:
        return format(getattr(row, field), form)

    column.__name__ = field
    return column


def badge(
    description: str, ordering: str | None = None, colours: Mapping[str, str] = STATE_COLOURS
) -> Callable[[F], F]:
    """A column whose method returns (state, text), shown as a label of the state's colour."""
    decorate = unfold_display(description=description, ordering=ordering, label=dict(colours))
    return cast("Callable[[F], F]", decorate)


def confirm_action(
    *,
    title: str,
    question: str,
    submit: str,
    permission: str,
    icon: str,
    form: type[forms.Form] | None = None,
) -> Callable[[F], F]:
    """A button with a dialog that asks for confirmation; the method runs on its POST only."""
    dialog = {"title": title, "description": question, "form_submit_text": submit}
    decorate = unfold_action(
        description=title,
        permissions=[permission],
        icon=icon,
        dialog={**dialog, "form_class": form},
    )
    return cast("Callable[[F], F]", lambda method: _of_a_row(decorate(method)))


def _of_a_row(method: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The action, or 404 when its address names no row: Unfold passes on any text as the id."""

    @wraps(method)
    def run(self: Any, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        if object_id is None:  # a button of a list
            return method(self, request)
        row = admin.ModelAdmin.get_object(self, request, unquote(str(object_id)))
        if row is None:
            raise Http404("There is no such row.")
        return method(self, request, object_id=row.pk)

    return run


def back_to(request: HttpRequest, url: str) -> HttpResponse:
    """The redirect after a confirmed action: htmx posts its dialog, and redirects by a header."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def rows_url(model: type[Model], **filters: object) -> str:
    """The address of the admin's list of `model`, narrowed by lookups such as `state="sent"`."""
    options = model._meta  # noqa: SLF001 (Django's own name for it)
    path = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    query = urlencode({name: _in_url(value) for name, value in filters.items()})
    return f"{path}?{query}" if query else path


def row_url(row: Model) -> str:
    """The address of a row's own page in the admin."""
    options = row._meta  # noqa: SLF001
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])


def linked_count(count: int, model: type[Model], **filters: object) -> SafeString | str:
    """A number that leads to its rows; a plain 0 where there are none."""
    if not count:
        return "0"
    return linked(rows_url(model, **filters), intcomma(count))


def linked(url: str, text: object) -> SafeString:
    """A link as Unfold sets it."""
    return format_html('<a class="text-link" href="{}">{}</a>', url, text)


def _in_url(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
