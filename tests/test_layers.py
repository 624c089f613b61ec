"""No foreign key points to a higher layer. import-linter holds the same for imports."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Model

LAYERS = ("papers", "subscribers", "newsletter", "local")


def our_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in LAYERS
    ]


def relations(model: type[Model]) -> list[tuple[str, type[Model]]]:
    """The model's own fields that point at another model, with what they point at."""
    fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    return [(str(field), field.related_model) for field in fields if field.related_model]


def points_up(from_app: str, to_app: str) -> bool:
    return to_app in LAYERS and LAYERS.index(to_app) > LAYERS.index(from_app)


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_no_foreign_key_points_upward(model: type[Model]) -> None:
    upward = [
        f"{field} -> {target._meta.label}"
        for field, target in relations(model)
        if points_up(model._meta.app_label, target._meta.app_label)
    ]
    assert upward == []


def test_foreign_keys_that_point_down_are_found() -> None:
    seen = {
        (model._meta.app_label, target._meta.app_label)
        for model in our_models()
        for _, target in relations(model)
    }
    assert {("newsletter", "subscribers"), ("newsletter", "papers"), ("subscribers", "papers")} <= (
        seen
    )


def test_a_higher_layer_is_recognised() -> None:
    assert points_up("papers", "subscribers")
    assert points_up("subscribers", "newsletter")
    assert not points_up("newsletter", "papers")
    assert not points_up("papers", "papers")
    assert not points_up("papers", "auth")
