"""The parameters and fields that each route reads, so that hostile values reach its code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.contrib import admin

from config.api.endpoints import api
from subscribers.pages.forms import ChoicesForm, SignUpForm
from subscribers.preferences import Preferences
from tests.hostile.routes import Route

_LOOKUPS: Final = (
    "", "__exact", "__in", "__isnull", "__gte", "__lt", "__range", "__regex", "__contains",
    "__date",
    "__year", "__month", "__day", "__pk", "__id__exact", "_from", "_to", "_from_0", "_from_1",
    "_to_0",
)  # fmt: skip
_LISTS: Final = (
    "q", "p", "o", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters", "page",
    "next",
    "_preserved_filters", "object_id", "_source_model", "_selected_action",
)  # fmt: skip
_ACTIONS: Final = (
    "action", "_selected_action", "select_across", "index", "_save", "_continue", "_addanother",
    "_saveasnew", "post", "_popup", "_to_field", "form-TOTAL_FORMS", "form-INITIAL_FORMS",
    "form-0-id",
    "confirm", "note", "object_id",
)  # fmt: skip
_AUTOCOMPLETE: Final = ("term", "app_label", "model_name", "field_name", "page", "model", "s")
_PUBLIC: Final = (
    "q",
    "topic",
    "since",
    "until",
    "code",
    "page",
    "saved",
    "to",
    "token",
    "next",
    "sort",
    "id",
)


@cache
def query_names(route: Route) -> tuple[str, ...]:
    """The names of the parameters in the address."""
    if route.pattern.startswith("api/"):
        return _api_names()
    if not route.pattern.startswith("admin/"):
        return _PUBLIC
    names = [*_LISTS, *_AUTOCOMPLETE]
    for field in _field_names(route.model):
        names += [field + lookup for lookup in _LOOKUPS]
    return tuple(names)


@cache
def field_names(route: Route) -> tuple[str, ...]:
    """The names of the fields in the body of a form."""
    if not route.pattern.startswith("admin/"):
        fields = [*SignUpForm().fields, *ChoicesForm(start=Preferences()).fields]
        papers = (
            "pasted",
            "file",
            "add",
            "remove",
            "drop",
            "read_papers",
            "q",
            "say",
            "id",
            "paper",
        )
        return (*fields, *papers, "List-Unsubscribe", "timezone", "email", "topics")
    names = [*_ACTIONS, "username", "password", "old_password", "new_password1", "new_password2"]
    names += ["password1", "password2", "usable_password", "is_active"]
    if route.model:
        names += _form_fields(route.model)
    return tuple(names)


@cache
def actions(route: Route) -> tuple[str, ...]:
    """The names of the actions on the rows of a list."""
    found = admin.site._registry.get(route.model) if route.model else None
    return (
        "delete_selected",
        *(str(getattr(a, "__name__", a)) for a in (found and found.actions) or ()),
    )


def _form_fields(model: type[Any]) -> Iterator[str]:
    """Of the form and of its inlines, each date and time with its two parts."""
    found = admin.site._registry[model]
    for name in _field_names(model):
        yield from (name, f"{name}_0", f"{name}_1")
    for inline in found.inlines:
        prefix = inline.model._meta.get_field("id").model._meta.model_name
        yield from (f"{prefix}_set-{part}" for part in ("TOTAL_FORMS", "INITIAL_FORMS", "0-id"))


def _field_names(model: type[Any] | None) -> list[str]:
    return [field.name for field in model._meta.get_fields()] if model else []


@cache
def _api_names() -> tuple[str, ...]:
    paths: dict[str, Any] = api.get_openapi_schema()["paths"]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    names = {one["name"] for operation in operations for one in operation.get("parameters", ())}
    return tuple(sorted(names))
