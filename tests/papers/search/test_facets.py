"""How many papers of a search have each topic, year and code: exact when few match, else about."""

from __future__ import annotations

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper, Topic
from papers.search import query
from papers.search.facets import Facets, facets_of
from papers.search.query import Filters, parse, top_matches
from tests.factories import make_paper, make_paper_topic, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def dunes() -> Topic:
    """Five papers on sand, three of them on dunes, two with code; and one on water."""
    dunes, seas = make_topic("Dunes", slug="dunes"), make_topic("Seas", slug="seas")
    for place in range(5):
        paper = make_paper(
            f"Sand {place}",
            listed_on=date(2023 + place % 2, 5, 1),
            code_url="https://github.com/a/b" if place < 2 else "",
        )
        if place < 3:
            make_paper_topic(paper, dunes)
        if place == 0:
            make_paper_topic(paper, seas)
    make_paper_topic(make_paper("Water", listed_on=date(2020, 1, 1)), seas)
    return dunes


def found(text: str, **filters: object) -> Facets:
    parsed = parse(text)
    assert parsed
    chosen = Filters(**filters)  # type: ignore[arg-type]
    return top_matches(parsed, chosen, at_least=20, with_facets=True).facets


def test_the_papers_of_a_search_are_counted_and_no_others(dunes: Topic) -> None:
    assert found("sand ") == Facets(
        topics=[("dunes", 3), ("seas", 1)], years=[(2024, 2), (2023, 3)], with_code=2
    )
    assert found("water ").topics == [("seas", 1)]


@pytest.mark.parametrize(
    ("filters", "facets"),
    [
        ({"with_code": True}, Facets([("dunes", 2), ("seas", 1)], [(2024, 1), (2023, 1)], 2)),
        (
            {"since": date(2024, 1, 1)},
            Facets([("dunes", 1)], [(2024, 2)], 1),
        ),
        ({"until": date(2023, 12, 31)}, Facets([("dunes", 2), ("seas", 1)], [(2023, 3)], 1)),
    ],
)
def test_only_papers_within_the_filters_count(
    dunes: Topic, filters: dict[str, object], facets: Facets
) -> None:
    assert found("sand ", **filters) == facets


def test_papers_of_a_chosen_topic_have_their_other_topics_too(dunes: Topic) -> None:
    assert found("sand ", topic=dunes.pk).topics == [("dunes", 3), ("seas", 1)]


def test_a_topic_that_is_not_active_and_a_withdrawn_paper_do_not_count(dunes: Topic) -> None:
    Topic.objects.filter(slug="seas").update(is_active=False)
    first = Paper.objects.get(title="Sand 0")
    first.is_withdrawn = True
    first.save()
    assert found("sand ") == Facets([("dunes", 2)], [(2024, 2), (2023, 2)], 1)


def test_without_a_match_there_are_none(
    dunes: Topic, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert found("zebra ") == Facets()
    with django_assert_num_queries(0):
        assert facets_of([]) == Facets()


# ── more matches than candidates ─────────────────────────────────────────────


@pytest.fixture
def few_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the five papers are more than the search ranks."""
    monkeypatch.setattr(query, "CANDIDATES", 1)


def test_papers_beyond_the_candidates_are_counted_by_the_index(
    dunes: Topic, few_candidates: None
) -> None:
    parsed = parse("sand ")
    assert parsed
    matches = top_matches(parsed, Filters(), at_least=1, with_facets=True)
    assert len(matches.paper_ids) < matches.total == 5
    assert matches.facets == Facets(
        topics=[("dunes", 3), ("seas", 1)], years=[(2024, 2), (2023, 3)], with_code=2
    )
    assert found("sand ", with_code=True).topics == [("dunes", 2), ("seas", 1)]


def test_of_many_papers_a_part_is_counted_and_scaled(
    monkeypatch: pytest.MonkeyPatch, few_candidates: None
) -> None:
    monkeypatch.setattr(query, "COUNTED", 100)
    dunes = make_topic("Dunes", slug="dunes")
    for place in range(400):
        paper = make_paper(f"Sand {place}", listed_on=date(2023 + place % 2, 5, 1))
        if place % 4 == 0:
            make_paper_topic(paper, dunes)
    facets = found("sand ")
    assert facets.is_estimate
    ((slug, papers),) = facets.topics
    assert slug == "dunes"
    assert 50 <= papers <= 160  # 100
    years = dict(facets.years)
    assert sum(years.values()) in range(398, 403)
    assert 140 <= years[2023] <= 260  # 200


def test_the_facets_of_many_papers_take_no_statement_of_their_own(
    dunes: Topic, few_candidates: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    parsed = parse("sand ")
    assert parsed
    for with_facets in (False, True):
        with django_assert_num_queries(1):
            matches = top_matches(parsed, Filters(), at_least=1, with_facets=with_facets)
        assert bool(matches.facets.topics) is with_facets


def test_the_facets_of_few_papers_take_one_more(
    dunes: Topic, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    parsed = parse("sand ")
    assert parsed
    with django_assert_num_queries(2):
        assert top_matches(parsed, Filters(), at_least=1, with_facets=True).facets.topics


def test_the_facets_of_a_phrase_are_those_of_its_papers() -> None:
    dunes = make_topic("Dunes", slug="dunes")
    make_paper_topic(make_paper("Sand dunes"), dunes)
    make_paper_topic(make_paper("Dunes of sand"), dunes)
    assert found('"sand dunes"').topics == [("dunes", 1)]


def test_the_facets_of_a_word_that_is_a_beginning_are_those_of_all_papers(dunes: Topic) -> None:
    assert found("wat").topics == [("seas", 1)]
