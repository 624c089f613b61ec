"""The rows of all tables of the project, to compare before and after."""

from __future__ import annotations

from typing import Any

from django.apps import apps

OURS = ("papers", "subscribers", "newsletter")
NOTES = {"PageChange"}  # that something changed, which a removal does as well


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every model of the project, by model name, in the order of their keys."""
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in models
        if model.__name__ not in NOTES
    }


def counts() -> dict[str, int]:
    """How many rows each model has, where it has any."""
    return {name: len(found) for name, found in rows().items() if found}
