from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from local.sample.remove import remove
from local.smtp_catcher import Maildir
from newsletter.editions.compose import compose
from newsletter.models import ArchivedDelivery, Candidate, Delivery, Edition, StoredPick
from papers.catalogue.ingest import ingest
from papers.fetched import FetchedPaper, FetchedSignal
from papers.models import Paper, RawRecord, Signal, Trend
from subscribers import consent, privacy
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, Suppression, TransactionalMail
from subscribers.suppress import salted
from tests import factories
from tests.factories import make_subscriber
from tests.local.conftest import NOW
from tests.local.tables import counts
from tests.local.test_mailbox import make_mail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample", "laptop")]

YESTERDAY = date(2026, 11, 22)
REAL = FetchedPaper(
    title="A Real Paper about Language Models",
    arxiv_id="2611.00001",
    summary="Large language models, measured.",
    listed_on=YESTERDAY,
    signals=(FetchedSignal("upvotes", 30),),
    raw={"real": True},
)


def ingest_real_paper() -> Paper:
    ingest("hugging_face", [REAL], read_at=datetime(2026, 11, 22, 12, tzinfo=UTC))
    return Paper.objects.get(arxiv_id=REAL.arxiv_id)


def make_delivery(edition: Edition, reader: Subscriber, state: str = "sent") -> Delivery:
    """A delivery with the first three papers of its edition selected."""
    first = edition.candidates.order_by("position")[:3]
    picks = [StoredPick(one.position, one.paper_id, "because") for one in first]
    return factories.make_delivery(edition, reader, picks, state=state)


def sample_reader(email: str = "ada@example.com") -> Subscriber:
    return Subscriber.objects.get(email=email)


def use_the_sample() -> None:
    """Add what a day of `make run` adds: editions, deliveries, a mail, a suppression, consents."""
    for cadence in ("daily", "weekly", "monthly"):
        edition = compose(cadence, YESTERDAY, NOW)
        for reader in Subscriber.objects.filter(cadence=cadence, is_sample=True):
            make_delivery(edition, reader)
    ada = sample_reader()
    TransactionalMail.objects.create(subscriber=ada, kind="manage", next_attempt_at=NOW)
    consent.record(
        ConsentEntry.Step.CHANGED, email=ada.email, subscriber=ada, origin=RequestOrigin(), now=NOW
    )
    Suppression.objects.create(
        address_hash=salted([address_hash(ada.email)])[0], reason="operator", at=NOW
    )


# ── all of it ────────────────────────────────────────────────────────────────


def test_it_returns_what_it_deleted() -> None:
    use_the_sample()
    there = counts()
    gone = remove()
    assert gone["papers"] == 50
    assert gone["signals"] == there["Signal"]
    assert gone["subscribers"] == there["Subscriber"]
    assert gone["consent entries"] == there["ConsentEntry"]
    assert gone["deliveries"] == there["Delivery"]
    assert gone["editions"] == 3
    assert gone["candidates"] == there["Candidate"]
    assert gone["curator"] == 1


def test_archived_deliveries_of_sample_readers_go_too() -> None:
    edition = compose("weekly", YESTERDAY, NOW)
    ArchivedDelivery.objects.create(id=1, edition=edition, subscriber=sample_reader(), state="sent")
    assert remove()["archived delivery"] == 1
    assert not Edition.objects.exists()


def test_an_edition_with_an_archived_real_delivery_stays() -> None:
    edition = compose("weekly", YESTERDAY, NOW)
    real = make_subscriber("real@example.org")
    ArchivedDelivery.objects.create(id=1, edition=edition, subscriber=real, state="sent")
    remove()
    assert ArchivedDelivery.objects.get().edition == Edition.objects.get()


def test_removing_twice_deletes_nothing_more() -> None:
    use_the_sample()
    remove()
    assert remove() == {}


def test_it_works_where_loading_is_refused(laptop: Settings) -> None:
    use_the_sample()
    laptop.EMBEDDED, laptop.MAILBOX_DIR, laptop.MAIL_PROVIDER = False, "", "postmark"
    remove()
    assert not Paper.objects.exists()


def test_consent_is_append_only_again_afterwards() -> None:
    reader = make_subscriber("real@example.org")
    consent.record(
        ConsentEntry.Step.REQUESTED,
        email=reader.email,
        subscriber=reader,
        origin=RequestOrigin(),
        now=NOW,
    )
    remove()
    with pytest.raises(Exception, match="append-only"):
        ConsentEntry.objects.all().delete()


def test_an_erased_sample_reader_leaves_no_entry_either() -> None:
    privacy.erase(sample_reader())
    remove()
    assert not ConsentEntry.objects.exists()


def test_mails_to_sample_readers_leave_the_local_mailbox(laptop: Settings) -> None:
    maildir = Maildir(Path(laptop.MAILBOX_DIR))
    maildir.store(make_mail(to="Ada <ADA@example.com>"))
    kept = maildir.store(make_mail(to="someone@example.com"))
    assert remove()["caught mail"] == 1
    assert list((maildir.folder / "new").iterdir()) == [kept]


# ── what is real stays ───────────────────────────────────────────────────────


def test_a_mixed_edition_keeps_its_real_papers_and_their_places() -> None:
    paper = ingest_real_paper()
    edition = compose("weekly", YESTERDAY, NOW)
    place = edition.candidates.get(paper=paper).position
    remove()
    edition.refresh_from_db()
    assert edition.is_sample is False
    assert list(edition.candidates.values_list("paper", "position")) == [(paper.pk, place)]
    assert [list(one.papers) for one in edition.translations.all()] == [[str(place)]]


def test_the_ledger_row_of_a_real_reader_keeps_its_edition() -> None:
    edition = compose("weekly", YESTERDAY, NOW)
    delivery = make_delivery(edition, make_subscriber("real@example.org"))
    make_delivery(edition, sample_reader())
    before = Delivery.objects.filter(pk=delivery.pk).values().get()
    remove()
    assert list(Delivery.objects.values()) == [before]
    assert list(Edition.objects.all()) == [edition]
    assert not Candidate.objects.exists()


@pytest.mark.parametrize("state", ["queued", "deferred"])
def test_an_unfinished_delivery_to_a_real_reader_is_selected_anew(state: str) -> None:
    ingest_real_paper()
    edition = compose("weekly", YESTERDAY, NOW)
    delivery = make_delivery(edition, make_subscriber("real@example.org"), state)
    assert any(
        edition.candidates.get(paper=pick.paper_id).facts["is_sample"] for pick in delivery.picks
    )
    remove()
    delivery = Delivery.objects.get(pk=delivery.pk)
    assert (delivery.state, delivery.content_or_none) == (state, None)


def test_a_selection_of_real_papers_only_stays() -> None:
    paper = ingest_real_paper()
    edition = compose("weekly", YESTERDAY, NOW)
    delivery = make_delivery(edition, make_subscriber("real@example.org"), "deferred")
    place = edition.candidates.get(paper=paper).position
    delivery.content.delete()
    factories.make_content(delivery, [StoredPick(place, paper.pk, "because")])
    remove()
    assert [pick.paper_id for pick in Delivery.objects.get().picks] == [paper.pk]


def test_a_sample_paper_of_a_real_source_loses_only_invented_data() -> None:
    fetched = FetchedPaper(
        title="Visual Dialog",
        listed_on=date(2026, 11, 24),
        summary="What the authors wrote.",
        signals=(FetchedSignal("position", 1),),
        raw={"real": True},
    )
    ingest("listing", [fetched], read_at=datetime(2026, 11, 24, 12, tzinfo=UTC))
    remove()
    paper = Paper.objects.get()
    assert (paper.arxiv_id, paper.is_sample) == ("1611.08669", False)
    assert paper.summary == "What the authors wrote."
    assert paper.listed_on == date(2026, 11, 24)
    assert set(Signal.objects.values_list("source", flat=True)) == {"listing"}
    assert set(RawRecord.objects.values_list("source", flat=True)) == {"listing"}
    assert not Trend.objects.exists()


def test_a_real_listing_before_the_invented_one_keeps_its_day() -> None:
    fetched = FetchedPaper(title="Visual Dialog", listed_on=date(2025, 3, 14), raw={"real": True})
    ingest("listing", [fetched], read_at=datetime(2025, 3, 14, 12, tzinfo=UTC))
    remove()
    assert Paper.objects.get().listed_on == date(2025, 3, 14)


def test_a_candidate_with_invented_figures_goes() -> None:
    compose("weekly", YESTERDAY, NOW)
    yesterdays = Paper.objects.filter(listed_on=YESTERDAY).first()
    assert yesterdays is not None
    fetched = FetchedPaper(title=yesterdays.title, listed_on=YESTERDAY, raw={"real": True})
    ingest("listing", [fetched], read_at=NOW)
    remove()
    assert list(Paper.objects.values_list("pk", flat=True)) == [yesterdays.pk]
    assert not Candidate.objects.exists()
    assert not Edition.objects.exists()
