"""Cut one address out of every column of text that may still hold it, in all apps.

New rows hold no address (`mail/without_address.py`). Older ones may, and an operator's notes, the
admin's log and its sessions may too. Rows of one reader are found by their keys, others are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db.models import BinaryField, CharField, Field, JSONField, Model, Q, QuerySet, TextField

from mail.without_address import CUT, without_recipient
from subscribers.addresses import address_hashes
from subscribers.models import Subscriber, Suppression
from subscribers.suppress import salted

# Tables without a key that leads to a reader. Each is small: all its rows are read.
_WHOLE_TABLES: Final = (
    ("admin.LogEntry", "object_repr"),
    ("admin.LogEntry", "change_message"),
    ("newsletter.Edition", "pause_reason"),
    ("papers.Job", "last_error"),
    ("papers.JobStep", "error"),
)
# What identifies a row, or a reader only by a hash; and sentences of our own, which are counted.
_KEYS: Final = frozenset({"address_hash", "fingerprint", "reason"})
_SHORTEST: Final = 21  # letters; shorter columns hold names that the code gives


def sweep(subscriber: Subscriber) -> int:
    """Cut the subscriber's address out of all tables; returns how many rows were changed.

    Call it before the subscriber is deleted, and within `erasing`. The paper data of public sources
    is not read: an author's address there is the source's.
    """
    email = subscriber.email
    linked = (rows.only("pk", *fields) for rows, fields in rows_of(subscriber))
    whole = (_filled(table, column) for table, column in _WHOLE_TABLES)
    changed = sum(_cut(row, email) for rows in (*linked, *whole) for row in rows.iterator())
    return changed + _cut_sessions(email)


def rows_of(subscriber: Subscriber) -> Iterator[tuple[QuerySet[Model], list[str]]]:
    """The rows of a reader in every table that has a key to them, with the columns of text."""
    hashes = address_hashes(subscriber.email)
    for model in apps.get_models():
        condition, fields = condition_of(model, subscriber, hashes), text_fields(model)
        if condition and fields and model is not Subscriber:
            yield QuerySet(model).filter(condition), fields


def _filled(table: str, column: str) -> QuerySet[Model]:
    every: QuerySet[Model] = QuerySet(apps.get_model(table))
    return every.exclude(**{column: ""}).only("pk", column)


def text_fields(model: type[Model]) -> list[str]:
    """The columns of a table in which a sentence may stand: no key, no choice."""
    return [
        field.name
        for field in _columns(model)
        if (_is_text(field) or _is_mail(field))
        and not (field.primary_key or field.choices or field.name in _KEYS)
    ]


def _columns(model: type[Model]) -> Sequence[Field[Any, Any]]:
    return model._meta.concrete_fields  # noqa: SLF001 (documented by Django)


def _is_text(field: Field[Any, Any]) -> bool:
    if isinstance(field, ArrayField):
        return _is_text(field.base_field)
    if isinstance(field, CharField):
        return (field.max_length or _SHORTEST) >= _SHORTEST
    return isinstance(field, TextField | JSONField)


def _is_mail(field: Field[Any, Any]) -> bool:
    """A whole mail as it arrived: it holds addresses in any code, so all of it is cut."""
    return isinstance(field, BinaryField) and field.name == "raw"


def condition_of(model: type[Model], subscriber: Subscriber, hashes: list[str]) -> Q:
    """How the rows of a subscriber are found, each way by an index; empty where there is none."""
    condition = Q()
    for field in _columns(model):
        if field.name == "address_hash":
            own = salted(hashes) if model is Suppression else hashes
            condition |= Q(address_hash__in=own)
        elif field.related_model is Subscriber:
            condition |= Q(**{field.name: subscriber})
        elif field.name == "delivery" and field.related_model:
            deliveries: QuerySet[Model] = QuerySet(field.related_model).filter(
                subscriber=subscriber
            )
            condition |= Q(delivery__in=list(deliveries.values_list("pk", flat=True)))
    return condition


def _cut(row: Model, email: str) -> bool:
    """Whether the row named the address; then it is stored without it."""
    deferred = row.get_deferred_fields()
    before = {name: getattr(row, name) for name in text_fields(type(row)) if name not in deferred}
    after = {name: _without(value, email) for name, value in before.items()}
    if after.get("recipient") == CUT:  # of an event that waits: it is found by the hash
        after["recipient"] = ""
    if after == before:
        return False
    changed = {name: value for name, value in after.items() if value != before[name]}
    QuerySet(type(row)).filter(pk=row.pk).update(**changed)
    return True


def _without(value: Any, email: str) -> Any:
    """A text, or a JSON value with all its texts, without the address."""
    if isinstance(value, str):
        return without_recipient(value, email)
    if isinstance(value, bytes | memoryview):
        return b""
    if isinstance(value, dict):
        return {key: _without(inner, email) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, email) for inner in value]
    return value


def _cut_sessions(email: str) -> int:
    """Sessions are operators' only; one may hold a notice that names the reader."""
    changed = 0
    for session in Session.objects.iterator():
        before = session.get_decoded()
        after = _without(before, email)
        if after != before:
            session.session_data = Session.objects.encode(after)
            session.save(update_fields=["session_data"])
            changed += 1
    return changed
