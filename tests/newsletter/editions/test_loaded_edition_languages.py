"""Digests in the reader's language, out of an edition that holds it, or in the default one."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from pytest_django import DjangoAssertNumQueries

from newsletter.editions.compose import compose
from newsletter.editions.keys import current_key_id
from newsletter.editions.loaded_edition import LoadedEdition, rebuild
from newsletter.editions.personalize import Interests
from newsletter.editions.rendering.body import RENDERER
from newsletter.editions.rendering.message import Digest
from newsletter.models import Delivery, DigestContent, Edition
from papers.models import Topic
from tests.factories import (
    DAY,
    make_content,
    make_delivery,
    make_paper,
    make_paper_topic,
    make_signal,
    make_subscriber,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 15, 8, tzinfo=UTC)
ROBOTICS = Interests(topics=frozenset({"robotics"}))


@pytest.fixture
def edition() -> Edition:
    topic = Topic.objects.get(slug="robotics")
    for number, title in enumerate(("Walking robots", "Grüße aus der Küche: 100 % Wärme")):
        paper = make_paper(title, summary="We walk. " * 40)
        make_paper_topic(paper, topic)
        make_signal(paper, 1200, read_at=datetime(2025, 3, 7, 12, tzinfo=UTC))
        make_signal(paper, 1240, read_at=datetime(2025, 3, 13, 12, tzinfo=UTC))
        make_signal(paper, 1290 - number)
    return compose("weekly", DAY, NOW)


def sent(edition: Edition, language: str, renderer: str = RENDERER) -> Delivery:
    """A delivery of all papers to a reader of this language, as it stands in the ledger."""
    delivery = make_delivery(edition, make_subscriber(language=language), state="sent")
    chosen = LoadedEdition(edition).select(ROBOTICS, (), language)
    make_content(
        delivery, chosen.picks, dated_at=NOW, renderer=renderer, key_id=current_key_id(),
        language=chosen.language,
    )  # fmt: skip
    return Delivery.objects.get(pk=delivery.pk)


def digest(edition: Edition, language: str, renderer: str = RENDERER) -> Digest:
    return rebuild(sent(edition, language, renderer), "ada@example.com")


def test_the_reasons_are_in_the_readers_language(edition: Edition) -> None:
    loaded = LoadedEdition(edition)
    english = [pick.reason for pick in loaded.select(ROBOTICS, (), "en").picks]
    german = [pick.reason for pick in loaded.select(ROBOTICS, (), "de").picks]
    assert english == [
        "You follow Robotics · 90 votes this week",
        "You follow Robotics · 89 votes this week",
    ]
    assert german == [
        "Sie folgen dem Thema Robotik · 90 Stimmen in dieser Woche",
        "Sie folgen dem Thema Robotik · 89 Stimmen in dieser Woche",
    ]


def test_a_reader_who_follows_everything_is_told_no_topic(edition: Edition) -> None:
    picks = LoadedEdition(edition).select(Interests(), (), "de").picks
    assert [pick.reason for pick in picks] == [
        "90 Stimmen in dieser Woche",
        "89 Stimmen in dieser Woche",
    ]


def test_readers_of_two_languages_share_no_selection(edition: Edition) -> None:
    loaded = LoadedEdition(edition)
    assert loaded.select(Interests(), (), "de") is loaded.select(Interests(), (), "de")
    assert loaded.select(Interests(), (), "de") is not loaded.select(Interests(), ())


def test_another_language_is_loaded_once_and_only_when_it_is_used(
    edition: Edition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    loaded = LoadedEdition(edition)
    with django_assert_num_queries(0):
        loaded.select(Interests(), ())
    with django_assert_num_queries(1):
        loaded.select(Interests(), (), "de")
        loaded.select(Interests(size=1), (), "de")


@pytest.mark.parametrize("language", ["de", "fr", "tlh"])
def test_an_edition_without_that_language_is_sent_in_english(
    edition: Edition, language: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    edition.translations.all().delete()
    loaded = LoadedEdition(edition)
    with django_assert_num_queries(1):
        chosen = [loaded.select(Interests(), (), language) for _ in range(3)]
    assert {one.language for one in chosen} == {"en"}
    assert chosen[0] is loaded.select(Interests(), ())
    assert "Why: 90 votes this week" in chosen[0].body.text("r", "u", "p", "w")


def test_a_paper_without_that_language_is_shown_in_english_with_its_whole_reason(
    edition: Edition,
) -> None:
    translation = edition.translations.get()
    del translation.papers["1"]
    translation.papers["99"] = translation.papers["2"]  # of a candidate that was deleted
    translation.save()
    picks = LoadedEdition(edition).select(ROBOTICS, (), "de").picks
    assert [pick.reason for pick in picks] == [
        "You follow Robotics · 90 votes this week",
        "Sie folgen dem Thema Robotik · 89 Stimmen in dieser Woche",
    ]


def test_a_german_message_says_so_and_holds_only_german(edition: Edition) -> None:
    raw = digest(edition, "de").as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Content-Language"] == "de"
    assert message["Subject"] == "Walking robots und 1 weitere Arbeit"
    text, html = message.get_body(["plain"]), message.get_body(["html"])
    assert text is not None
    assert html is not None
    words = text.get_content()
    assert "Warum: Sie folgen dem Thema Robotik · 90 Stimmen in dieser Woche" in words
    assert "Mehr davon, weniger davon, oder speichern:" in words
    assert "Grüße aus der Küche: 100 % Wärme" in words
    assert max(len(line) for line in words.splitlines() if "http" not in line) <= 72
    english = ("You ", "Unsubscribe", "Why", "this", "more", "More", "Less", "Read in", "March")
    assert [word for word in english if word in words + html.get_content()] == []


def test_an_english_message_names_its_language_too(edition: Edition) -> None:
    found = digest(edition, "en")
    assert b"\r\nContent-Language: en\r\n" in found.as_bytes()
    assert found.headers["Content-Language"] == "en"


def test_a_message_of_the_second_renderer_is_rebuilt_without_the_header(edition: Edition) -> None:
    new, old = digest(edition, "en"), digest(edition, "en", renderer="2")
    assert b"Content-Language" not in old.as_bytes()
    assert "Content-Language" not in old.headers
    before_rule = f"\n{'-' * 72}\n\nMore or less like"
    assert f"\n{before_rule}" in new.text
    assert f"\n{before_rule}" not in old.text


@pytest.mark.parametrize(("sent_in", "changed_to"), [("de", "en"), ("en", "de"), ("de", "fr")])
def test_a_digest_is_rebuilt_byte_for_byte_whatever_the_reader_has_chosen_since(
    edition: Edition, sent_in: str, changed_to: str
) -> None:
    delivery = sent(edition, sent_in)
    original = rebuild(delivery, "ada@example.com").as_bytes()
    reader = delivery.subscriber
    assert reader is not None
    reader.language = changed_to
    reader.save()
    again = rebuild(Delivery.objects.get(pk=delivery.pk), "ada@example.com").as_bytes()
    assert again == original
    assert (b"Content-Language: %b" % sent_in.encode()) in again


def test_a_content_that_was_stored_before_there_were_languages_is_english(
    edition: Edition,
) -> None:
    content = make_content(make_delivery(edition, make_subscriber()), [])
    assert DigestContent.objects.get(pk=content.pk).language == "en"
