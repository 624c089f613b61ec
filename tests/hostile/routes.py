"""All routes of the site, read from the URL resolver: a new page is tested without being named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Final
from urllib.parse import quote_from_bytes

from django.contrib import admin
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.hostile.values import RAW_BYTES, spoiled
from tests.hostile.world import World

# A middleware answers these; no pattern names them.
WITHOUT_PATTERN: Final = ("healthz", "readyz", "metrics", "static/<path:file>", "favicon.ico", "*")
_WEIGHTS: Final = {
    "admin/MODEL/": 12, "admin/MODEL/<path:object_id>/change/": 6, "admin/MODEL/add/": 4,
    "search/": 5,
    "admin/autocomplete/": 3, "anymail/<slug:provider>/tracking/": 12, "subscribe/": 3,
    "u/<str:token>": 2,
    "preferences/<str:token>/": 3, "confirm/<str:token>/": 2, "api/papers/search": 3, "mailbox/": 2,
}  # fmt: skip
# Which of the tokens opens a page; the others are invalid there.
_TOKENS: Final = {"preferences": 1, "feeds": 2, "confirm": 3}
_PLACE: Final = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


@dataclass(frozen=True)
class Route:
    """A pattern, and the admin's model behind it."""

    pattern: str
    model: type[Any] | None = None

    @property
    def kind(self) -> str:
        """What a report counts together: all lists of the admin are one kind."""
        if self.model is None:
            return self.pattern or "/"
        options = self.model._meta
        return self.pattern.replace(f"{options.app_label}/{options.model_name}", "MODEL")


@cache
def routes() -> list[Route]:
    """Every route; those of the admin with their model."""
    patterns = [*_walk(get_resolver().url_patterns, ""), *WITHOUT_PATTERN]
    models = {
        f"admin/{model._meta.app_label}/{model._meta.model_name}/": model
        for model in admin.site._registry
    }
    return [
        Route(pattern, next((m for start, m in models.items() if pattern.startswith(start)), None))
        for pattern in patterns
    ]


def _walk(patterns: list[Any], before: str) -> Iterator[str]:
    for entry in patterns:
        whole = before + str(entry.pattern).lstrip("^").removesuffix("$")
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, whole)
        elif isinstance(entry, URLPattern):
            yield whole


@cache
def _by_kind() -> dict[str, list[Route]]:
    kinds: dict[str, list[Route]] = {}
    for route in routes():
        kinds.setdefault(route.kind, []).append(route)
    return kinds


def some_route(random: Random) -> Route:
    """A route: each kind as often as another, and those that read the most more often."""
    kinds = list(_by_kind())
    weights = [_WEIGHTS.get(kind, 1) for kind in kinds]
    return random.choice(_by_kind()[random.choices(kinds, weights)[0]])


def path_of(route: Route, world: World, random: Random, share: float) -> str:
    """An address of the route, escaped; `share` of its placeholders are spoiled."""

    def value(place: re.Match[str]) -> str:
        name = place[1] or place[2]
        good = random.choice(world.values(name))
        if name == "token" and random.random() < 0.8:
            good = world.values(name)[_TOKENS.get(route.pattern.partition("/")[0], 0)]
        if name == "object_id" and route.model:
            good = world.ids.get(route.model._meta.label_lower, "1")
        text = spoiled(random, good) if random.random() < share else good
        raw = text.encode("utf-8", "surrogatepass")
        if random.random() < share / 10:
            raw += random.choice(RAW_BYTES)
        return quote_from_bytes(raw, safe="/" if name in ("object_id", "file") else "")

    return "/" + _PLACE.sub(value, route.pattern).replace("\\Z", "").lstrip("/")
