"""The front page: its sign-up form, its byline and the papers as a list shows them."""

from __future__ import annotations

from copy import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import Tag
from django.test import Client

from papers.models import Curator, Paper, Signal, Trend
from papers.ranking.score import score
from papers.windows import closes_at
from papers.wording import signed
from tests.factories import (
    make_candidate,
    make_edition,
    make_paper,
    make_paper_topic,
    make_signal,
    make_topic,
)
from tests.papers.page_html import get_page, words

FRIDAY = date(2025, 3, 14)
MONDAY_MORNING = datetime(2025, 3, 17, 8, tzinfo=UTC)
LONG = "A sentence that says what was tried, how, and with which result on which data. " * 8


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        yield


def votes(paper: Paper, *reads: tuple[int, float]) -> None:
    """Store upvotes of a paper, each so many hours before the end of Friday."""
    for hours, value in reads:
        make_signal(paper, value, read_at=closes_at(FRIDAY) - timedelta(hours=hours))


def seen(tag: Tag | None) -> str:
    """What eyes read: without the words for screen readers."""
    assert tag is not None
    tag = copy(tag)
    for hidden in tag.select(".visually-hidden"):
        hidden.decompose()
    return words(tag)


def heard(tag: Tag | None) -> str:
    """What a screen reader reads: without the signs that words stand for."""
    assert tag is not None
    tag = copy(tag)
    for hidden in tag.select("[aria-hidden]"):
        hidden.decompose()
    return words(tag)


@pytest.mark.django_db
def test_the_front_page_has_a_sign_up_form(client: Client) -> None:
    page = get_page(client, "/")
    call = page.select_one("section.call")
    assert call is not None
    assert words(call.select_one(".badge")) == "new"
    assert "Get trending papers in your email inbox!" in words(call.select_one("h2"))
    form = call.select_one("form")
    assert form is not None
    assert form["method"] == "post"
    assert form.select_one("input[name=email][type=email][required]")
    assert words(form.select_one("button")) == "Subscribe"


@pytest.mark.django_db
def test_the_byline_has_the_curators_in_order(client: Client) -> None:
    Curator.objects.create(name="Second", position=2)
    Curator.objects.create(name="First", position=1, url="https://example.org/first")
    masthead = get_page(client, "/").select_one(".masthead")
    assert "by First, Second and the research community" in words(masthead).replace(" ,", ",")


@pytest.mark.django_db
def test_without_curators_the_byline_is_only_the_community(client: Client) -> None:
    assert "by the research community" in words(get_page(client, "/").select_one(".masthead"))


@pytest.mark.django_db
def test_the_front_page_is_the_week_up_to_yesterday(client: Client) -> None:
    make_paper("Of this week", listed_on=FRIDAY)
    make_paper("Of last week", listed_on=FRIDAY - timedelta(days=7))
    page = get_page(client, "/")
    assert "Sunday, 16 March 2025" in words(page.select_one(".masthead"))
    assert [words(title) for title in page.select(".paper .title")] == ["Of this week"]


@pytest.mark.django_db
def test_papers_are_ordered_by_trend(client: Client) -> None:
    for title, value in (("Second", 1.0), ("First", 2.0), ("Third", 0.5)):
        Trend.objects.create(
            paper=make_paper(title),
            window="day",
            day=FRIDAY,
            value=value,
            components={},
            version="1",
            scored_at=MONDAY_MORNING,
        )
    page = get_page(client, "/day/2025-03-14/")
    assert [words(title) for title in page.select(".title")] == ["First", "Second", "Third"]
    assert [words(rank) for rank in page.select(".rank")] == ["1", "2", "3"]


@pytest.mark.django_db
def test_a_listed_paper_shows_its_facts_in_one_line(client: Client) -> None:
    paper = make_paper(
        authors=["Abhishek Das", "Satwik Kottur", "Ann Lee", "Bo Li"],
        arxiv_id="1611.08669",
        code_url="https://github.com/batra/visdial",
    )
    votes(paper, (30, 60), (20, 72), (1, 84))
    make_signal(paper, 1234, kind=Signal.Kind.STARS, source="github")
    make_paper_topic(paper, make_topic("Origami", slug="origami"))
    shown = get_page(client, "/day/2025-03-14/").select_one(".paper")
    assert words(shown.select_one(".authors") if shown else None) == "A. Das, S. Kottur and 2 more"
    facts = shown.select_one(".facts") if shown else None
    assert seen(facts) == "▲ 84 votes +24 ★ 1.2k code Origami"
    assert heard(facts) == "84 votes , 24 of them within a day 1.2k stars code Origami"
    assert facts is not None
    assert [link["href"] for link in facts.select("a")] == ["https://github.com/batra/visdial"]


@pytest.mark.django_db
def test_without_votes_a_paper_shows_its_place_in_its_list(client: Client) -> None:
    make_signal(make_paper(), 3, kind=Signal.Kind.POSITION, source="listing")
    facts = get_page(client, "/day/2025-03-14/").select_one(".facts")
    assert words(facts) == "number 3 of its list"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reads", "shown"),
    [
        ([(20, 22)], "▲ 22"),
        ([(30, 3), (20, 22)], "▲ 22 +19"),
        ([(60, 22), (20, 22)], "▲ 22"),
        ([(20, 0)], ""),
        ([], ""),
    ],
    ids=["all of the last day", "some of it", "none of it", "zero votes", "never read"],
)
def test_a_figure_is_shown_once_and_never_as_zero(
    client: Client, reads: list[tuple[int, float]], shown: str
) -> None:
    paper = make_paper(listed_on=FRIDAY - timedelta(days=2))
    votes(paper, *reads)
    make_signal(paper, 0, kind=Signal.Kind.STARS, source="github")
    compact = get_page(client, "/week/2025-03-14/", view="compact")
    assert seen(compact.select_one(".facts")) == shown


@pytest.mark.django_db
def test_three_reads_that_rise_are_a_line(client: Client) -> None:
    paper = make_paper(listed_on=FRIDAY - timedelta(days=3))
    votes(paper, (70, 5), (46, 9), (2, 20))
    votes(make_paper(listed_on=FRIDAY - timedelta(days=3)), (70, 5), (2, 20))
    rising, unsure = get_page(client, "/week/2025-03-14/").select(".paper")
    line = rising.select_one("svg.spark")
    assert line is not None
    assert line["aria-label"] == "from 0 to 20 votes in 4 days"
    assert unsure.select_one("svg.spark") is None


@pytest.mark.django_db
def test_a_long_abstract_unfolds(client: Client) -> None:
    make_paper(summary=LONG)
    brief = get_page(client, "/day/2025-03-14/").select_one("details.brief")
    assert brief is not None
    assert words(brief.select_one(".more")) == "more"
    opening = words(brief.select_one(".opening"))
    assert len(opening) < len(LONG) / 2
    assert words(brief.select_one("p")) == LONG.strip()


@pytest.mark.django_db
def test_why_a_paper_trends_unfolds_with_its_abstract(client: Client) -> None:
    paper = make_paper(summary="One sentence says it all.", arxiv_id="2503.00001")
    make_paper_topic(paper, make_topic("Origami", slug="origami"))
    votes(paper, (20, 84))
    make_signal(paper, 1, kind=Signal.Kind.POSITION, source="listing")
    score("day", FRIDAY, MONDAY_MORNING)
    trend = Trend.objects.get()
    trend.components["position"]["points"] = -0.11
    trend.save()
    brief = get_page(client, "/day/2025-03-14/").select_one("details.brief")
    assert brief is not None
    assert words(brief.select_one(".more")) == "more"
    assert words(brief.select_one(".why")) == "Why it trends ▲ 84 votes, all within a day"
    assert [link["href"] for link in brief.select("a")] == [
        "/about/#ranking",
        "/topics/origami/",
        "https://arxiv.org/abs/2503.00001",
    ]


@pytest.mark.django_db
def test_no_list_shows_a_trend_as_a_bare_number(client: Client) -> None:
    votes(make_paper(), (20, 84))
    score("day", FRIDAY, MONDAY_MORNING)
    value = signed(Trend.objects.get().value)
    assert value not in words(get_page(client, "/day/2025-03-14/"))
    assert value not in words(get_page(client, "/search/", q="study"))


@pytest.mark.django_db
def test_the_first_paper_is_the_lead_of_its_list(client: Client) -> None:
    for votes_, title in ((9, "Lead"), (5, "Other")):
        votes(make_paper(title), (20, votes_))
    score("day", FRIDAY, MONDAY_MORNING)
    first, second = get_page(client, "/day/2025-03-14/").select(".paper")
    assert (first["class"], second["class"]) == (["paper", "lead"], ["paper"])
    assert seen(first.select_one(".votes")) == "▲ 9 votes"
    assert seen(second.select_one(".votes")) == "▲ 5"


@pytest.mark.django_db
def test_a_compact_list_has_titles_authors_and_facts(client: Client) -> None:
    votes(make_paper("Short", authors=["Ann Lee"], summary=LONG), (20, 9))
    paper = get_page(client, "/day/2025-03-14/", view="compact").select_one(".paper")
    assert seen(paper) == "1 Short A. Lee ▲ 9"
    assert paper is not None
    assert "lead" not in paper["class"]
    link = get_page(client, "/day/2025-03-14/", view="compact").select_one(".view a")
    assert words(link) == "Comfortable"


@pytest.mark.django_db
def test_a_short_summary_is_shown_whole(client: Client) -> None:
    make_paper(summary="One sentence says it all.")
    page = get_page(client, "/day/2025-03-14/")
    assert words(page.select_one("p.brief")) == "One sentence says it all."
    assert page.select_one("details.brief") is None


@pytest.mark.django_db
def test_math_is_converted_and_markup_is_escaped(client: Client) -> None:
    make_paper(r"The $\alpha$ of <b>bold</b>", summary=r"Costs 50\% <script>alert(1)</script>")
    page = get_page(client, "/day/2025-03-14/")
    assert words(page.select_one(".title")) == "The α of <b>bold</b>"
    assert words(page.select_one(".brief")) == "Costs 50% <script>alert(1)</script>"
    assert page.find("script") is None


@pytest.mark.django_db
def test_sample_papers_are_marked_and_explained(client: Client) -> None:
    make_paper(is_sample=True)
    page = get_page(client, "/day/2025-03-14/")
    assert words(page.select_one(".paper .sample")) == "sample data"
    assert "made up" in words(page.select_one("footer"))


@pytest.mark.django_db
def test_real_papers_are_not_marked_as_sample(client: Client) -> None:
    make_paper()
    assert "sample" not in words(get_page(client, "/day/2025-03-14/"))


@pytest.mark.django_db
def test_a_match_of_a_search_unfolds_as_a_paper_of_a_list(client: Client) -> None:
    votes(make_paper("On zebras", summary=LONG + "It closes with zebras."), (20, 9))
    score("day", FRIDAY, MONDAY_MORNING)
    brief = get_page(client, "/search/", q="zebras").select_one("details.brief")
    assert brief is not None
    assert words(brief.select_one(".opening mark")) == "zebras"
    assert words(brief.select_one("p mark")) == "zebras"
    assert words(brief.select_one(".why")) == "Why it trends ▲ 9 votes, all within a day"


@pytest.mark.django_db
def test_a_summary_of_a_model_is_marked_before_its_first_word(client: Client) -> None:
    make_paper(summary=LONG, short_summary="It folds cranes.", short_summary_source="hugging_face")
    opening = get_page(client, "/day/2025-03-14/").select_one(".opening")
    assert seen(opening) == "AI It folds cranes."
    assert heard(opening) == "summary by Hugging Face’s model: It folds cranes."


@pytest.mark.django_db
def test_the_organisation_stands_beside_the_authors(client: Client) -> None:
    make_paper(authors=["Ann Lee"], organization="Institute of Cranes")
    authors = get_page(client, "/day/2025-03-14/").select_one(".authors")
    assert words(authors) == "A. Lee Institute of Cranes"


@pytest.mark.django_db
def test_the_newest_issue_can_be_read_before_an_address_is_given(client: Client) -> None:
    assert get_page(client, "/").select(".call .issue") == []
    make_candidate(make_edition(day=FRIDAY), make_paper())
    link = get_page(client, "/").select_one(".call .issue a")
    assert words(link) == "See this week's issue first"
    assert link is not None
    assert link["href"] == "/editions/weekly/2025-03-14"
