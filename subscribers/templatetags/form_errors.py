"""`{% form_errors form … %}`: what has to be put right, and the focus on the first field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django import template
from django.forms import BaseForm, BoundField

register = template.Library()


class FieldError(NamedTuple):
    """One message, with the field to which its link leads (`id`, `label`)."""

    id: str
    label: str
    message: str


@register.inclusion_tag("pages/subscribers/_errors.html")
def form_errors(*forms: BaseForm | None, said: str = "") -> dict[str, Any]:
    """A list of links to the fields with errors. Without errors nothing is shown.

    Must stand before the fields in the template: the first field with an error gets `autofocus`,
    so that the keyboard, the screen reader and the eye begin there, also without scripts.

    Args:
        forms: in the order of their fields on the page; None for one that is not there.
        said: what did not happen: "Nothing was saved."
    """
    wrong = [field for form in forms if form for field in _wrong_fields(form)]
    for field in wrong[:1]:
        field.field.widget.attrs["autofocus"] = True
    return {"errors": [error for field in wrong for error in _errors_of(field)], "said": said}


@register.simple_tag
def has_errors(*forms: BaseForm | None) -> bool:
    """Whether the title of the page must begin with "Error:"."""
    return any(form.errors for form in forms if form)


def _wrong_fields(form: BaseForm) -> Iterable[BoundField]:
    return (form[name] for name in form.fields if name in form.errors)


def _errors_of(field: BoundField) -> Iterator[FieldError]:
    # The legend of a group of boxes is no place to type: its first box is.
    target = f"{field.auto_id}_0" if field.use_fieldset else field.auto_id
    return (FieldError(target, str(field.label), str(text)) for text in field.errors)
