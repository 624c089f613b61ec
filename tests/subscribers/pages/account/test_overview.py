"""A subscriber's own page: what it shows, and what it changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from subscribers.account.pause import pause
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression
from subscribers.preferences import Preferences, preferences_of
from subscribers.suppress import suppress
from tests.factories import NOON, make_paper, make_subscriber, make_topic
from tests.subscribers.page_text import CHOICES, preferences_path, text_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)  # a Monday


def words(page: str) -> str:
    return " ".join(page.split())


def follow(subscriber: Subscriber, *terms: str, kind: str = "keyword") -> None:
    for term in terms:
        Interest.objects.create(subscriber=subscriber, kind=kind, term=term)


# ── topics, timetable, size ──────────────────────────────────────────────────


def test_the_form_changes_topics_timetable_and_size_and_no_words(visitor: Client) -> None:
    topic = make_topic()
    subscriber = make_subscriber()
    follow(subscriber, "diffusion", "cat:cs.CV")  # the second is refused today, and stored
    path = preferences_path(subscriber)
    answer = visitor.post(path, {**CHOICES, "topics": [topic.slug], "keywords": "sent, too"})
    assert (answer.status_code, answer["Location"]) == (303, f"{path}?done=saved")
    subscriber.refresh_from_db()
    assert preferences_of(subscriber) == Preferences(
        cadence="daily",
        hour=6,
        timezone="Asia/Kolkata",
        digest_size=5,
        topics=frozenset({topic.slug}),
        keywords=("diffusion", "cat:cs.CV"),
    )
    assert subscriber.next_send_at
    page = words(text_of(visitor.get(f"{path}?done=saved")))
    assert "<p>Saved.</p>" in page
    assert f'href="/topics/{topic.slug}/">{topic.name}</a>' in page
    assert "every day at 06:00, Asia/Kolkata time" in page


def test_a_word_of_the_address_that_means_nothing_says_nothing(visitor: Client) -> None:
    path = preferences_path(make_subscriber())
    said = 'class="notice" role="status"'
    assert said in text_of(visitor.get(f"{path}?done=saved"))
    for query in ("?done=", "?done=<b>", "?done=saved%00", "?was=daily", "?done[]=saved"):
        assert said not in text_of(visitor.get(f"{path}{query}"))


def test_opening_the_preference_page_changes_nothing(visitor: Client) -> None:
    subscriber = make_subscriber()
    before = Subscriber.objects.values().get()
    path = preferences_path(subscriber)
    for part in ("", "words/", "pause/", "resume/", "how-often/", "feed/", "saved/", "address/",
                 "data/", "data/delete/", "data/download/", "unsubscribe/", "come-back/",
                 "digests/"):  # fmt: skip
        answer = visitor.get(f"{path}{part}?cadence=daily&remove=1&length=14")
        assert answer.status_code in (200, 303), part
        assert visitor.head(f"{path}{part}").status_code in (200, 303), part
    assert Subscriber.objects.values().get() == before
    assert not ConsentEntry.objects.exists()


def test_bad_preferences_are_shown_again_and_not_stored(visitor: Client) -> None:
    subscriber = make_subscriber()
    answer = visitor.post(preferences_path(subscriber), {**CHOICES, "timezone": "Mars/Olympus"})
    assert answer.status_code == 422
    page = words(text_of(answer))
    assert "Nothing was saved" in page
    assert '<details class="change" open>' in page
    subscriber.refresh_from_db()
    assert preferences_of(subscriber) == Preferences()


def test_the_preference_page_shows_nothing_of_another_subscriber(visitor: Client) -> None:
    ada = make_subscriber("ada@example.com")
    bob = make_subscriber("bob@example.com", cadence="daily", next_send_at=NOON)
    follow(bob, "a secret word", kind="muted")
    page = text_of(visitor.get(preferences_path(ada)))
    assert "bob@" not in page
    assert "a secret word" not in page
    assert preferences_path(bob) not in page
    assert "a secret word" in text_of(visitor.get(preferences_path(bob)))


@pytest.mark.parametrize(
    "part", ["", "words/", "pause/", "resume/", "how-often/", "feed/", "saved/", "address/"]
)
def test_a_suppressed_subscriber_cannot_change_anything(visitor: Client, part: str) -> None:
    subscriber = make_subscriber()
    suppress(subscriber, Suppression.Reason.COMPLAINT, now=timezone.now())
    before = Subscriber.objects.values().get()
    path = preferences_path(subscriber)
    sent = {**CHOICES, "add_keywords": "x", "length": "14", "email": "new@example.com"}
    for answer in (visitor.get(f"{path}{part}"), visitor.post(f"{path}{part}", sent)):
        assert answer.status_code == 409
    assert not subscriber.mails.exists()
    assert Subscriber.objects.values().get() == before


@pytest.mark.parametrize("length", [1, 3])
def test_the_page_takes_the_same_queries_for_each_length(
    visitor: Client, django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    subscriber = make_subscriber()
    for number in range(length):
        follow(subscriber, f"word {number}")
        make_paper(f"Of word {number}", listed_on=NOW.date())
    # The reader, their interests, all topics, the papers of the week, the change of address, and
    # the examples of the topics.
    with time_machine.travel(NOW), django_assert_num_queries(6):
        visitor.get(preferences_path(subscriber))


# ── words and authors ────────────────────────────────────────────────────────


def test_terms_are_shown_with_what_they_stand_for_and_found(visitor: Client) -> None:
    subscriber = make_subscriber()
    follow(subscriber, "fine-tuning", "policy, <b>")
    follow(subscriber, "LeCun, Yann", kind="author")
    follow(subscriber, "survey", kind="muted")
    paper = make_paper("Finetuning, a survey", listed_on="2026-11-29")
    make_paper("Another survey", listed_on="2026-11-29")
    with time_machine.travel(NOW):
        answer = visitor.get(preferences_path(subscriber))
    page = words(text_of(answer))
    assert "<strong>fine-tuning</strong> <span" in page
    assert ">also fine tuning, finetuning<" in page
    assert ">also policies<" in page
    assert "<strong>Yann LeCun</strong>" in page
    assert b"<strong>&lt;b&gt;</strong>" in answer.content
    assert "1 paper last week" in page
    assert f'<a href="{paper.get_absolute_url()}" lang="en">Finetuning, a survey</a>' in page
    assert "kept 2 papers out last week" in page
    assert page.count("no paper last week") == 3


def test_a_term_is_added_and_removed_alone(visitor: Client) -> None:
    subscriber = make_subscriber()
    path = preferences_path(subscriber)
    for field, typed in (("keywords", "nlp, agents"), ("authors", "Ada Byron"), ("muted", "RAG")):
        answer = visitor.post(f"{path}words/", {f"add_{field}": typed})
        assert (answer.status_code, answer["Location"]) == (303, f"{path}?done=saved#{field}")
    assert 'value="keywords:nlp"' in text_of(visitor.get(path))
    visitor.post(f"{path}words/", {"remove": "keywords:nlp"})
    assert preferences_of(subscriber) == Preferences(
        keywords=("agents",), authors=("Ada Byron",), muted=("RAG",)
    )


def test_a_term_with_a_colon_can_be_removed(visitor: Client) -> None:
    subscriber = make_subscriber()
    follow(subscriber, "cat:cs.CV")
    visitor.post(f"{preferences_path(subscriber)}words/", {"remove": "keywords:cat:cs.CV"})
    assert preferences_of(subscriber) == Preferences()


@pytest.mark.parametrize("typed", ["", "…", "cat:cs.CV", "x" * 81, "a\0b"])
def test_a_refused_term_is_shown_again_beside_its_field(visitor: Client, typed: str) -> None:
    subscriber = make_subscriber()
    answer = visitor.post(f"{preferences_path(subscriber)}words/", {"add_muted": typed})
    assert answer.status_code == 422
    page = text_of(answer)
    assert 'href="#id_add_muted"' in page
    assert "<title>" in page
    assert "Error: Your digest" in page
    assert preferences_of(subscriber) == Preferences()


def test_the_twenty_first_term_is_refused(visitor: Client) -> None:
    subscriber = make_subscriber()
    follow(subscriber, *(f"word {number}" for number in range(20)))
    path = f"{preferences_path(subscriber)}words/"
    answer = visitor.post(path, {"add_keywords": "one more"})
    assert answer.status_code == 422
    assert "You can have 20 of these." in text_of(answer)
    assert visitor.post(path, {"add_keywords": "words 3"}).status_code == 303  # another spelling


@pytest.mark.parametrize("sent", [{}, {"remove": "nothing:x"}, {"remove": ""}, {"add_x": "y"}])
def test_an_unknown_request_changes_nothing(visitor: Client, sent: dict[str, str]) -> None:
    subscriber = make_subscriber()
    follow(subscriber, "diffusion")
    assert visitor.post(f"{preferences_path(subscriber)}words/", sent).status_code == 303
    assert preferences_of(subscriber) == Preferences(keywords=("diffusion",))


# ── fewer mails ──────────────────────────────────────────────────────────────


@time_machine.travel(NOW)
def test_a_pause_is_shown_and_ended_in_one_press(visitor: Client) -> None:
    subscriber = make_subscriber(next_send_at=NOW)
    path = preferences_path(subscriber)
    answer = visitor.post(f"{path}pause/", {"length": "14"})
    assert (answer.status_code, answer["Location"]) == (303, f"{path}?done=paused")
    page = words(text_of(visitor.get(path)))
    assert "no digest comes before <strong>14 December 2026</strong>" in page
    assert "Friday, 18 December 2026, at 08:00" in page
    assert visitor.post(f"{path}resume/")["Location"] == f"{path}?done=resumed"
    subscriber.refresh_from_db()
    assert subscriber.paused_until is None
    assert "no digest comes before" not in text_of(visitor.get(path))
    assert visitor.post(f"{path}resume/")["Location"] == f"{path}?done="


@time_machine.travel(NOW)
def test_a_pause_that_is_over_is_not_shown(visitor: Client) -> None:
    subscriber = make_subscriber()
    pause(subscriber, date(2026, 12, 1), RequestOrigin(), NOW)
    Subscriber.objects.update(paused_until=date(2026, 11, 30))
    assert "no digest comes before" not in text_of(visitor.get(preferences_path(subscriber)))


@time_machine.travel(NOW)
def test_a_day_that_cannot_be_is_refused_beside_its_field(visitor: Client) -> None:
    subscriber = make_subscriber()
    path = f"{preferences_path(subscriber)}pause/"
    answer = visitor.post(path, {"length": "day", "day": "2026-11-30"})
    assert answer.status_code == 422
    assert "This day is over" in text_of(answer)
    assert 'href="#id_day"' in text_of(answer)
    subscriber.refresh_from_db()
    assert subscriber.paused_until is None


def test_less_often_can_be_undone_in_one_press(visitor: Client) -> None:
    subscriber = make_subscriber(cadence="daily")
    path = preferences_path(subscriber)
    assert "Once a week instead of every day" in text_of(visitor.get(path))
    answer = visitor.post(f"{path}how-often/", {"cadence": "weekly"})
    assert answer["Location"] == f"{path}?done=cadence&was=daily"
    page = text_of(visitor.get(answer["Location"]))
    assert "Once a month instead of every week" in page
    assert "Back to every day" in page
    visitor.post(f"{path}how-often/", {"cadence": "daily"})
    subscriber.refresh_from_db()
    assert subscriber.cadence == "daily"


@pytest.mark.parametrize("cadence", ["", "hourly", "weekly"])
def test_another_cadence_changes_nothing(visitor: Client, cadence: str) -> None:
    subscriber = make_subscriber(cadence="weekly")
    path = f"{preferences_path(subscriber)}how-often/"
    assert visitor.post(path, {"cadence": cadence}).status_code == 303
    assert not ConsentEntry.objects.exists()


def test_a_new_address_of_the_feed_ends_the_old_one(visitor: Client) -> None:
    subscriber = make_subscriber()
    path = preferences_path(subscriber)

    def feed() -> str:
        page = text_of(visitor.get(path))
        return page.partition('href="/feeds/mine/')[2].partition('"')[0]

    old = feed()
    assert visitor.post(f"{path}feed/")["Location"] == f"{path}?done=feed#feed"
    assert visitor.get(f"/feeds/mine/{feed()}").status_code == 200
    assert visitor.get(f"/feeds/mine/{old}").status_code == 404


# ── time zones ───────────────────────────────────────────────────────────────

UNKNOWN_ZONES = ["Mars/Olympus", "", "/etc/passwd", "CET5CEST", "localtime", "Europe", "<b>"]


@pytest.mark.parametrize("zone", UNKNOWN_ZONES)
def test_a_zone_that_this_machine_lacks_is_replaced_and_the_page_says_so(
    visitor: Client, zone: str
) -> None:
    subscriber = make_subscriber(timezone=zone, next_send_at=NOON)
    answer = visitor.get(preferences_path(subscriber))
    page = words(text_of(answer))
    assert "is not known here, so UTC is used. Please choose the one you live in." in page
    assert '<option value="UTC" selected>' in page
    assert "(UTC time)" in page
    assert zone != "<b>" or b"<b>" not in answer.content


@pytest.mark.parametrize("zone", UNKNOWN_ZONES)
def test_a_zone_that_this_machine_lacks_can_be_changed(visitor: Client, zone: str) -> None:
    subscriber = make_subscriber(timezone=zone, next_send_at=NOON)
    path = preferences_path(subscriber)
    assert visitor.post(path, CHOICES).status_code == 303
    subscriber.refresh_from_db()
    assert subscriber.timezone == "Asia/Kolkata"
    assert "is not known here" not in text_of(visitor.get(path))


def test_another_name_of_a_zone_is_shown_without_a_word(visitor: Client) -> None:
    subscriber = make_subscriber(timezone="europe/kyiv", next_send_at=NOON)
    page = text_of(visitor.get(preferences_path(subscriber)))
    assert '<option value="Europe/Kyiv" selected>' in page
    assert "is not known here" not in page
