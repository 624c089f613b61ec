"""The papers that a search finds, their order, and the syntax of a query."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper, Topic, Trend
from papers.search.highlight import highlight
from papers.search.results import MAX_QUERY_LENGTH, SearchResult, search_papers
from papers.search.stems import forget
from tests.factories import DAY, NOON, make_paper, make_paper_topic, make_signal, make_topic

pytestmark = pytest.mark.django_db


def make_trend(paper: Paper, value: float, window: str = "week") -> Trend:
    values: dict[str, Any] = {"day": DAY, "version": "test", "scored_at": NOON}
    components = {"upvotes": {"value": value, "points": value, "gain": 0, "window_gain": 0}}
    return Trend.objects.create(
        paper=paper, window=window, value=value, components=components, **values
    )


def find(query: str, **options: Any) -> SearchResult:
    return search_papers(query, now=NOON, **options)


def order(result: SearchResult) -> list[Paper]:
    return [found.paper for found in result.papers]


# ── the order ────────────────────────────────────────────────────────────────


def test_title_counts_more_than_abstract_and_abstract_more_than_authors() -> None:
    by_name = make_paper(authors=["Ann Sand", "Bo Li"])
    in_abstract = make_paper(summary="What sand is made of.")
    in_title = make_paper("Sand")
    assert order(find("sand")) == [in_title, in_abstract, by_name]


def test_of_equal_matches_the_stronger_trend_comes_first() -> None:
    weak, strong = make_paper("Sand in water"), make_paper("Sand in wind")
    make_trend(weak, 1.0)
    make_trend(strong, 4.0)
    assert order(find("sand")) == [strong, weak]


def test_a_much_stronger_trend_outweighs_a_weak_match() -> None:
    quiet, loud = make_paper("Sand"), make_paper(summary="Something about sand.")
    make_trend(loud, 7.0)
    assert order(find("sand")) == [loud, quiet]


def test_the_newer_of_two_equal_papers_comes_first() -> None:
    older = make_paper("Sand", listed_on=DAY - timedelta(days=1))
    newer = make_paper("Sand ", listed_on=DAY)
    assert order(find("sand")) == [newer, older]


def test_words_close_together_beat_words_far_apart() -> None:
    apart = make_paper(summary="Graph drawing. " + "Many other things. " * 30 + "A network.")
    together = make_paper(summary="A graph network. " + "Many other things. " * 30)
    assert order(find("graph network")) == [together, apart]


def test_a_name_with_its_number_beats_the_two_apart() -> None:
    apart = make_paper("On 4 layers, GPT-2 and GPT-BERT")
    together = make_paper("A long study of many models, and GPT-4 is one of them")
    assert order(find("GPT 4")) == [together, apart]


def test_papers_with_the_finished_word_come_before_those_with_its_beginning() -> None:
    begun = make_paper("Sandstone")
    make_trend(begun, 9.0)
    exact = make_paper(summary="About sand.")
    result = find("sand")
    assert order(result) == [exact, begun]
    assert (result.total, result.typed_total) == (2, 1)
    assert order(find("sand ")) == [exact]


def test_the_words_of_a_field_rank_without_the_rest() -> None:
    weak, strong = (
        make_paper("Sand", categories=["cs.LG"]),
        make_paper("Sand", categories=["cs.LG"]),
    )
    make_trend(strong, 4.0)
    make_trend(weak, 1.0)
    assert order(find("cat:cs.LG")) == [strong, weak]
    in_text = make_paper(summary="On sand.", categories=["cs.LG"])
    assert order(find("sand cat:cs.LG -water")) == [strong, weak, in_text]


@pytest.mark.parametrize("typed", ["cat:x", "cat:o'brien", "cat:'", "cat:x cat:y"])
def test_a_query_without_a_word_marks_none(typed: str) -> None:
    paper = make_paper("Sand", categories=["x", "y", "o'brien", "'"], authors=[])
    found = find(typed)
    assert (order(found), found.marks) == ([paper], "")
    assert highlight(found.marks, [paper])[0].title == "Sand"


# ── the syntax ───────────────────────────────────────────────────────────────


def test_all_words_must_match_in_any_place_and_form() -> None:
    paper = make_paper("Learned graphs", summary="For networks.", authors=["Ann Müller"])
    make_paper("Graphs")
    assert order(find("müller graph networking LEARNING")) == [paper]


def test_quotation_marks_or_and_minus_work() -> None:
    one = make_paper("A red house by the lake")
    two = make_paper("A house that is red")
    three = make_paper("A boat")
    assert order(find('"red house"')) == [one]
    assert set(order(find("lake or boat"))) == {one, three}
    assert order(find("red -lake")) == [two]


@pytest.mark.parametrize("typed", ["schrodinger", "Schrödinger", "SCHRO\u0308DINGER", "lukasz"])
def test_accents_make_no_difference(typed: str) -> None:
    paper = make_paper("Schrödinger bridges", authors=["Łukasz Kaiser"])
    assert order(find(typed)) == [paper]


def test_a_phrase_matches_one_author_and_not_across_two() -> None:
    paper = make_paper(authors=["Abhishek Das", "Satwik Kottur", "D.Batra"])
    assert order(find('"abhishek das"')) == [paper]
    assert order(find("batra das")) == [paper]
    assert order(find('"das satwik"')) == []


@pytest.mark.parametrize(
    "typed",
    [
        "2503.04567",
        " arXiv:2503.04567v2 ",
        "https://arxiv.org/pdf/2503.04567v1.pdf",
        "https://huggingface.co/papers/2503.04567",
        "arXiv:2503.04567v3 [cs.CL]",
        "https://arxiv.org/abs/2503.04567?" + "utm_source=" * 40,
    ],
)
def test_an_arxiv_id_or_address_is_an_exact_match(typed: str) -> None:
    paper = make_paper(arxiv_id="2503.04567")
    result = find(typed, with_code=True)
    assert result.exact_match == paper
    assert (order(result), result.total, result.pages) == ([paper], 1, 1)


def test_an_unknown_arxiv_id_is_searched_for_as_words() -> None:
    citing = make_paper(summary="A reply to 2503.99999.")
    result = find("2503.99999")
    assert result.exact_match is None
    assert order(result) == [citing]


def test_a_query_without_a_word_is_empty() -> None:
    make_paper("The of")
    for typed in ("", "   ", "the of", "-sand"):
        result = find(typed)
        assert (result.is_empty, result.total, list(result.papers)) == (True, 0, [])


def test_a_query_that_is_too_long_is_cut() -> None:
    paper = make_paper("Sand")
    result = find("sand or " + "dust " * 100)
    assert result.is_cut
    assert len(result.query) <= MAX_QUERY_LENGTH
    assert not find("sand").is_cut
    assert order(find("sand" + " " * 500)) == [paper]
    assert not find("sand" + " " * 500).is_cut


@example('"')
@example("a\x00b \ud800 \u202e🙂")
@example("((((" * 60)
@example("a <-> b:* & !c | 'd' \\")
@example("au:' cat:'\\ ti:\"' -au:\" Y. X")
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=300) | st.text("auticabs:\"'-. ,/\\|&or5YE", max_size=80))
def test_no_text_is_an_error(typed: str) -> None:
    assert find(typed).total == 0


# ── filters and pages ────────────────────────────────────────────────────────


def test_filters_narrow_the_search() -> None:
    topic = make_topic("Dunes")
    plain = make_paper("Sand", listed_on=DAY - timedelta(days=9))
    rich = make_paper("Sand two", code_url="https://example.org/code")
    make_paper_topic(rich, topic)
    assert order(find("sand", topic=topic.slug)) == [rich]
    assert order(find("sand", with_code=True)) == [rich]
    assert order(find("sand", since=DAY)) == [rich]
    assert order(find("sand", until=DAY - timedelta(days=1))) == [plain]


@pytest.mark.parametrize("is_active", [None, False])
def test_a_missing_or_inactive_topic_is_an_error(is_active: bool | None) -> None:
    if is_active is not None:
        make_topic(slug="gone", is_active=is_active)
    with pytest.raises(Topic.DoesNotExist):
        find("sand", topic="gone")


def test_pages_continue_each_other_and_end() -> None:
    papers = [make_paper(f"Sand {n}") for n in range(5)]
    for value, paper in enumerate(reversed(papers)):
        make_trend(paper, value)
    first, last, beyond = (find("sand", page=page, size=3) for page in (1, 2, 3))
    assert [*order(first), *order(last)] == papers
    assert [found.position for found in [*first.papers, *last.papers]] == [1, 2, 3, 4, 5]
    assert (first.total, first.pages, last.page) == (5, 2, 2)
    assert order(beyond) == []


def test_a_match_has_its_signals_and_the_components_of_its_trend() -> None:
    paper = make_paper("Sand")
    make_signal(paper, 84)
    make_trend(paper, 2.0, "day")
    make_trend(paper, 3.0, "month")
    (found,) = find("sand").papers
    assert found.facts["upvotes"] == 84
    assert found.trend == 3.0
    assert found.components["upvotes"]["value"] == 3.0


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_takes_the_same_queries_for_any_number(
    django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    topic = make_topic()
    for n in range(rows):
        paper = make_paper(f"Sand {n}")
        make_signal(paper, n)
        make_trend(paper, n)
        make_paper_topic(paper, topic)
    for query, queries, total in (("sand ", 6, rows), ("sand", 7, rows), ("the", 1, 0)):
        forget()  # the words that this process has read
        with django_assert_num_queries(queries):
            assert find(query).total == total


# ── what is kept for other searches ──────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_the_second_page_takes_what_the_first_one_matched(
    settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.PAGE_VERSION_SECONDS = 3600
    for number in range(5):
        make_signal(make_paper(f"Sand {number}"), 9)
    first = find("sand ", size=3)
    with django_assert_num_queries(3):  # its papers, their signals and their topics
        second = find("sand ", size=3, page=2)
    assert [found.position for found in [*first.papers, *second.papers]] == [1, 2, 3, 4, 5]
    assert len({*order(first), *order(second)}) == 5


@pytest.mark.django_db(transaction=True)
def test_another_search_takes_the_papers_of_the_first_one(
    settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.PAGE_VERSION_SECONDS = 3600
    forget()
    paper = make_paper("Sand in wind")
    make_signal(paper, 84)
    find("sand ")
    with django_assert_num_queries(2):  # the words, and their matches
        (found,) = find("wind ").papers
    assert (found.paper, found.facts["upvotes"], found.position) == (paper, 84, 1)


@pytest.mark.django_db(transaction=True)
def test_a_change_of_a_paper_shows_in_the_next_search(settings: Any) -> None:
    settings.PAGE_VERSION_SECONDS = 0
    paper = make_paper("Sand in wind")
    find("sand ")
    Paper.objects.filter(pk=paper.pk).update(title="Sand in water")
    assert [found.title for found in order(find("sand "))] == ["Sand in water"]


@pytest.mark.django_db(transaction=True)
def test_a_paper_that_was_deleted_since_it_was_found_is_left_out(settings: Any) -> None:
    settings.PAGE_VERSION_SECONDS = 3600
    for number in range(3):
        make_paper(f"Sand {number}")
    last = order(find("sand ", size=2))[0]
    Paper.objects.exclude(pk=last.pk).delete()
    assert order(find("sand ", size=2, page=2)) == []
