"""What was learned, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from papers.models import PaperVector
from papers.search.spelling import learn_words
from subscribers.feedback.learned import learned, telling_words, topic_shares
from subscribers.feedback.save import save_paper
from subscribers.feedback.vote import vote
from subscribers.models import Feedback, ReaderProfile
from tests.factories import NOON, make_paper, make_paper_topic, make_subscriber, make_topic

Kind = Feedback.Kind


def test_the_shares_of_topics_are_one_together() -> None:
    shares = topic_shares([("a", "A", 0.6), ("b", "B", 0.2), ("a", "A", 0.4)])
    assert [(one.slug, one.percent) for one in shares] == [("a", 83), ("b", 17)]
    assert topic_shares([]) == []


def test_words_that_few_other_papers_have_come_first() -> None:
    texts = [("Walruses dive", "We study walruses that dive."), ("Walruses", "They sleep.")]
    counts = {"walruses": 2, "dive": 9, "sleep": 1, "study": 90}
    assert telling_words(texts, counts, 100) == ["walruses", "dive"]


def test_of_three_papers_a_word_of_one_abstract_tells_nothing() -> None:
    texts = [("Walruses", "They dive, and bark."), ("Seals", "They dive."), ("Otters", "Alone.")]
    counts = dict.fromkeys(["walruses", "seals", "otters", "dive", "bark"], 2)
    assert telling_words(texts, counts, 100) == ["dive", "otters", "seals", "walruses"]
    assert "bark" in telling_words(texts[:2], counts, 100)


def test_words_of_any_paper_tell_nothing_even_where_they_are_rare() -> None:
    counts = dict.fromkeys(["circuits", "find", "makes"], 2)
    assert telling_words([("Walruses find circuits", "It makes them.")], counts, 50) == ["circuits"]


@pytest.mark.parametrize("title", ["the of", "42 3d", "$$", "", "a b"])
def test_a_text_without_telling_words_has_none(title: str) -> None:
    assert telling_words([(title, "")], {}, 1000) == []


@pytest.mark.django_db
def test_a_reader_of_whom_nothing_is_known_has_an_empty_page() -> None:
    found = learned(make_subscriber())
    assert found.is_empty
    assert (found.topics, found.words, found.balance) == ([], [], 50)


@pytest.mark.django_db
def test_each_paper_shows_all_that_was_said_of_it() -> None:
    reader, liked, disliked = make_subscriber(), make_paper("Walruses"), make_paper("Seals")
    save_paper(reader, liked, NOON)
    vote(reader, liked, Kind.MORE, NOON + timedelta(days=1))
    vote(reader, disliked, Kind.LESS, NOON)
    found = learned(reader)
    [one], [other] = found.liked, found.disliked
    assert (one.paper, [said.kind for said in one.said]) == (liked, [Kind.MORE, Kind.SAVE])
    assert (other.paper, [said.kind for said in other.said]) == (disliked, [Kind.LESS])


@pytest.mark.django_db
def test_papers_that_were_not_compared_yet_are_counted() -> None:
    reader, known, new = make_subscriber(), make_paper("Walruses"), make_paper("Seals")
    PaperVector.objects.create(paper=known, model="", dense=b"", terms=b"", made_at=NOON)
    vote(reader, known, Kind.MORE, NOON)
    vote(reader, new, Kind.LESS, NOON)
    assert learned(reader).waiting == 1


@pytest.mark.django_db
def test_topics_and_words_follow_from_what_is_liked() -> None:
    sea, land = make_topic("Sea"), make_topic("Land")
    reader, liked = make_subscriber(), make_paper("Walruses that dive", summary="A walrus dives.")
    make_paper_topic(liked, sea, 0.9)
    make_paper_topic(liked, land, 0.1)
    make_paper("Walruses sleep")
    for _ in range(60):
        make_paper("Another study that thinks")
    vote(reader, liked, Kind.MORE, NOON)
    learn_words()
    found = learned(reader)
    assert [(one.name, one.percent) for one in found.topics] == [("Sea", 90), ("Land", 10)]
    assert "walruses" in found.words
    assert "that" not in found.words


@pytest.mark.django_db
def test_what_was_taken_away_is_listed_apart() -> None:
    sea = make_topic("Sea")
    reader, liked = make_subscriber(), make_paper("Walruses that dive", summary="A walrus.")
    make_paper("A walrus sleeps")
    make_paper_topic(liked, sea)
    vote(reader, liked, Kind.UPVOTE, NOON)
    ReaderProfile.objects.update(ignored_topics=[sea.slug, "gone"], ignored_words=["walruses"])
    learn_words()
    found = learned(reader)
    assert (found.topics, dict(found.ignored_topics)) == ([], {sea.slug: "Sea"})
    assert "walruses" not in found.words
    assert "walrus" not in found.words
    assert found.ignored_words == ["walruses"]
