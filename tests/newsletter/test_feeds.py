"""Feeds of what is sent: a public one of editions, a private one of a subscriber's digests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from config.logs import route_of
from newsletter.editions.compose import compose
from newsletter.models import Delivery, Edition, StoredPick
from papers.models import Paper
from subscribers import tokens
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber
from subscribers.unsubscribe import unsubscribe
from tests.atom import read_feed
from tests.factories import (
    DAY,
    NOON,
    make_candidate,
    make_delivery,
    make_edition,
    make_paper,
    make_signal,
    make_subscriber,
)

pytestmark = pytest.mark.django_db
WEEKLY = "/feeds/editions/weekly.atom"
LATER = datetime(2025, 3, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _later() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


def feed_of(reader: Subscriber) -> str:
    return f"/feeds/mine/{tokens.make('feed', reader)}.atom"


def leave(reader: Subscriber) -> None:
    unsubscribe(
        reader, step=ConsentEntry.Step.UNSUBSCRIBED, origin=RequestOrigin(), now=timezone.now()
    )


def composed(day: Any = DAY, **values: Any) -> Edition:
    """A real weekly edition of two papers."""
    for votes, title in ((90, r"The $\alpha$ & <omega>"), (9, "Second")):
        paper = make_paper(title, summary="It says $x^2$.", authors=["Ann Lee"], **values)
        make_signal(paper, votes)
    return compose("weekly", day, LATER)


def texts(content: str) -> str:
    return " ".join(BeautifulSoup(content, "html.parser").get_text(" ").split())


# ── editions ─────────────────────────────────────────────────────────────────


def test_an_edition_is_an_entry_with_its_first_papers(client: Client) -> None:
    edition = composed()
    feed = read_feed(client, WEEKLY)
    (entry,) = feed.entries
    assert entry.title == "8 to 14 March 2025"
    assert entry.id == "tag:localhost,2026:edition/weekly/2025-03-14"
    assert entry.link == "http://localhost:8000/editions/weekly/2025-03-14"
    assert client.get(entry.link).status_code == 200
    assert feed.feed.link == "http://localhost:8000/editions/weekly/"
    assert entry.published == "2025-03-15T00:00:00+00:00"
    assert entry.updated == "2025-03-20T09:00:00+00:00"
    said = texts(entry.content[0].value)
    assert "The α & <omega> A. Lee It says x²." in said
    page = edition.candidates.get(position=1).facts["page_url"]
    assert f'href="http://localhost:8000{page}"' in entry.content[0].value
    assert feed.feed.title == "The week · Trending Papers"


def test_a_curators_note_stands_above_the_papers(client: Client) -> None:
    edition = make_edition(note="Mind the <gap>.", composed_at=NOON)
    make_candidate(edition, make_paper(), facts=FACTS)
    (entry,) = read_feed(client, WEEKLY).entries
    assert texts(entry.content[0].value).startswith("Mind the <gap>.")


def test_sample_editions_and_papers_are_labelled(client: Client) -> None:
    composed(is_sample=True)
    (entry,) = read_feed(client, WEEKLY).entries
    assert [term.label for term in entry.tags] == ["sample data"]
    assert "(sample data)" in texts(entry.content[0].value)


FACTS: dict[str, Any] = {
    "title": "A paper",
    "summary": "",
    "authors": [],
    "page_url": "/papers/1/",
    "is_sample": False,
}


def test_the_feed_shows_twenty_editions_of_ten_papers(client: Client) -> None:
    papers = [make_paper() for _ in range(12)]
    for ago in range(22):
        edition = make_edition(day=DAY - timedelta(days=ago), composed_at=NOON)
        for paper in papers:
            make_candidate(edition, paper, facts=FACTS)
    entries = read_feed(client, WEEKLY).entries
    assert len(entries) == 20
    assert entries[0].id.endswith("2025-03-14")
    assert entries[0].content[0].value.count("<li>") == 10


@pytest.mark.parametrize(
    "held",
    [
        {"state": Edition.State.OPEN},
        {"paused_at": NOON},
        {"cancelled_at": NOON},
        {"cadence": "daily"},
    ],
)
def test_only_published_editions_of_the_cadence_are_shown(
    client: Client, held: dict[str, Any]
) -> None:
    make_edition(**held)
    assert read_feed(client, WEEKLY).entries == []


def test_an_unknown_cadence_has_no_feed(client: Client) -> None:
    assert client.get("/feeds/editions/yearly.atom").status_code == 404


def test_an_unchanged_feed_is_answered_with_304(client: Client) -> None:
    composed()
    first = client.get(WEEKLY)
    assert first["Last-Modified"] == "Thu, 20 Mar 2025 09:00:00 GMT"
    assert first["Cache-Control"] == "public, max-age=900"
    again = client.get(WEEKLY, headers={"if-modified-since": first["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.parametrize("rows", [1, 3])
def test_the_editions_take_two_queries_however_many(
    client: Client, django_assert_num_queries: Any, rows: int
) -> None:
    paper = make_paper()
    for ago in range(rows):
        make_candidate(make_edition(day=DAY - timedelta(days=ago)), paper, facts=FACTS)
    with django_assert_num_queries(2):
        response = client.get(WEEKLY)
    assert response.content.count(b"<entry>") == rows


# ── a subscriber's own ───────────────────────────────────────────────────────


def sent(reader: Subscriber, edition: Edition, **values: Any) -> Delivery:
    first = edition.candidates.get(position=1)
    picks = [StoredPick(1, first.paper_id, "You follow <sand> · ▲ 90")]
    defaults = {"state": Delivery.State.SENT, "sent_at": LATER, "picks": picks}
    return make_delivery(edition, reader, **{**defaults, **values})


def test_an_own_feed_holds_the_subscriber_s_digests_with_reasons(client: Client) -> None:
    reader, other, edition = make_subscriber(), make_subscriber(), composed()
    delivery = sent(reader, edition)
    sent(other, edition)
    feed = read_feed(client, feed_of(reader))
    (entry,) = feed.entries
    assert entry.id == f"tag:localhost,2026:digest/{delivery.pk}"
    assert entry.title == "Your digest: 8 to 14 March 2025"
    said = texts(entry.content[0].value)
    assert "The α & <omega>" in said
    assert "You follow <sand> · ▲ 90" in said
    assert "Second" not in said


@pytest.mark.parametrize("state", [state for state in Delivery.State if state != "sent"])
def test_only_sent_digests_are_shown(client: Client, state: str) -> None:
    reader = make_subscriber()
    sent(reader, composed(), state=state)
    assert read_feed(client, feed_of(reader)).entries == []


def test_a_paper_that_was_removed_is_left_out(client: Client) -> None:
    reader, edition = make_subscriber(), composed()
    sent(reader, edition)
    edition.candidates.all().delete()
    (entry,) = read_feed(client, feed_of(reader)).entries
    assert "No paper is left" in texts(entry.content[0].value)


def test_no_shared_cache_and_no_search_engine_may_store_it(client: Client) -> None:
    response = client.get(feed_of(make_subscriber()))
    assert response["X-Robots-Tag"] == "noindex"
    assert set(response["Cache-Control"].split(", ")) == {"private", "no-cache"}
    again = client.get(response.wsgi_request.path, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_neither_the_feed_nor_its_log_line_holds_a_token(client: Client) -> None:
    reader, edition = make_subscriber(), composed()
    sent(reader, edition)
    address = feed_of(reader)
    response = client.get(address)
    token = address.removeprefix("/feeds/mine/").removesuffix(".atom")
    assert token not in response.content.decode()
    assert "/d/" not in response.content.decode()
    assert reader.email not in response.content.decode()
    assert route_of(response.wsgi_request) == "/feeds/mine/<str:token>.atom"


def test_a_token_of_another_purpose_or_a_changed_one_is_a_404(client: Client) -> None:
    reader = make_subscriber()
    for token in (
        tokens.make("preferences", reader),
        tokens.make("confirm", reader),
        tokens.make("feed", reader)[:-1] + "_",
        "nonsense",
        "9" * 40,
    ):
        assert client.get(f"/feeds/mine/{token}.atom").status_code == 404
    assert client.get(f"/preferences/{tokens.make('feed', reader)}/").status_code == 404


def test_the_old_feed_url_stays_invalid_after_a_new_sign_up(client: Client) -> None:
    reader = make_subscriber()
    address = feed_of(reader)
    assert client.get(address).status_code == 200
    leave(reader)
    assert client.get(address).status_code == 404
    assert client.get(feed_of(reader)).status_code == 404
    Subscriber.objects.filter(pk=reader.pk).update(state=Subscriber.State.ACTIVE)
    assert client.get(address).status_code == 404
    assert client.get(feed_of(Subscriber.objects.get(pk=reader.pk))).status_code == 200


@pytest.mark.parametrize("state", [Subscriber.State.PENDING, Subscriber.State.SUPPRESSED])
def test_a_subscriber_who_gets_no_mail_has_no_feed(client: Client, state: str) -> None:
    assert client.get(feed_of(make_subscriber(state=state))).status_code == 404


def test_the_feed_of_an_erased_subscriber_is_a_404(client: Client) -> None:
    reader = make_subscriber()
    address = feed_of(reader)
    reader.delete()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_an_own_feed_takes_four_queries_however_many_digests(
    client: Client, django_assert_num_queries: Any, rows: int
) -> None:
    reader, paper = make_subscriber(), make_paper()
    for ago in range(rows):
        edition = make_edition(day=DAY - timedelta(days=ago))
        make_candidate(edition, paper, facts=FACTS)
        sent(reader, edition)
    with django_assert_num_queries(4):  # subscriber, deliveries, editions, candidates
        response = client.get(feed_of(reader))
    assert response.content.count(b"<entry>") == rows


def test_the_preference_page_links_to_the_own_feed(client: Client) -> None:
    reader = make_subscriber()
    page = client.get(f"/preferences/{tokens.make('preferences', reader)}/")
    link = BeautifulSoup(page.content, "html.parser").select_one("a[href^='/feeds/mine/']")
    assert link is not None
    assert client.get(str(link["href"])).status_code == 200


def test_an_edition_without_papers_is_no_entry(client: Client) -> None:
    compose("weekly", DAY, LATER)
    assert read_feed(client, WEEKLY).entries == []


def test_an_edition_whose_papers_were_all_withdrawn_since_is_no_entry(client: Client) -> None:
    composed()
    assert len(read_feed(client, "/feeds/editions/weekly.atom").entries) == 1
    Paper.objects.update(is_withdrawn=True)
    assert read_feed(client, "/feeds/editions/weekly.atom").entries == []


def test_papers_withdrawn_since_are_left_out(client: Client) -> None:
    reader, edition = make_subscriber(), composed()
    first, second = edition.candidates.order_by("position")
    picks = [StoredPick(one.position, one.paper_id, "for you") for one in (first, second)]
    sent(reader, edition, picks=picks)
    for address in (WEEKLY, feed_of(reader)):
        assert "It says x²." in client.get(address).content.decode()
    Paper.objects.filter(pk=first.paper_id).update(is_withdrawn=True)
    for address in (WEEKLY, feed_of(reader)):
        (entry,) = read_feed(client, address).entries
        assert "omega" not in entry.content[0].value
        assert "Second" in entry.content[0].value
