"""Everything that is stored about a subscriber, from every table, as one JSON document.

The tables are found as for the erasure (privacy/sweep.py): by a key to the subscriber or to one of
their deliveries, or by the hash of the address. So a table that is added later is in it by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, ForeignKey, Model, QuerySet

from papers.models import Paper
from subscribers.addresses import address_hashes
from subscribers.models import Subscriber
from subscribers.privacy.sweep import condition_of

# What proves that a link is theirs, and the name of a process that held a row. An export is kept in
# places where neither belongs.
_LEFT_OUT: Final = frozenset({"secret", "fence"})
_LARGE: Final = frozenset({"html", "text"})  # of an edition, which is named and not copied
_CHUNK: Final = 200  # rows at a time: a reader of ten years has some thousand


def export(subscriber: Subscriber, now: datetime) -> Iterator[str]:
    """The document in pieces, so that no process holds all of it."""
    head = {"about": "All that Trending Papers stores about you.", "made_at": now}
    yield _dumped(head).removesuffix("}") + ', "stored": {'
    for number, rows in enumerate(rows_about(subscriber)):
        yield f"{',' if number else ''}\n{_dumped(_name(rows.model))}: ["
        for place, row in enumerate(_described(rows)):
            yield f"{',' if place else ''}\n  {_dumped(row)}"
        yield "]"
    yield "\n}}\n"


def rows_about(subscriber: Subscriber) -> Iterator[QuerySet[Model]]:
    """The rows of every table that holds something about the subscriber, oldest first."""
    hashes = address_hashes(subscriber.email)
    for model in apps.get_models():
        every: QuerySet[Model] = QuerySet(model)
        if model is Subscriber:
            yield every.filter(pk=subscriber.pk)
        elif condition := condition_of(model, subscriber, hashes):
            yield every.filter(condition).order_by("pk")


def _name(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural)  # noqa: SLF001 (documented by Django)


def _described(rows: QuerySet[Model]) -> Iterator[dict[str, Any]]:
    for chunk in _batches(rows.iterator(chunk_size=_CHUNK)):
        columns = _columns(rows.model)
        named = {column.attname: _labels(column, chunk) for column in columns}
        for row in chunk:
            yield {
                column.name: named[column.attname].get(value, value)
                if not isinstance(value := _as_text(getattr(row, column.attname)), list | dict)
                else _with_titles(column, value)
                for column in columns
            }


def _batches(rows: Iterable[Model]) -> Iterator[list[Model]]:
    chunk: list[Model] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _columns(model: type[Model]) -> list[Field[Any, Any]]:
    """All columns but those left out, and but the key to the subscriber: all of it is theirs."""
    fields = model._meta.concrete_fields  # noqa: SLF001 (documented by Django)
    return [one for one in fields if one.name not in _LEFT_OUT and one.related_model != Subscriber]


def _labels(column: Field[Any, Any], rows: Iterable[Model]) -> dict[Any, str]:
    """How the rows that a foreign key leads to are called: a topic, a paper, an edition."""
    related = column.related_model
    if not isinstance(column, ForeignKey) or not isinstance(related, type):
        return {}
    keys = {key for row in rows if (key := getattr(row, column.attname)) is not None}
    if not keys or column.name in ("delivery", "address_change"):
        return {}
    names = {field.name for field in related._meta.concrete_fields}  # noqa: SLF001
    found: QuerySet[Model] = QuerySet(related).filter(pk__in=keys).defer(*(_LARGE & names))
    return {one.pk: str(one) for one in found}


def _as_text(value: Any) -> Any:
    """A mail that they wrote as text; any other value as it is."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value


def _with_titles(column: Field[Any, Any], value: Any) -> Any:
    """The papers of a digest or a profile by their titles; any other list or object as it is."""
    if column.name not in ("papers", "liked", "disliked"):
        return value
    titles = dict(Paper.objects.filter(pk__in=value).values_list("pk", "title"))
    return [titles.get(number, number) for number in value]


def _dumped(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
