"""The values of an edition's page: what was frozen, without what was withdrawn since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.paginator import EmptyPage
from pytest_django import DjangoAssertNumQueries

from newsletter.editions.compose import compose
from newsletter.models import Candidate, Edition
from newsletter.pages.edition import FrozenPaper, edition_page
from papers.models import Paper, Topic
from tests.factories import (
    DAY,
    make_candidate,
    make_edition,
    make_paper,
    make_paper_topic,
    make_signal,
    make_topic,
)

pytestmark = pytest.mark.django_db
LATER = datetime(2025, 3, 20, 9, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "title": "Sand on Mars",
    "authors": ["Ann Lee", "Bo Chen"],
    "summary": "It says much.",
    "upvotes": 84,
    "upvotes_window_gain": 31,
    "since": "since Saturday",
    "stars": 1200,
    "code_url": "https://github.com/a/b",
    "arxiv_url": "https://arxiv.org/abs/2503.00001",
}


def shown(**values: Any) -> FrozenPaper:
    """The paper of an edition that holds one with these values."""
    edition = make_edition()
    make_candidate(edition, make_paper("Title of today"), **values)
    (paper,) = edition_page(edition).papers
    return paper


def test_a_paper_is_shown_as_it_was_frozen() -> None:
    edition = make_edition()
    paper = make_paper(FACTS["title"], arxiv_id="2503.00001")
    make_candidate(edition, paper, facts=FACTS)
    Paper.objects.update(title="Another title", summary="Rewritten.")
    assert edition_page(edition).papers == [
        FrozenPaper(
            position=1,
            title="Sand on Mars",
            url="/papers/2503.00001",
            byline="A. Lee and B. Chen",
            lead="It says much.",
            summary="It says much.",
            votes="84",
            gain="31",
            since="that week",
            stars="1.2k",
            code_url="https://github.com/a/b",
            arxiv_url="https://arxiv.org/abs/2503.00001",
            topics=[],
            reasons=[],
        )
    ]


def test_a_composed_edition_shows_its_papers_with_their_topics_and_reasons() -> None:
    sand = make_topic("Sand", slug="sand")
    for votes, title in ((9, "Second"), (90, "First")):
        paper = make_paper(title, summary="On sand.", authors=["Ann Lee"])
        make_paper_topic(paper, sand)
        make_signal(paper, votes)
    page = edition_page(compose("weekly", DAY, LATER))
    first, second = page.papers
    assert (first.title, second.title, page.total) == ("First", "Second", 2)
    assert first.topics == [("Sand", "/topics/sand/")]
    assert "90 votes" in first.reasons[0]
    assert page.titles == ["First", "Second"]


def test_a_topic_that_is_no_longer_active_is_left_out() -> None:
    make_topic("Sand", slug="sand")
    Topic.objects.update(is_active=False)
    assert shown(topics={"sand": 0.8, "gone": 0.5}).topics == []


def test_two_topics_are_shown_the_strongest_first() -> None:
    for slug in ("aa", "bb", "cc"):
        make_topic(slug, slug=slug)
    weights = {"aa": 0.1, "bb": 0.9, "cc": 0.5}
    assert [name for name, _ in shown(topics=weights).topics] == ["bb", "cc"]


@pytest.mark.parametrize(
    ("facts", "votes", "gain"),
    [
        ({"upvotes": 0, "upvotes_window_gain": 0}, "", ""),
        ({"upvotes": None, "upvotes_window_gain": 0}, "", ""),
        ({"upvotes": 22, "upvotes_window_gain": 22}, "22", ""),
        ({"upvotes": 22, "upvotes_window_gain": 0}, "22", ""),
        ({"upvotes": 22, "upvotes_window_gain": 5}, "22", "5"),
    ],
)
def test_a_figure_is_shown_once_and_only_when_it_says_something(
    facts: dict[str, Any], votes: str, gain: str
) -> None:
    paper = shown(facts={**FACTS, **facts})
    assert (paper.votes, paper.gain) == (votes, gain)


def test_a_summary_that_a_source_wrote_names_it() -> None:
    paper = shown(facts={**FACTS, "lead": {"text": "It finds sand.", "source": "hugging_face"}})
    assert paper.lead == "It finds sand."
    assert "Hugging Face" in paper.credit
    assert paper.is_folded
    assert paper.summary == "It says much."


@pytest.mark.parametrize("stars", [0, None])
def test_no_star_is_not_shown(stars: int | None) -> None:
    assert shown(facts={**FACTS, "stars": stars}).stars == ""


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "", None, 7, []])
def test_a_link_that_is_no_address_of_the_web_is_left_out(address: Any) -> None:
    paper = shown(facts={**FACTS, "code_url": address, "arxiv_url": address})
    assert (paper.code_url, paper.arxiv_url) == ("", "")


@pytest.mark.parametrize(
    "values",
    [
        {"facts": {}},
        {"facts": []},
        {"facts": None},
        {"facts": "text"},
        {"facts": {**FACTS, "title": None}},
        {"facts": {**FACTS, "title": ["a"]}},
        {"facts": {**FACTS, "authors": [1, {}]}},
        {"facts": {**FACTS, "authors": None}},
        {"facts": {**FACTS, "summary": 5}},
        {"facts": {**FACTS, "upvotes": "many"}},
        {"facts": {**FACTS, "lead": "text"}},
        {"facts": {**FACTS, "lead": {"text": 5, "source": "abstract"}}},
        {"facts": {**FACTS, "stars": {"a": 1}}},
        {"topics": {"sand": "much", "dust": 1}},
    ],
)
def test_facts_of_another_form_leave_the_title_and_the_next_paper(values: dict[str, Any]) -> None:
    if values.get("facts", 1) is None:
        values = {"facts": {"title": {}}}
    edition = make_edition()
    paper = make_paper("Title of today", arxiv_id="2503.00001")
    make_candidate(edition, paper, **{"facts": FACTS, **values})
    make_candidate(edition, make_paper("The next one"))
    first, second = edition_page(edition).papers
    assert first == FrozenPaper(1, "Title of today", "/papers/2503.00001")
    assert second.title == "The next one"


@pytest.mark.parametrize("components", [[], "x", {"upvotes": None}, {"unknown": {"points": 1}}])
def test_components_of_another_form_are_no_reason(components: Any) -> None:
    paper = shown(components=components, facts=FACTS)
    assert (paper.title, paper.reasons) == ("Sand on Mars", [])


def test_topics_of_another_form_are_none() -> None:
    assert shown(topics=["sand"], facts=FACTS).topics == []


def test_a_paper_withdrawn_since_is_left_out_and_the_others_keep_their_places() -> None:
    edition = make_edition()
    for title in ("First", "Second"):
        make_candidate(edition, make_paper(title))
    Paper.objects.filter(title="First").update(is_withdrawn=True)
    page = edition_page(edition)
    assert [(paper.position, paper.title) for paper in page.papers] == [(2, "Second")]
    assert page.total == 1


def test_a_paper_that_has_its_arxiv_id_since_is_linked_by_it() -> None:
    edition = make_edition()
    paper = make_paper("Sand", arxiv_id=None)
    make_candidate(edition, paper, facts={**FACTS, "page_url": f"/papers/{paper.pk}"})
    Paper.objects.update(arxiv_id="2503.00009")
    assert edition_page(edition).papers[0].url == "/papers/2503.00009"


def test_26_papers_are_two_pages_and_go_on_counting() -> None:
    edition = make_edition()
    for _ in range(26):
        make_candidate(edition, make_paper())
    first, second = edition_page(edition), edition_page(edition, 2)
    assert (len(first.papers), [paper.position for paper in second.papers]) == (25, [26])
    path = "/editions/weekly/2025-03-14"
    assert (first.better_url, first.more_url) == ("", f"{path}?page=2")
    assert (second.better_url, second.more_url) == (path, "")
    assert (first.url, second.url) == (path, f"{path}?page=2")
    with pytest.raises(EmptyPage):
        edition_page(edition, 3)


def make_issue(days: int, cadence: str = "weekly", **values: Any) -> Edition:
    edition = make_edition(cadence, DAY + timedelta(days=days), **values)
    make_candidate(edition, make_paper())
    return edition


def test_it_leads_to_the_editions_before_and_after_of_its_cadence() -> None:
    edition = make_issue(0)
    for days in (-14, -7, 7, 14):
        make_issue(days)
    make_issue(1, "daily")
    make_issue(2, cancelled_at=LATER)
    page = edition_page(edition)
    assert page.earlier_url == "/editions/weekly/2025-03-07"
    assert page.later_url == "/editions/weekly/2025-03-21"
    assert page.list_url == "/editions/weekly/"
    assert page.mail_url == "/editions/weekly/2025-03-14/mail"


def test_the_only_edition_leads_to_no_other() -> None:
    page = edition_page(make_issue(0))
    assert (page.earlier_url, page.later_url) == ("", "")


@pytest.mark.parametrize("length", [1, 3])
def test_the_page_takes_the_same_queries_for_each_length(
    django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    edition = make_edition()
    make_topic("Sand", slug="sand")
    for _ in range(length):
        make_candidate(edition, make_paper(), topics={"sand": 1})
    edition = Edition.objects.light().get()
    # How many, the papers, their topics, curators, the edition before, the one after.
    with django_assert_num_queries(6):
        page = edition_page(edition)
    assert len(page.papers) == length
    assert Candidate.objects.count() == length
