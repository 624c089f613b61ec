"""What single mails say, and that each link of each does what the mail says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils.translation import override

from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber, TransactionalMail
from subscribers.single_mails.contents import context_of
from subscribers.unsubscribe import unsubscribe
from tests.factories import make_mail, make_subscriber, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
MONDAY = datetime(2025, 3, 17, 7, tzinfo=UTC)
State = Subscriber.State
SITE = "https://papers.example.org"


@pytest.fixture(autouse=True)
def _site(settings: LazySettings) -> None:
    settings.SITE_URL = SITE


def content(kind: str, reader: Subscriber, **values: Any) -> dict[str, Any]:
    return dict(context_of(make_mail(reader, kind, **values)))


def path(context: dict[str, Any], name: str = "link") -> str:
    return str(context[name]).removeprefix(SITE)


# ── whom to ask ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("email", "page", "asked"),
    [
        ("editors@example.org", "", ("editors@example.org", "")),
        ("editors@example.org", "https://e.org/", ("editors@example.org", "https://e.org/")),
        ("", "https://e.org/help", ("", "https://e.org/help")),
        ("", "", ("operator@example.org", "")),
    ],
)
def test_each_mail_says_whom_to_ask(
    settings: LazySettings, email: str, page: str, asked: tuple[str, str]
) -> None:
    settings.CONTACT_EMAIL, settings.CONTACT_URL = email, page
    settings.CONTACT = "operator@example.org"
    found = content("manage", make_subscriber())
    assert (found["contact_email"], found["contact_url"]) == asked


@pytest.mark.parametrize(
    ("reply_to", "inbound", "can"),
    [("", "", False), ("e@example.org", "", True), ("", "reply@in.example.org", True)],
)
def test_it_invites_an_answer_only_where_one_is_received(
    settings: LazySettings, reply_to: str, inbound: str, can: bool
) -> None:
    settings.MAIL_REPLY_TO, settings.INBOUND_ADDRESS = reply_to, inbound
    assert content("welcome", make_subscriber())["can_answer"] == can


# ── welcome ──────────────────────────────────────────────────────────────────


def test_a_welcome_says_when_the_first_digest_comes_where_the_reader_lives() -> None:
    ada = make_subscriber(next_send_at=MONDAY, timezone="America/New_York", cadence="daily", hour=3)
    found = content("welcome", ada)
    assert (found["next_day"], found["next_time"]) == ("Monday, 17 March 2025", "03:00")
    assert found["zone"] == "America/New York"
    assert found["timetable"] == "Every day at 03:00, America/New York time"
    assert not found["may_be_sooner"]
    with override("de"):
        assert content("welcome", ada)["next_day"] == "Montag, 17. März 2025"


def test_before_the_first_edition_it_may_come_sooner() -> None:
    assert content("welcome", make_subscriber(welcome_due_at=NOW))["may_be_sooner"]


def test_a_welcome_names_what_was_chosen() -> None:
    ada = make_subscriber(digest_size=5)
    for name in ("My robotics", "My agents"):
        Interest.objects.create(subscriber=ada, topic=make_topic(name))
    for kind, term in (("keyword", "sparse"), ("author", "Ada Byron"), ("muted", "survey")):
        Interest.objects.create(subscriber=ada, kind=kind, term=term)
    found = content("welcome", ada)
    names = ("topics", "keywords", "authors", "muted", "most")
    assert [found[name] for name in names] == [
        "My agents, My robotics",
        "sparse",
        "Ada Byron",
        "survey",
        5,
    ]


def test_of_a_hundred_words_only_the_first_are_named() -> None:
    ada = make_subscriber()
    words = [Interest(subscriber=ada, kind="keyword", term=f"word {n:03}") for n in range(100)]
    Interest.objects.bulk_create(words)
    found = content("welcome", ada)["keywords"]
    assert found.startswith("word 000, word 001")
    assert found.endswith("…")
    assert len(found) <= 300


def test_the_links_of_a_welcome_lead_to_their_pages(client: Client) -> None:
    found = content("welcome", make_subscriber("ada@example.com"))
    for name in ("link", "papers_link"):
        assert client.get(path(found, name)).status_code == 200
    assert "Unsubscribe?" in client.get(path(found, "unsubscribe_link")).content.decode()


# ── paused ───────────────────────────────────────────────────────────────────


def test_a_pause_says_until_when_and_its_link_ends_it(client: Client) -> None:
    until = (NOW + timedelta(days=40)).date()
    ada = make_subscriber(paused_until=until, next_send_at=NOW + timedelta(days=42))
    found = content("paused", ada)
    assert found["until"].endswith(str(until.year))
    own_page, _, place = path(found).partition("#")
    assert f'id="{place}"' in client.get(own_page).content.decode()
    client.post(f"{own_page}resume/")
    ada.refresh_from_db()
    assert ada.paused_until is None


def test_the_day_of_a_pause_is_written_out() -> None:
    found = content("paused", make_subscriber(paused_until=date(2025, 3, 21)))
    assert found["until"] == "Friday, 21 March 2025"


def test_after_bounces_the_link_starts_the_digests_again(client: Client) -> None:
    ada = make_subscriber(state=State.UNSUBSCRIBED, confirmed_at=NOW - timedelta(days=9))
    found = content("paused", ada, draft={"because": "bounces"})
    assert found["is_by_service"]
    assert client.get(path(found)).status_code == 200
    ada.refresh_from_db()
    assert ada.state == State.UNSUBSCRIBED
    client.post(path(found))
    ada.refresh_from_db()
    assert ada.state == State.ACTIVE


# ── goodbye ──────────────────────────────────────────────────────────────────


def leave(ada: Subscriber, now: datetime = NOW) -> dict[str, Any]:
    step = ConsentEntry.Step.ONE_CLICK
    unsubscribe(ada, step=step, origin=RequestOrigin(), now=now)
    return dict(context_of(TransactionalMail.objects.get(kind="goodbye")))


def test_a_goodbye_has_one_link_that_brings_the_digests_back(client: Client) -> None:
    ada = make_subscriber(confirmed_at=NOW)
    found = leave(ada)
    assert found["undo_days"] == 14
    assert "Stay subscribed?" in client.get(path(found)).content.decode()
    ada.refresh_from_db()
    assert ada.state == State.UNSUBSCRIBED
    assert "You are subscribed again" in client.post(path(found)).content.decode()
    ada.refresh_from_db()
    assert ada.state == State.ACTIVE


def test_the_other_link_of_a_goodbye_leads_to_deleting_everything(client: Client) -> None:
    found = leave(make_subscriber(confirmed_at=NOW))
    assert re.search(r"/preferences/[^/]+/data/delete/$", found["delete_link"])
    assert client.get(path(found, "delete_link")).status_code == 200
    assert Subscriber.objects.exists()
