"""The page of what was learned: every button does what it says, and GET does nothing."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from subscribers.feedback.save import save_paper
from subscribers.feedback.seed import add_seeds
from subscribers.feedback.vote import vote
from subscribers.models import Feedback, ReaderProfile, Subscriber
from subscribers.pages.signed_pages import preferences_url
from tests.factories import NOON, make_paper, make_paper_topic, make_subscriber, make_topic

pytestmark = pytest.mark.django_db
Kind = Feedback.Kind


@pytest.fixture
def reader() -> Subscriber:
    """One paper is liked in three ways, another is disliked."""
    reader, liked, disliked = make_subscriber(), make_paper("Walruses"), make_paper("Seals")
    make_paper_topic(liked, make_topic("Sea", slug="sea"))
    save_paper(reader, liked, NOON)
    add_seeds(reader, [liked], NOON)
    vote(reader, liked, Kind.MORE, NOON)
    vote(reader, disliked, Kind.LESS, NOON)
    return reader


def path(reader: Subscriber, rest: str = "") -> str:
    return f"{preferences_url(reader)}learned/{rest}"


def kinds(reader: Subscriber) -> set[tuple[str, str]]:
    return set(reader.feedback.values_list("paper__title", "kind"))


def test_the_page_names_papers_topics_and_what_was_said(client: Client, reader: Subscriber) -> None:
    page = client.get(path(reader))
    words = page.content.decode()
    assert page.status_code == 200
    for part in ("Walruses", "Seals", "More like these", "Less like these", "Sea", "100 %"):
        assert part in words
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_an_empty_page_says_how_to_begin(client: Client) -> None:
    words = client.get(path(make_subscriber())).content.decode()
    assert "Nothing yet" in words
    assert "Name papers you like</a>: three are enough." in words
    assert "Forget it all" not in words


def test_a_german_page_says_of_a_word_alone_that_it_is_english(
    client: Client, reader: Subscriber
) -> None:
    ReaderProfile.objects.update_or_create(subscriber=reader, defaults={"ignored_words": ["tusks"]})
    answer = client.get(path(reader), headers={"Accept-Language": "de"})
    button = BeautifulSoup(answer.content, "html.parser").select_one("button.word")
    assert button is not None
    assert button["aria-label"] == "tusks wieder zählen"
    assert button.find_parent(lang=True)["lang"] == "de"  # type: ignore[index]
    assert [tag.string for tag in button.select("[lang=en]")] == ["tusks"]


@pytest.mark.parametrize("kind", ["save", "seed", "more"])
def test_one_thing_that_was_said_is_taken_back_alone(
    client: Client, reader: Subscriber, kind: str
) -> None:
    before, paper = kinds(reader), reader.feedback.filter(kind=kind).values_list("paper", flat=True)
    answer = client.post(path(reader), {"take_back": f"{kind} {paper[0]}"})
    assert answer.status_code == 303
    assert before - kinds(reader) == {("Walruses", kind)}


@pytest.mark.parametrize(
    "said", ["", "more", "more x", "more 99999999", "sudo 1", "less " + "9" * 30]
)
def test_a_button_that_was_changed_on_its_way_changes_nothing(
    client: Client, reader: Subscriber, said: str
) -> None:
    before = kinds(reader)
    assert client.post(path(reader), {"take_back": said}).status_code == 303
    assert kinds(reader) == before


def test_a_topic_is_taken_away_and_counts_again(client: Client, reader: Subscriber) -> None:
    client.post(path(reader), {"ignore_topic": "sea"})
    assert ReaderProfile.objects.get().ignored_topics == ["sea"]
    assert "does not count" in client.get(path(reader)).content.decode()
    client.post(path(reader), {"restore_topic": "sea"})
    assert ReaderProfile.objects.get().ignored_topics == []


def test_the_balance_is_stored_by_its_button_alone(client: Client, reader: Subscriber) -> None:
    client.post(path(reader), {"balance": "80", "preview": "1"})
    client.post(f"{path(reader)}?part", {"balance": "90"})
    assert ReaderProfile.objects.get().balance == 50
    client.post(path(reader), {"balance": "80"})
    assert ReaderProfile.objects.get().balance == 80


@pytest.mark.parametrize(
    ("posted", "said", "section"),
    [
        ({"ignore_topic": "sea"}, "It no longer counts.", "topics"),
        ({"restore_word": "walrus"}, "It counts again.", "words"),
        ({"balance": "80"}, "Saved. Your digests are ordered like this", "balance"),
    ],
)
def test_what_was_done_is_said_where_the_button_is(
    client: Client, reader: Subscriber, posted: dict[str, str], said: str, section: str
) -> None:
    ReaderProfile.objects.update(ignored_words=["whale"])
    answer = client.post(path(reader), posted)
    assert answer["Location"].endswith(f"&section={section}#{section}")
    page = client.get(answer["Location"]).content.decode()
    assert page.count(said) == 1
    assert page.index(f'id="{section}_title"') < page.index(said)
    assert "no longer counts" not in client.get(path(reader) + "?section=topics").content.decode()


def test_a_paper_that_was_not_compared_yet_is_named(client: Client, reader: Subscriber) -> None:
    assert "2 of them are new here" in client.get(path(reader)).content.decode()


@pytest.mark.parametrize("balance", ["", "101", "-1", "5e1", "٣", "9999"])
def test_a_balance_that_is_none_is_refused_with_a_sentence(
    client: Client, reader: Subscriber, balance: str
) -> None:
    answer = client.post(path(reader), {"balance": balance})
    assert answer.status_code == 422
    assert "from 0 to 100" in answer.content.decode()
    assert ReaderProfile.objects.get().balance == 50


def test_forgetting_asks_first_and_keeps_the_saved_papers(
    client: Client, reader: Subscriber
) -> None:
    before = kinds(reader)
    assert "Forget what was learned?" in client.get(path(reader, "forget/")).content.decode()
    assert kinds(reader) == before
    assert client.post(path(reader, "forget/")).status_code == 303
    assert kinds(reader) == {("Walruses", "save")}
    assert "Nothing yet" in client.get(path(reader)).content.decode()


def test_a_reader_who_left_sees_how_to_come_back(client: Client, reader: Subscriber) -> None:
    Subscriber.objects.update(state="unsubscribed", next_send_at=None)
    assert "Forget" not in client.get(path(reader)).content.decode()
