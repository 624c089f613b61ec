"""Lookups of the arXiv ids that readers named, and how much of it an hour allows."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from fakes.arxiv import entry, refusal
from fakes.orcid import record, work
from fakes.web_service import PAGE, FakeResponse, FakeService, json_response
from papers.jobs.fetch.arxiv import fetch_named
from papers.models import Listing, Paper, PaperVector, SearchEntry
from papers.similarity.weights import NoModelError
from subscribers.models import SeedRequest, Subscriber
from subscribers.seeds import look_up as module
from subscribers.seeds.look_up import MOST_ATTEMPTS, has_waiting
from tests.factories import NOON, make_paper, make_subscriber
from tests.subscribers.seeds.lookups import (
    ORCID,
    QUERY,
    WORKS,
    ask,
    ids_asked,
    liked,
    run,
    states,
    xml,
)
from web.sql import rows

pytestmark = pytest.mark.django_db


# ── arXiv ids ────────────────────────────────────────────────────────────────


def test_an_unknown_paper_is_fetched_and_becomes_a_seed(source: FakeService) -> None:
    source.respond(QUERY, xml(entry("1706.03762", title="Attention")))
    ada = ask("1706.03762")
    assert has_waiting(ada)
    assert run() == 1
    assert liked(ada) == ["Attention"]
    assert states(ada) == {"1706.03762": ("found", "")}
    assert not has_waiting(ada)


def test_a_paper_that_a_reader_named_is_on_no_list_and_in_no_search(source: FakeService) -> None:
    source.respond(QUERY, xml(entry("1706.03762")))
    ask("1706.03762")
    run()
    paper = Paper.objects.get()
    assert paper.is_unlisted
    assert not Paper.listed.exists()
    assert not Listing.objects.exists()
    assert not SearchEntry.objects.exists()
    assert paper.arxiv_asked_at == NOON


def test_a_found_paper_has_its_vector_at_once(source: FakeService) -> None:
    source.respond(QUERY, xml(entry("1706.03762", title="Brewing green tea")))
    ask("1706.03762")
    run()
    assert PaperVector.objects.get().terms


def test_without_a_model_a_found_paper_is_a_seed_all_the_same(
    source: FakeService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_ids: object) -> int:
        raise NoModelError("the process ended")

    monkeypatch.setattr(module, "embed_now", fail)
    source.respond(QUERY, xml(entry("1706.03762", title="A")))
    ada = ask("1706.03762")
    run()
    assert liked(ada) == ["A"]
    assert "no vectors yet: the process ended" in caplog.text


def test_readers_who_name_one_paper_cost_one_request(source: FakeService) -> None:
    source.respond(QUERY, xml(entry("1706.03762", title="A"), entry("1810.04805", title="B")))
    ada, bob = ask("1706.03762 1810.04805"), ask("1810.04805")
    run()
    assert ids_asked(source) == ["1706.03762,1810.04805"]
    assert (liked(ada), liked(bob)) == (["A", "B"], ["B"])


def test_an_id_that_arxiv_does_not_know_has_failed(source: FakeService) -> None:
    source.respond(QUERY, xml(entry("1706.03762", title="A")))
    ada = ask("1706.03762 2401.99999")
    run()
    assert liked(ada) == ["A"]
    assert states(ada)["2401.99999"] == ("failed", "unknown")


def test_an_id_that_arxiv_refuses_costs_no_other(source: FakeService) -> None:
    source.respond(
        QUERY,
        FakeResponse(400, body=refusal("incorrect id format for 2401.99999")),
        xml(entry("1706.03762", title="A")),
    )
    ada = ask("2401.99999 1706.03762")
    run()
    assert liked(ada) == ["A"]
    assert states(ada)["2401.99999"] == ("failed", "unknown")


def test_a_withdrawn_paper_is_no_seed_and_its_reader_is_told(source: FakeService) -> None:
    source.respond(
        QUERY, xml(entry("2401.00001", comment="This paper has been withdrawn", version=2))
    )
    ada = ask("2401.00001")
    run()
    assert states(ada) == {"2401.00001": ("failed", "withdrawn")}
    assert not Paper.objects.exists()


def test_a_paper_that_came_in_the_meantime_is_not_asked_for(source: FakeService) -> None:
    ada = ask("1706.03762")
    make_paper("Attention", arxiv_id="1706.03762")
    run()
    assert liked(ada) == ["Attention"]
    assert source.requests == []


def test_an_outage_puts_requests_off_for_longer_each_time(source: FakeService) -> None:
    source.respond(QUERY, PAGE)
    ada = ask("1706.03762")
    waits, now = [], NOON
    for _ in range(4):
        run(now)
        request = ada.seed_requests.get()
        waits.append((request.next_attempt_at - now).total_seconds())
        now = request.next_attempt_at
    assert waits == [60, 180, 540, 1620]
    assert "502" in ada.seed_requests.get().error
    source.respond(QUERY, xml(entry("1706.03762", title="A")))
    run(now)
    assert liked(ada) == ["A"]


def test_after_the_last_attempt_a_request_has_failed(source: FakeService) -> None:
    source.respond(QUERY, PAGE)
    ada = ask("1706.03762")
    ada.seed_requests.update(attempts=MOST_ATTEMPTS - 1)
    run()
    assert states(ada) == {"1706.03762": ("failed", "unreachable")}


def test_what_is_put_off_is_not_asked_for_before_its_time(source: FakeService) -> None:
    source.respond(QUERY, PAGE)
    ask("1706.03762")
    run()
    asked = len(source.requests)
    assert run(NOON + timedelta(seconds=59)) == 0
    assert len(source.requests) == asked


def test_an_answer_that_leaves_out_a_paper_is_asked_for_again(source: FakeService) -> None:
    source.respond(QUERY, xml(entry("1706.03762", title="A"), total=2))
    ada = ask("1706.03762 1810.04805")
    run()
    assert liked(ada) == ["A"]
    assert states(ada)["1810.04805"] == ("waiting", "")


def test_many_ids_are_asked_for_a_hundred_at_a_time(source: FakeService) -> None:
    ids = [f"2401.{number:05}" for number in range(150)]
    source.respond(QUERY, xml(*map(entry, ids[:100])), xml(*map(entry, ids[100:])))
    ada = ask(" ".join(ids))
    assert run() == 150
    assert [len(one.split(",")) for one in ids_asked(source)] == [100, 50]
    assert len(liked(ada)) == 150


def test_a_run_that_was_killed_after_its_claim_is_done_again(
    source: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = ask("1706.03762")
    with monkeypatch.context() as patch:
        patch.setitem(module._ASK, "arxiv", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run()
    source.respond(QUERY, xml(entry("1706.03762", title="A")))
    assert run(NOON + timedelta(minutes=5)) == 0
    assert run(NOON + timedelta(minutes=7)) == 1
    assert liked(ada) == ["A"]


def test_a_run_that_was_killed_after_storing_asks_for_nothing_again(source: FakeService) -> None:
    source.respond(QUERY, xml(entry("1706.03762", title="A")))
    ada = ask("1706.03762")
    run()
    ada.seed_requests.update(state="waiting", next_attempt_at=NOON)
    run()
    assert len(source.requests) == 1
    assert (liked(ada), states(ada)) == (["A"], {"1706.03762": ("found", "")})


def test_a_request_that_was_dropped_while_it_ran_gives_no_seed(
    source: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.respond(QUERY, xml(entry("1706.03762", title="A")))
    ada = ask("1706.03762")
    fetch = fetch_named

    def drop_and_fetch(*args: Any) -> Any:
        SeedRequest.objects.all().delete()
        return fetch(*args)

    monkeypatch.setattr(module, "fetch_named", drop_and_fetch)
    run()
    assert liked(ada) == []


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "suppressed"])
def test_nothing_is_looked_up_for_who_gets_no_digests(source: FakeService, state: str) -> None:
    ada = ask("1706.03762")
    Subscriber.objects.update(state=state)
    assert run() == 0
    assert states(ada) == {"1706.03762": ("waiting", "")}


# ── limits ───────────────────────────────────────────────────────────────────


def test_an_hour_has_a_limit_for_all_readers(source: FakeService, settings: Settings) -> None:
    settings.SEED_LOOKUPS_PER_HOUR = 3
    source.respond(QUERY, xml())
    ask("2401.00001 2401.00002")
    ask("2401.00003 2401.00004")
    assert run() == 3
    assert run(NOON + timedelta(minutes=59)) == 0
    assert run(NOON + timedelta(minutes=61)) == 1


def test_one_reader_cannot_use_up_the_hour(source: FakeService, settings: Settings) -> None:
    settings.SEEDS_PER_READER = 2
    source.respond(QUERY, xml())
    ada = make_subscriber()
    for number in range(1, 8, 2):
        ask(f"2401.{number:05} 2401.{number + 1:05}", ada)
        run()
    assert SeedRequest.objects.filter(tried_at__isnull=False).count() == 4
    bob = ask("2402.00001")
    run()
    assert states(bob)["2402.00001"] == ("failed", "unknown")


def test_a_limit_of_zero_looks_up_nothing(source: FakeService, settings: Settings) -> None:
    ask("2401.00001")
    settings.SEED_LOOKUPS_PER_HOUR = 0
    assert run() == 0


def test_found_requests_are_deleted_after_a_day_but_not_lists_and_failures(
    source: FakeService,
) -> None:
    source.respond(QUERY, xml(entry("1706.03762")))
    source.respond(WORKS, json_response(record(work(("arxiv", "1706.03762")))))
    ada = ask(f"{ORCID}\n2401.99999")
    run()
    run(NOON + timedelta(days=2))
    assert set(states(ada)) == {ORCID, "2401.99999"}


@pytest.mark.usefixtures("source")
@pytest.mark.django_db(transaction=True)
def test_a_lookup_waits_for_a_reader_before_it_holds_their_requests() -> None:
    """Pages hold the reader's row first: in another order both would wait for each other."""
    ada = ask("1706.03762")
    make_paper("Attention", arxiv_id="1706.03762")
    lookup = Thread(target=_run_and_close)
    with transaction.atomic():
        ada.lock()
        lookup.start()
        _wait_for_a_lock()
        assert SeedRequest.objects.select_for_update(nowait=True).get()
    lookup.join(timeout=60)
    assert liked(ada) == ["Attention"]


def _run_and_close() -> None:
    try:
        run()
    finally:
        connection.close()


def _wait_for_a_lock() -> None:
    ends_at = time.monotonic() + 20
    while not rows("SELECT 1 FROM pg_locks WHERE NOT granted"):
        assert time.monotonic() < ends_at, "the lookup waits for nothing"
        time.sleep(0.05)
