"""Cut readers' addresses out of what servers answered before they were cut at once.

A refusal names the mailbox. Only rows with such a text are read: those of failed and deferred mails.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, migrations

from mail.without_address import without_address
from subscribers.addresses import address_hash

_CHUNK = 2000
# The number of an edition leads to the row's partition.
_UPDATE_DELIVERIES = """
UPDATE newsletter_delivery AS delivery SET error = cut.error
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS cut (id, edition_id, error)
 WHERE delivery.id = cut.id AND delivery.edition_id = cut.edition_id
"""


def cut_addresses(apps: Any, _schema_editor: Any) -> None:
    """Cut them in the ledger, in events, in confirmations, suppressions and pauses."""
    emails = dict(apps.get_model("subscribers", "Subscriber").objects.values_list("pk", "email"))
    _cut_deliveries(apps, emails)
    _cut_events(apps, emails)
    for row in _rows(apps, "subscribers", "TransactionalMail", "error"):
        _store(row, "error", emails.get(row.subscriber_id, ""))
    suppressions = list(_rows(apps, "subscribers", "Suppression", "detail"))
    by_hash = {address_hash(email): email for email in emails.values()} if suppressions else {}
    for row in suppressions:
        _store(row, "detail", by_hash.get(row.address_hash, ""))
    for row in _rows(apps, "newsletter", "Edition", "pause_reason"):
        _store(row, "pause_reason", "")


def _cut_deliveries(apps: Any, emails: dict[int, str]) -> None:
    changed = []
    rows = _rows(apps, "newsletter", "Delivery", "error")
    found = rows.values_list("pk", "edition_id", "subscriber_id", "error").iterator(_CHUNK)
    for number, edition_id, subscriber_id, error in found:
        after = _cut(error, emails.get(subscriber_id, ""))
        if after != error:
            changed.append((number, edition_id, after))
        if len(changed) == _CHUNK:
            _update_deliveries(changed)
            changed = []
    _update_deliveries(changed)


def _update_deliveries(changed: Iterable[tuple[int, int, str]]) -> None:
    columns = [list(column) for column in zip(*changed, strict=True)]
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE_DELIVERIES, columns)


def _cut_events(apps: Any, emails: dict[int, str]) -> None:
    of_delivery = apps.get_model("newsletter", "Delivery").objects
    for row in _rows(apps, "newsletter", "DeliveryEvent", "detail").iterator(_CHUNK):
        readers = of_delivery.filter(pk=row.delivery_id or 0).values_list("subscriber", flat=True)
        _store(row, "detail", emails.get(readers.first() or 0, ""))


def _rows(apps: Any, app: str, model: str, column: str) -> Any:
    return apps.get_model(app, model).objects.exclude(**{column: ""}).order_by("pk")


def _store(row: Any, column: str, email: str) -> None:
    before = getattr(row, column)
    after = _cut(before, email)
    if after != before:
        type(row).objects.filter(pk=row.pk).update(**{column: after})


def _cut(text: str, email: str) -> str:
    return without_address(text, email, ours=settings.MAIL_DOMAIN)


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0012_database_origin"),
        ("subscribers", "0004_one_spelling"),
    ]

    operations = [migrations.RunPython(cut_addresses, migrations.RunPython.noop)]
