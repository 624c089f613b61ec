"""Remove the sample and everything made from it. Real data stays.

The rules where sample and real data are connected:

* A paper that a real source has listed since is real. It stays and loses its invented signals,
  the trends computed from them, and the invented day of its listing.
* An edition loses its sample papers. It is deleted when nothing is left: no real paper and no
  delivery to a real reader. Otherwise it stays, with gaps in its order.
* A delivery to a real reader always stays, so that no edition reaches them twice and the links
  in their mail still work. A digest of sample papers cannot be rebuilt after this.
* A delivery to a real reader that is still to be sent, with sample papers selected for it, loses
  its selection; the worker selects again from what the edition has left.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db.models import Min, Q, QuerySet

from local import mailbox
from local.sample import catalogue
from newsletter.models import ArchivedDelivery, Candidate, Delivery, Edition, EditionTranslation
from papers.catalogue.hold import hold_for_deletion
from papers.models import Curator, Listing, Paper, RawRecord, SearchWord, Signal, Trend
from subscribers.addresses import address_hash
from subscribers.models import ConsentEntry, Subscriber, Suppression
from subscribers.privacy import erasing
from subscribers.suppress import salted

_UNFINISHED: Final = (Delivery.State.QUEUED, Delivery.State.DEFERRED)


def remove() -> dict[str, int]:
    """Delete the sample, all of it or nothing; returns the rows deleted by name, most first.

    Mails to sample readers in the local mailbox are deleted too, after the commit.
    """
    gone = _Count()
    with erasing():
        emails = _sample_addresses()
        _remove_mailings(gone)
        _remove_readers(emails, gone)
        _remove_papers(gone)
        SearchWord.objects.all().delete()  # the next ranking counts those of real papers again
        gone.delete(Curator.objects.filter(is_sample=True))
    if settings.MAILBOX_DIR:
        caught = mailbox.discard(Path(settings.MAILBOX_DIR), emails)
        gone.add("caught mail", "caught mails", caught)
    return gone.named()


class _Count:
    """Deletes rows, and counts them and those deleted by cascade."""

    def __init__(self) -> None:
        self._gone: Counter[tuple[str, str]] = Counter()

    def delete(self, rows: QuerySet[Any]) -> None:
        for label, number in rows.delete()[1].items():
            names = apps.get_model(label)._meta  # noqa: SLF001 (Django documents it)
            self.add(str(names.verbose_name), str(names.verbose_name_plural), number)

    def add(self, singular: str, plural: str, number: int) -> None:
        self._gone[singular, plural] += number

    def named(self) -> dict[str, int]:
        return {
            singular if number == 1 else plural: number
            for (singular, plural), number in self._gone.most_common()
            if number
        }


# ── editions and deliveries ──────────────────────────────────────────────────


def _remove_mailings(gone: _Count) -> None:
    touched = list(Edition.objects.filter(is_sample=True).values_list("pk", flat=True))
    gone.delete(Delivery.objects.filter(subscriber__is_sample=True))
    gone.delete(ArchivedDelivery.objects.filter(subscriber__is_sample=True))
    sample = Candidate.objects.filter(Q(paper__is_sample=True) | Q(facts__is_sample=True))
    places = set(sample.values_list("edition_id", "position"))
    _drop_selections(places)
    _drop_translations(places)
    gone.delete(sample)
    editions = Edition.objects.filter(pk__in=touched)
    empty = editions.filter(candidates=None, deliveries=None, archived=None)
    EditionTranslation.objects.filter(edition__in=empty).delete()  # parts of them, not counted
    gone.delete(empty)
    editions.update(is_sample=False)


def _drop_selections(places: set[tuple[int, int]]) -> None:
    """`places` are (edition, position): picks go by position, since papers may be merged."""
    waiting = Delivery.objects.filter(edition__in={it[0] for it in places}, state__in=_UNFINISHED)
    for delivery in waiting.select_for_update(of=("self",)).exclude(content=None):
        if any((delivery.edition_id, pick.position) in places for pick in delivery.picks):
            delivery.content.delete()


def _drop_translations(places: set[tuple[int, int]]) -> None:
    """The same papers in other languages; `places` as above."""
    for found in EditionTranslation.objects.filter(edition__in={it[0] for it in places}):
        gone = {str(position) for edition, position in places if edition == found.edition_id}
        found.papers = {key: it for key, it in found.papers.items() if key not in gone}
        found.save(update_fields=["papers"])


# ── readers ──────────────────────────────────────────────────────────────────


def _sample_addresses() -> set[str]:
    """Of the stored sample readers, and of those who had themselves erased before."""
    here = set(Subscriber.objects.filter(is_sample=True).values_list("email", flat=True))
    shipped = {reader.email for reader in catalogue.readers()}
    real = Subscriber.objects.filter(email__in=shipped, is_sample=False)
    return here | (shipped - set(real.values_list("email", flat=True)))


def _remove_readers(emails: set[str], gone: _Count) -> None:
    hashes = [address_hash(email) for email in emails]
    gone.delete(ConsentEntry.objects.filter(address_hash__in=hashes))
    gone.delete(Suppression.objects.filter(address_hash__in=salted(hashes)))
    gone.delete(Subscriber.objects.filter(is_sample=True))


# ── papers ───────────────────────────────────────────────────────────────────


def _remove_papers(gone: _Count) -> None:
    adopted = Paper.objects.filter(is_sample=False, raw_records__source=catalogue.SOURCE)
    adopted_papers = list(adopted.defer("search"))
    gone.delete(Listing.objects.filter(source=catalogue.SOURCE))
    for paper in adopted_papers:
        _restore_listing_day(paper)
    invented = Signal.objects.filter(source=catalogue.SOURCE)
    gone.delete(Trend.objects.filter(paper__in=invented.values("paper")))
    gone.delete(invented)
    gone.delete(RawRecord.objects.filter(source=catalogue.SOURCE))
    sample = Paper.objects.filter(is_sample=True)
    hold_for_deletion(sample.values_list("pk", flat=True))
    gone.delete(sample)


def _restore_listing_day(paper: Paper) -> None:
    """Replace an invented day by that of the first real list, or of the first real payload."""
    listing = paper.listings.order_by("day", "read_at").first()
    if listing:
        paper.listed_on, paper.listed_at = listing.day, listing.read_at
    elif paper.listed_on in _invented_days(paper):
        records = paper.raw_records.exclude(source=catalogue.SOURCE)
        paper.listed_on = records.aggregate(first=Min("day"))["first"] or paper.listed_on
    paper.save(update_fields=["listed_on", "listed_at", "updated_at"])


def _invented_days(paper: Paper) -> set[date]:
    by_id = {one.arxiv_id: one for one in catalogue.papers()}
    records = paper.raw_records.filter(source=catalogue.SOURCE)
    return {by_id[record.payload["arxiv_id"]].listed_on(record.day) for record in records}
