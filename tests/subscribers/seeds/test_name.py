"""What becomes of the papers that a reader names."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from papers.text.titles import title_key
from subscribers.feedback.forget import forget
from subscribers.models import Feedback, SeedRequest, Subscriber
from subscribers.seeds.name import Named, forget_request, match, name_papers, pick
from subscribers.seeds.read import read
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
ORCID = "0000-0002-1825-0097"


@pytest.fixture(autouse=True)
def _sources(settings: Settings) -> None:
    settings.SOURCES = ["arxiv", "semantic_scholar"]
    settings.SEEDS_PER_READER = 200


def name(reader: Subscriber, text: str) -> Named:
    return name_papers(reader, match(read(text)), NOON)


def liked(reader: Subscriber) -> set[str]:
    seeds = reader.feedback.filter(kind=Feedback.Kind.SEED)
    return set(seeds.values_list("paper__title", flat=True))


def asked(reader: Subscriber) -> set[tuple[str, str]]:
    return set(reader.seed_requests.values_list("kind", "identity"))


def test_papers_that_are_here_become_seeds_and_the_others_requests() -> None:
    ada = make_subscriber()
    make_paper("Attention", arxiv_id="1706.03762")
    named = name(ada, f"1706.03762v5\n1810.04805\n10.1000/X\n{ORCID}\nwarner_s_1\nhello")
    assert named == Named(new=1, waiting=2, lists=2)
    assert liked(ada) == {"Attention"}
    assert asked(ada) == {
        ("arxiv", "1810.04805"),
        ("doi", "10.1000/x"),
        ("orcid", ORCID),
        ("author", "warner_s_1"),
    }


def test_a_title_is_found_only_where_it_is_the_same() -> None:
    ada = make_subscriber()
    title = "Attention Is All You Need"
    make_paper(title, title_key=title_key(title), arxiv_id="1706.03762")
    matched = match(read("attention is all you need!\nAttention is all\n10.1000/y"))
    assert [paper.title for _, paper in matched.papers] == [title]
    assert [(one.line, one.shown) for one in matched.unclear] == [(2, "Attention is all")]
    assert name_papers(ada, matched, NOON).new == 1


def test_a_published_paper_is_found_by_its_title() -> None:
    title = "Attention Is All You Need"
    make_paper(title, title_key=title_key(title), arxiv_id="1706.03762")
    matched = match(read("@article{a, title={{Attention} is All you Need}, doi={10.5555/1.2}}"))
    assert len(matched.papers) == 1
    assert matched.wanted == ()


def test_of_several_papers_with_one_title_the_oldest_with_an_id_counts() -> None:
    first = make_paper("Same", title_key="same", arxiv_id="2001.00001")
    make_paper("Same", title_key="same", arxiv_id="2001.00002")
    make_paper("Same", title_key="same", arxiv_id=None)
    assert [paper.pk for _, paper in match(read("Same")).papers] == [first.pk]


def test_repeating_changes_nothing() -> None:
    ada = make_subscriber()
    make_paper(arxiv_id="1706.03762")
    name(ada, "1706.03762 1810.04805")
    assert name(ada, "1706.03762 1810.04805") == Named(before=2)
    assert (ada.feedback.count(), ada.seed_requests.count()) == (1, 1)


def test_what_failed_before_is_asked_for_again() -> None:
    ada = make_subscriber()
    name(ada, "1810.04805")
    ada.seed_requests.update(state="failed", reason="unknown", attempts=8, error="x")
    assert name(ada, "1810.04805").waiting == 1
    request = ada.seed_requests.get()
    assert (request.state, request.reason, request.attempts, request.error) == (
        "waiting",
        "",
        0,
        "",
    )


def test_of_too_many_papers_the_newest_are_taken(settings: Settings) -> None:
    settings.SEEDS_PER_READER = 3
    ada = make_subscriber()
    make_paper("Old", arxiv_id="0901.0001")
    make_paper("New", arxiv_id="2501.00001")
    named = name(ada, "0901.0001 1706.03762 2501.00001 1810.04805 1001.0001")
    assert (named.new, named.waiting, named.beyond) == (1, 2, 2)
    assert liked(ada) == {"New"}
    assert asked(ada) == {("arxiv", "1706.03762"), ("arxiv", "1810.04805")}
    assert name(ada, "2502.00001").beyond == 1


def test_a_reader_names_five_authors_at_most() -> None:
    ada = make_subscriber()
    named = name(ada, "\n".join(f"warner_s_{number}" for number in range(1, 9)))
    assert (named.lists, named.beyond) == (5, 3)


def test_without_a_source_nothing_is_asked_for(settings: Settings) -> None:
    settings.SOURCES = []
    ada = make_subscriber()
    make_paper(arxiv_id="1706.03762")
    matched = match(read(f"1706.03762 1810.04805 10.1000/x\n{ORCID}"))
    assert (len(matched.papers), len(matched.not_looked_up), matched.lists) == (1, 2, ())
    assert name_papers(ada, matched, NOON) == Named(new=1)
    assert not SeedRequest.objects.exists()


def test_orcid_alone_can_be_switched_off(settings: Settings) -> None:
    settings.ORCID_API_URL = ""
    assert match(read(ORCID)).lists == ()


def test_papers_are_picked_from_lists_only() -> None:
    ada = make_subscriber()
    papers = [make_paper("Shown"), make_paper("Gone", is_withdrawn=True)]
    hidden = make_paper("Named by another reader", is_unlisted=True)
    assert pick(ada, [*(paper.pk for paper in papers), hidden.pk, 0], NOON).new == 1
    assert liked(ada) == {"Shown"}


def test_a_request_is_dropped_by_its_own_reader_only() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    name(ada, "1810.04805")
    request = ada.seed_requests.get()
    assert not forget_request(bob, request.pk)
    assert forget_request(ada, request.pk)
    assert not forget_request(ada, request.pk)


def test_who_forgets_everything_has_no_requests_left() -> None:
    ada = make_subscriber()
    name(ada, "1810.04805")
    forget(ada, NOON)
    assert not ada.seed_requests.exists()


def test_a_long_list_is_matched_with_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    text = "\n".join([*(f"2401.{number:05}" for number in range(200)), "A title", "Another title"])
    reading = read(text)
    with django_assert_num_queries(2):
        match(reading)
