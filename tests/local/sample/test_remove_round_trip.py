"""Load, use and remove the sample: every table is as it was before."""

from __future__ import annotations

import pytest

from local.sample.load import load
from local.sample.remove import remove
from newsletter.editions.compose import compose
from newsletter.models import Edition
from papers.models import Curator, Trend
from subscribers import consent
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry
from tests.factories import make_subscriber
from tests.local.conftest import NOW
from tests.local.sample.test_remove import (
    YESTERDAY,
    ingest_real_paper,
    make_delivery,
    sample_reader,
    use_the_sample,
)
from tests.local.tables import counts, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laptop")]


def test_no_table_holds_anything_of_the_sample() -> None:
    before = counts()
    load(NOW)
    use_the_sample()
    assert counts() != before
    remove()
    assert counts() == before


def test_a_removed_sample_can_be_loaded_again() -> None:
    load(NOW)
    first = counts()
    remove()
    load(NOW)
    assert counts() == first


def test_real_rows_are_untouched() -> None:
    paper = ingest_real_paper()
    reader = make_subscriber("real@example.org", next_send_at=NOW)
    consent.record(
        ConsentEntry.Step.CONFIRMED,
        email=reader.email,
        subscriber=reader,
        origin=RequestOrigin(),
        now=NOW,
    )
    Curator.objects.create(name="A real curator")
    edition = compose("weekly", YESTERDAY, NOW)
    make_delivery(edition, reader)
    Trend.objects.all().delete()  # a load scores all papers anew
    before = rows()
    use_the_sample_beside_real_editions()
    remove()
    Trend.objects.filter(paper=paper).delete()
    assert rows() == before


def use_the_sample_beside_real_editions() -> None:
    load(NOW)
    for cadence in ("daily", "monthly"):
        compose(cadence, YESTERDAY, NOW)
    for edition in Edition.objects.filter(is_sample=True):
        edition.candidates.filter(paper__is_sample=False).delete()
    make_delivery(compose("weekly", YESTERDAY, NOW), sample_reader())
