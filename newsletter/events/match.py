"""Find the mail and the reader that a provider's report is about.

A digest carries the number of its delivery, and providers give it back. But an account may be
another's too, a test installation's for instance, which has the same numbers: a report on an
address that is not that of the delivery's reader is not about this delivery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from newsletter.models import Delivery, DeliveryEvent
from subscribers.addresses import address_hash
from subscribers.models import Subscriber


@dataclass(slots=True)
class MatchedEvent:
    """A report with its delivery and its reader, as far as there are any."""

    report: DeliveryEvent
    delivery: Delivery | None = None
    reader: Subscriber | None = None


def match(reports: Sequence[DeliveryEvent]) -> list[MatchedEvent]:
    """Each report with what it is about; three queries for all of them, at most.

    The reports' own rows are put right where they name a delivery that they are not about, or
    name none.
    """
    rows = _rows(Delivery.objects.filter(pk__in={r.delivery_id for r in reports if r.delivery_id}))
    emails = {report.recipient for report in reports if report.recipient}
    readers = {reader.email: reader for reader in Subscriber.objects.filter(email__in=emails)}
    traced = [_traced(report, rows, readers) for report in reports]
    _find_by_provider_id(traced)
    for one in traced:
        number = one.delivery.pk if one.delivery else _unknown(one.report, rows)
        if number != one.report.delivery_id:
            one.report.delivery_id = number
            one.report.save(update_fields=["delivery_id"])
    return traced


def _traced(
    report: DeliveryEvent, rows: Mapping[int, Delivery], readers: Mapping[str, Subscriber]
) -> MatchedEvent:
    row = rows.get(report.delivery_id or 0)
    if row is None or _is_of_another(report, row):
        return MatchedEvent(report, None, readers.get(report.recipient))
    return MatchedEvent(report, row, row.subscriber)


def _is_of_another(report: DeliveryEvent, row: Delivery) -> bool:
    """Where a reader was erased, or a report names no address, the number must do."""
    if row.subscriber is None or not report.address_hash:
        return False
    return address_hash(row.subscriber.email) != report.address_hash


def _unknown(report: DeliveryEvent, rows: Mapping[int, Delivery]) -> int | None:
    """The number of a delivery that is not in the ledger any more; None if it is another's."""
    return None if report.delivery_id in rows else report.delivery_id


def _find_by_provider_id(traced: Sequence[MatchedEvent]) -> None:
    """For providers that give no numbers back: among what the reader was sent.

    Served by delivery_once, which begins with the reader; no index holds the providers' ids.
    """
    named = {
        (one.reader.pk, one.report.message_id): one
        for one in traced
        if one.reader and not one.delivery and one.report.message_id
    }
    if named:
        readers, ids = zip(*named, strict=True)
        found = Delivery.objects.filter(subscriber__in=readers, provider_id__in=ids)
        by_names = {(row.subscriber_id or 0, row.provider_id): row for row in _rows(found).values()}
        for one in traced:
            if one.reader and not one.delivery:
                one.delivery = by_names.get((one.reader.pk, one.report.message_id))


def _rows(deliveries: QuerySet[Delivery]) -> dict[int, Delivery]:
    return {row.pk: row for row in deliveries.select_related("subscriber").defer("error")}
