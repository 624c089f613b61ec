"""Old deliveries leave the ledger: nothing is lost, whatever is cut off, and no link goes dead."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from newsletter import tasks
from newsletter.delivery import archive as archiving
from newsletter.delivery.archive import InUse, Partition, archive, due, partitions
from newsletter.delivery.progress import progress_of
from newsletter.editions.tokens import make_token
from newsletter.models import ArchivedDelivery, Delivery, DigestContent, Edition
from subscribers.models import ConsentEntry, Subscriber
from subscribers.privacy import erase
from tests.factories import (
    DAY,
    NOON,
    make_candidate,
    make_content,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

OLD, NEW = 700_000, 700_100
LATER = datetime(2099, 1, 1, tzinfo=UTC)  # by then all that tests do is old
NAME = f"newsletter_delivery_{OLD}"
Row = tuple[int, int, int | None, str, datetime | None]


@pytest.fixture
def old() -> Edition:
    """An edition of a hundred that is full: the next one has begun."""
    make_edition(id=NEW, day=DAY + timedelta(days=1))
    return make_edition(id=OLD + 3, composed_at=NOON)


@pytest.fixture
def dropped_in_the_end() -> Iterator[None]:
    """For tests that commit: emptying every table leaves partitions where they are."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {NAME}, newsletter_delivery_{NEW}")


def fill(edition: Edition, count: int = 7) -> list[Row]:
    states = ("sent", "failed", "skipped", "uncertain")
    for number in range(count):
        state = states[number % 4]
        sent_at = NOON if state == "sent" else None
        make_delivery(edition, make_subscriber(), state=state, sent_at=sent_at)
    return rows(Delivery)


def rows(model: type[Delivery | ArchivedDelivery]) -> list[Row]:
    kept = model.objects.order_by("pk")
    return list(kept.values_list("pk", "edition_id", "subscriber_id", "state", "sent_at"))


def partition(first: int = OLD) -> Partition:
    return next(part for part in partitions() if part.first == first)


def exists(name: str = NAME) -> bool:
    return name in {part.name for part in partitions()}


# ── what goes ────────────────────────────────────────────────────────────────


def test_a_partition_goes_as_a_whole_and_each_row_is_kept_in_short(old: Edition) -> None:
    before = fill(old)
    assert archive(partition(), LATER, LATER)
    assert not exists()
    assert rows(ArchivedDelivery) == before
    assert not Delivery.objects.exists()


def test_what_its_digests_said_goes_with_it_and_nothing_else(old: Edition) -> None:
    make_content(make_delivery(old, make_subscriber(), state="sent"))
    kept = make_content(make_delivery(Edition.objects.get(pk=NEW), make_subscriber()))
    assert archive(partition(), LATER, LATER)
    assert list(DigestContent.objects.all()) == [kept]


def test_other_partitions_stay(old: Edition) -> None:
    fill(old)
    make_delivery(Edition.objects.get(pk=NEW), make_subscriber())
    archive(partition(), LATER, LATER)
    assert Delivery.objects.get().edition_id == NEW


def test_the_editions_counters_stay(old: Edition) -> None:
    fill(old)
    counted = progress_of(old.pk)
    archive(partition(), LATER, LATER)
    assert progress_of(old.pk) == counted
    assert counted.sent == 2


def test_an_empty_partition_goes_too(old: Edition) -> None:
    archive(partition(), LATER, LATER)
    assert not exists()


# ── when ─────────────────────────────────────────────────────────────────────

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def stays(**values: Any) -> str:
    usual = {"first": 0, "is_full": True, "touched_at": SOME_DAY, "rows": 9, "waiting": 0}
    return Partition(**{**usual, **values}).stays_for(SOME_DAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, ""),
        ({"touched_at": None, "rows": 0}, ""),
        ({"is_full": False}, "editions are still being added"),
        ({"touched_at": SOME_DAY + timedelta(days=1)}, "not old enough"),
        ({"waiting": 1234}, "1,234 mails still wait: let their edition go on, or cancel it"),
    ],
)
def test_it_goes_when_it_is_full_and_old_and_nothing_waits(
    values: dict[str, Any], reason: str
) -> None:
    assert stays(**values) == reason


def is_due(before: datetime = LATER) -> bool:
    return OLD in {part.first for part in due(before)}


def test_a_hundred_that_is_not_full_stays() -> None:
    make_edition(id=OLD)
    assert not is_due()
    make_edition(id=OLD + 99, cadence="daily")
    assert not is_due()
    make_edition(id=OLD + 100, cadence="monthly")
    assert is_due()


def test_a_row_that_has_changed_lately_keeps_its_partition(old: Edition) -> None:
    fill(old)
    assert not is_due(timezone.now() - timedelta(days=1))
    assert is_due(timezone.now() + timedelta(days=1))


@pytest.mark.parametrize("values", [{"composed_at": timezone.now()}, {"day": DAY.replace(2090)}])
def test_an_edition_of_an_old_day_that_was_composed_lately_keeps_it(
    old: Edition, values: dict[str, Any]
) -> None:
    Edition.objects.filter(pk=old.pk).update(**{"composed_at": None, **values})
    assert not is_due(timezone.now() - timedelta(days=1))


@pytest.mark.parametrize("state", ["queued", "sending", "deferred"])
def test_a_mail_that_still_waits_keeps_it_and_the_log_says_so(
    old: Edition, caplog: pytest.LogCaptureFixture, state: str
) -> None:
    fill(old)
    make_delivery(old, make_subscriber(), state=state)
    assert not is_due()
    assert f"{NAME} stays in the ledger: 1 mails still wait" in caplog.text


# ── cut off ──────────────────────────────────────────────────────────────────


class Killed(Exception):
    pass


@pytest.mark.parametrize("steps", range(4))
def test_killed_after_any_chunk_it_goes_on_there(
    old: Edition, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    before, copy = fill(old), archiving._copy_chunk
    calls = 0

    def copy_until_killed(part: Partition, after: int) -> int | None:
        nonlocal calls
        calls += 1
        if calls > steps:
            raise Killed
        return copy(part, after)

    monkeypatch.setattr(archiving, "CHUNK", 2)
    monkeypatch.setattr(archiving, "_copy_chunk", copy_until_killed)
    with pytest.raises(Killed):
        archive(partition(), LATER, LATER)
    assert rows(Delivery) == before
    assert rows(ArchivedDelivery) == before[: steps * 2]
    rest: list[int] = []

    def copy_and_note(part: Partition, after: int) -> int | None:
        rest.append(after)
        return copy(part, after)

    monkeypatch.setattr(archiving, "_copy_chunk", copy_and_note)
    assert archive(partition(), LATER, LATER)
    assert rows(ArchivedDelivery) == before
    assert rest[0] == (before[steps * 2 - 1][0] if steps else 0)


def test_killed_while_it_drops_the_partition_it_has_dropped_nothing(
    old: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fill(old)
    part = partition()

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(archiving.log, "info", killed)  # said last
    with pytest.raises(Killed), transaction.atomic():
        archive(part, LATER, LATER)
    monkeypatch.undo()
    assert rows(Delivery) == before
    assert archive(part, LATER, LATER)
    assert rows(ArchivedDelivery) == before


def test_it_stops_in_time_and_goes_on_later(old: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fill(old)
    monkeypatch.setattr(archiving, "CHUNK", 3)
    moments = iter([NOON, NOON, LATER])
    monkeypatch.setattr("newsletter.delivery.archive.timezone.now", lambda: next(moments))
    assert not archive(partition(), LATER, until=LATER)
    monkeypatch.undo()
    assert rows(ArchivedDelivery) == before[:6]
    assert archive(partition(), LATER, LATER)
    assert rows(ArchivedDelivery) == before


def test_a_mail_that_came_in_meanwhile_is_not_dropped(
    old: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(old)
    late = timezone.now()
    part = partition()
    Delivery.objects.update(state="failed")  # the counters say: just now
    archive(part, late - timedelta(days=1), LATER)
    assert exists()
    assert Delivery.objects.count() == 7


def test_a_row_that_is_not_in_the_archive_keeps_its_partition(
    old: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(old)
    monkeypatch.setattr(archiving, "_copy_chunk", lambda *_: None)
    with pytest.raises(RuntimeError, match="7 rows of newsletter_delivery_700000 are not"):
        archive(partition(), LATER, LATER)
    assert exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("dropped_in_the_end")
class TestSideBySide:
    def test_two_at_once_copy_each_row_once(
        self, old: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, part = fill(old, 40), partition()
        monkeypatch.setattr(archiving, "CHUNK", 3)

        def work(_: int) -> bool:
            try:
                return archive(part, LATER, LATER)
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            assert all(pool.map(work, range(3)))
        assert rows(ArchivedDelivery) == before
        assert not exists()

    def test_while_somebody_reads_the_ledger_for_long_nobody_has_to_wait(
        self, old: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = fill(old)
        monkeypatch.setattr(archiving, "_PATIENCE", "50ms")
        backup = connection.copy()
        try:
            with backup.cursor() as cursor:
                cursor.execute("BEGIN; SELECT count(*) FROM newsletter_delivery")
                with pytest.raises(InUse, match="cannot be dropped while it is in use"):
                    archive(partition(), LATER, LATER)
                cursor.execute("COMMIT")
        finally:
            backup.close()
        assert rows(Delivery) == before
        assert archive(partition(), LATER, LATER)

    def test_who_is_erased_meanwhile_is_not_remembered(self, old: Edition) -> None:
        """The eraser has read the archive, and not yet committed, when the copying comes."""
        fill(old)
        reader = Subscriber.objects.earliest("pk")
        part = partition()
        eraser = connection.copy()
        try:
            with eraser.cursor() as cursor, ThreadPoolExecutor(1) as pool:
                cursor.execute("BEGIN")
                for forget in (
                    "UPDATE newsletter_archiveddelivery SET subscriber_id = NULL",
                    "UPDATE newsletter_delivery SET subscriber_id = NULL",
                ):
                    cursor.execute(f"{forget} WHERE subscriber_id = %s", [reader.pk])
                copying = pool.submit(self._archive_and_leave, part)
                time.sleep(0.2)
                assert not copying.done()
                cursor.execute("COMMIT")
                assert copying.result(10)
        finally:
            eraser.close()
        assert not ArchivedDelivery.objects.filter(subscriber=reader.pk).exists()
        assert ArchivedDelivery.objects.count() == 7

    @staticmethod
    def _archive_and_leave(part: Partition) -> bool:
        try:
            return archive(part, LATER, LATER)
        finally:
            connection.close()


# ── afterwards ───────────────────────────────────────────────────────────────


@pytest.fixture
def reader() -> Subscriber:
    return make_subscriber("ada@example.com", next_send_at=NOON)


@pytest.fixture
def token(old: Edition, reader: Subscriber) -> str:
    """The token of a mail that was archived."""
    make_candidate(
        old,
        make_paper(),
        facts={"title": "", "arxiv_url": "https://arxiv.org/abs/1", "code_url": ""},
    )
    delivery = make_delivery(old, reader, state="sent", sent_at=NOON)
    assert archive(partition(), LATER, LATER)
    return make_token(delivery.pk)


class TestLinks:
    def test_the_unsubscribe_page_opens(self, client: Client, token: str) -> None:
        assert "<button" in client.get(f"/u/{token}").content.decode()

    def test_its_button_unsubscribes(self, client: Client, token: str, reader: Subscriber) -> None:
        assert client.post(f"/u/{token}").status_code == 200
        reader.refresh_from_db()
        assert reader.state == "unsubscribed"

    def test_one_click_unsubscribes(self, client: Client, token: str, reader: Subscriber) -> None:
        client.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})
        reader.refresh_from_db()
        assert reader.state == "unsubscribed"
        assert ConsentEntry.objects.filter(step="one_click").count() == 1

    def test_preferences_open(self, client: Client, token: str) -> None:
        assert "ada@example.com" in client.get(f"/p/{token}", follow=True).content.decode()

    def test_a_paper_is_still_where_it_was(self, client: Client, token: str) -> None:
        assert client.get(f"/r/{token}/4")["Location"] == "https://arxiv.org/abs/1"

    def test_the_browser_says_that_it_is_too_old_and_leads_to_its_edition(
        self, client: Client, token: str, settings: Settings
    ) -> None:
        settings.LEDGER_RETENTION_DAYS = 500
        answer = client.get(f"/d/{token}")
        page = answer.content.decode()
        assert answer.status_code == 410
        assert "for 500 days" in page
        assert str(DAY) in _first_link(page)
        assert client.get(_first_link(page)).status_code == 200

    def test_that_page_keeps_the_sites_own_policy(self, client: Client, token: str) -> None:
        policy = client.get(f"/d/{token}")["Content-Security-Policy"]
        assert "default-src 'self'" in policy

    def test_of_an_erased_reader_the_links_answer_as_before(
        self, client: Client, token: str, reader: Subscriber
    ) -> None:
        erase(reader)
        assert client.post(f"/u/{token}").status_code == 200
        assert client.get(f"/p/{token}").status_code == 404

    def test_a_number_that_was_never_given_is_a_404(self, client: Client, token: str) -> None:
        assert client.get(f"/d/{make_token(10**9)}").status_code == 404


def _first_link(page: str) -> str:
    return page.split('<a class="button" href="')[1].split('"', maxsplit=1)[0]


def test_a_forgotten_reader_is_forgotten_in_the_archive_too(token: str, reader: Subscriber) -> None:
    erase(reader)
    kept = ArchivedDelivery.objects.get()
    assert (kept.subscriber_id, kept.state, kept.sent_at) == (None, "sent", NOON)


# ── who calls it ─────────────────────────────────────────────────────────────


def test_beat_looks_once_a_night() -> None:
    entry = current_app.conf.beat_schedule["archive"]
    assert entry["task"] == tasks.archive.name
    assert entry["schedule"].remaining_estimate(timezone.now()) <= timedelta(days=1)


class TestTask:
    @pytest.fixture
    def rung(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        calls: list[str] = []
        monkeypatch.setattr(tasks.archive, "delay", lambda: calls.append("again"))
        return calls

    @pytest.fixture(autouse=True)
    def _all_is_old(self, settings: Settings) -> None:
        settings.LEDGER_RETENTION_DAYS = -1

    def test_it_archives_what_is_old(self, old: Edition, rung: list[str]) -> None:
        before = fill(old)
        tasks.archive()
        assert (rows(ArchivedDelivery), rung) == (before, [])

    def test_it_keeps_what_is_not(self, old: Edition, rung: list[str], settings: Settings) -> None:
        settings.LEDGER_RETENTION_DAYS = 400
        before = fill(old)
        tasks.archive()
        assert (rows(Delivery), rung) == (before, [])

    def test_it_rings_for_what_is_left_when_its_time_is_over(
        self, old: Edition, rung: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = fill(old)
        monkeypatch.setattr(tasks, "_TASK_SECONDS", 0)
        tasks.archive()
        assert (rows(Delivery), rung) == (before, ["again"])

    def test_in_use_it_waits_for_the_next_night(
        self,
        old: Edition,
        rung: list[str],
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def in_use(*_: object) -> bool:
            raise InUse("the ledger is in use")

        monkeypatch.setattr(archiving, "archive", in_use)
        tasks.archive()
        assert rung == []
        assert "the ledger is in use; the next night will" in caplog.text
