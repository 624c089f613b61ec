"""Papers get their topics by their title, abstract and categories."""

from __future__ import annotations

import pytest

from papers.catalogue.classify import MOST_TOPICS, alternatives, classify
from papers.models import Paper, PaperTopic, Topic
from tests.factories import make_paper, make_topic

pytestmark = pytest.mark.django_db
# Long enough that the whole is no summary of a sentence or two.
FILLER = " ".join(f"word{number}" for number in range(64))


@pytest.fixture(autouse=True)
def _no_seeded_topics() -> None:
    Topic.objects.all().delete()


def topics_of(paper: Paper) -> dict[str, float]:
    links = PaperTopic.objects.filter(paper=paper)
    return dict(links.values_list("topic__slug", "weight"))


def make_birds(**values: object) -> Topic:
    values.setdefault("query", 'sparrow or "barn owl" or heron')
    return make_topic("Birds", slug="birds", **values)


def test_a_word_in_the_title_gives_the_topic() -> None:
    make_birds()
    paper = make_paper("How the barn owl hunts", summary=FILLER)

    assert classify([paper.pk]) == 1
    assert list(topics_of(paper)) == ["birds"]


def test_one_mention_in_a_long_abstract_is_not_enough() -> None:
    make_birds()
    make_topic("Fish", slug="fish", query="salmon")
    paper = make_paper("The salmon of the north", summary=f"{FILLER} A sparrow sat by. {FILLER}")
    classify()

    assert list(topics_of(paper)) == ["fish"]


def test_two_different_words_in_the_abstract_give_the_topic() -> None:
    make_birds()
    make_topic("Fish", slug="fish", query="salmon")
    paper = make_paper("The salmon", summary=f"{FILLER} A sparrow and a heron. {FILLER}")
    classify()

    assert set(topics_of(paper)) == {"fish", "birds"}


def test_one_word_is_enough_in_a_summary_of_one_sentence() -> None:
    make_birds()
    make_topic("Fish", slug="fish", query="salmon")
    paper = make_paper("The salmon", summary="It watches how a sparrow flees.")
    classify()

    assert set(topics_of(paper)) == {"fish", "birds"}


def test_a_word_for_titles_is_no_evidence_in_an_abstract() -> None:
    make_birds(query="sparrow", title_query="wing")
    titled = make_paper("A wing in the wind", summary=FILLER)
    mentioned = make_paper("Nothing of the kind", summary=f"A wing. {FILLER}")
    classify()

    assert list(topics_of(titled)) == ["birds"]
    assert topics_of(mentioned) == {}


def test_a_phrase_needs_its_words_side_by_side() -> None:
    make_birds()
    paper = make_paper("The owl that left its barn", summary=FILLER)
    classify()

    assert topics_of(paper) == {}


def test_a_minus_excludes_papers_from_its_own_alternative_only() -> None:
    make_birds(query="crane -harbour or heron")
    lifted = make_paper("A crane in the harbour")
    bird = make_paper("A crane at dawn")
    both = make_paper("A crane and a heron in the harbour")
    classify()

    assert topics_of(lifted) == {}
    assert list(topics_of(bird)) == list(topics_of(both)) == ["birds"]


def test_the_first_category_gives_a_topic_by_itself() -> None:
    make_birds(categories=["q-bio.BD"])
    paper = make_paper("Nothing in the words", categories=["q-bio.BD", "cs.LG"])
    classify()

    assert list(topics_of(paper)) == ["birds"]


def test_an_archive_stands_for_all_its_categories() -> None:
    make_birds(categories=["q-bio"])
    paper = make_paper("Nothing in the words", categories=["q-bio.NC"])
    near = make_paper("Nothing either", categories=["q-fin.ST"])
    classify()

    assert list(topics_of(paper)) == ["birds"]
    assert topics_of(near) == {}


def test_a_later_category_gives_a_topic_only_when_alone() -> None:
    make_birds(categories=["q-bio.BD"])
    make_topic("Fish", slug="fish", query="salmon", categories=["q-bio.FI"])
    strong = make_paper("The salmon", categories=["q-bio.FI", "q-bio.BD"])
    alone = make_paper("Nothing in the words", categories=["cs.XX", "q-bio.BD"])
    classify()

    assert list(topics_of(strong)) == ["fish"]
    assert list(topics_of(alone)) == ["birds"]


def test_more_evidence_has_more_weight_and_at_most_one() -> None:
    make_birds(categories=["q-bio.BD"])
    some = make_paper("A sparrow")
    more = make_paper("A sparrow and a heron", summary="barn owl, heron, sparrow")
    most = make_paper(
        "Sparrow, heron, barn owl", summary="barn owl, heron, sparrow", categories=["q-bio.BD"]
    )
    classify()

    weights = [topics_of(paper)["birds"] for paper in (some, more, most)]
    assert weights == sorted(weights)
    assert 0 < weights[0] < weights[2] <= 1


def test_no_paper_gets_more_than_four_topics() -> None:
    for number in range(6):
        make_topic(f"Topic {number}", query=f"word{number}")
    paper = make_paper(" ".join(f"word{number}" for number in range(6)))
    classify()

    assert len(topics_of(paper)) == MOST_TOPICS


def test_a_paper_without_an_abstract_is_classified_by_its_title() -> None:
    make_birds()
    paper = make_paper("Heron", summary="")
    classify()

    assert list(topics_of(paper)) == ["birds"]


def test_reclassifying_removes_topics_that_no_longer_match() -> None:
    birds = make_birds()
    paper = make_paper("A heron")
    classify()
    birds.query = "penguin"
    birds.save()
    classify([paper.pk])

    assert topics_of(paper) == {}


def test_classifying_twice_changes_nothing() -> None:
    make_birds()
    paper = make_paper("A heron")
    classify()
    before = PaperTopic.objects.get(paper=paper)
    classify()

    assert PaperTopic.objects.get(paper=paper).pk == before.pk


def test_an_inactive_topic_is_given_to_no_paper() -> None:
    make_birds(is_active=False, categories=["q-bio"])
    paper = make_paper("A heron", categories=["q-bio.NC"])
    classify()

    assert topics_of(paper) == {}


def test_only_the_given_papers_are_classified() -> None:
    make_birds()
    given, other = make_paper("A heron"), make_paper("A sparrow")

    assert classify([given.pk]) == 1
    assert topics_of(other) == {}


def test_no_papers_or_no_topics_are_no_error() -> None:
    assert classify([]) == 0
    make_paper("A heron")
    assert classify() == 1


@pytest.mark.parametrize("query", ["or", '"', "-heron", '"""', "the", "o'brien or it''s", "\\ :A"])
def test_a_query_without_words_matches_nothing(query: str) -> None:
    make_birds(query=query)
    paper = make_paper("A nightingale")
    classify()

    assert topics_of(paper) == {}


def test_a_query_is_split_at_or_outside_quotation_marks() -> None:
    parts = alternatives('"one or two" or three -four OR "five six" seven')
    assert parts == ['"one or two"', "three -four", '"five six" seven']
