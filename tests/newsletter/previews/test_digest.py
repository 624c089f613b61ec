"""The digest that some choices would have brought is the one that a new reader would have got."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from newsletter.editions.compose import compose
from newsletter.editions.loaded_edition import LoadedEdition
from newsletter.editions.personalize import Interests
from newsletter.editions.profile import Profile
from newsletter.models import Edition
from newsletter.previews.digest import preview
from papers.models import Paper, Topic
from tests.factories import DAY, make_edition, make_paper, make_paper_topic, make_signal, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 15, 8, tzinfo=UTC)


@pytest.fixture
def topic() -> Topic:
    return make_topic("Walking machines", slug="walking")


@pytest.fixture
def edition(topic: Topic) -> Edition:
    """A weekly edition of three papers, of which one has the topic."""
    for number, title in enumerate(["Talking heads", "Walking robots", "Sleeping cats"]):
        paper = make_paper(title, authors=["Ada Li", "Bo Li", "Cy Li", "Di Li"])
        make_signal(paper, 90 - 9 * number)
        if number == 1:
            make_paper_topic(paper, topic)
    return compose("weekly", DAY, NOW)


def test_it_is_the_digest_of_a_new_reader(edition: Edition, topic: Topic) -> None:
    interests = Interests(topics=frozenset({topic.slug}), keywords=("cats",), size=5)
    shown = preview("weekly", interests, minimum=2)
    selection = LoadedEdition(edition).select(interests, ())
    assert shown
    assert [paper.reason for paper in shown.papers] == [pick.reason for pick in selection.picks]
    assert [paper.title for paper in shown.papers] == ["Walking robots", "Sleeping cats"]
    assert shown.subject == selection.body.subject
    assert shown.papers[0].authors == "A. Li, B. Li and 2 more"
    assert shown.papers[1].url == Paper.objects.get(title="Sleeping cats").get_absolute_url()
    assert (shown.matching, shown.is_thin) == (2, False)
    assert shown.days == "8 to 14 March 2025"


def test_it_says_how_many_papers_match_beyond_the_size_of_the_digest(edition: Edition) -> None:
    shown = preview("weekly", Interests(size=2), minimum=2)
    assert shown
    assert (len(shown.papers), shown.matching) == (2, 3)


def test_too_few_papers_make_no_digest(edition: Edition, topic: Topic) -> None:
    shown = preview("weekly", Interests(topics=frozenset({topic.slug})), minimum=2)
    assert shown
    assert (shown.is_thin, shown.subject, shown.matching) == (True, "", 1)
    assert [paper.title for paper in shown.papers] == ["Walking robots"]


def test_no_paper_at_all_is_no_error(edition: Edition) -> None:
    shown = preview("weekly", Interests(keywords=("zebra",)), minimum=0)
    assert shown
    assert (shown.papers, shown.subject, shown.matching) == ([], "", 0)


def test_a_profile_counts_in_a_preview(edition: Edition) -> None:
    """Their reader knows the papers of it, so they are in no digest."""
    known = Paper.objects.get(title="Talking heads")
    interests = Interests(profile=Profile(liked=((known.pk, 20_000),)))
    shown = preview("weekly", interests, minimum=2, reader=7)
    assert shown
    assert [paper.title for paper in shown.papers] == ["Walking robots", "Sleeping cats"]
    assert shown.matching == 2


def test_a_withdrawn_paper_is_left_out(edition: Edition) -> None:
    Paper.objects.filter(title="Talking heads").update(is_withdrawn=True)
    shown = preview("weekly", Interests(), minimum=2)
    assert shown
    assert [paper.title for paper in shown.papers] == ["Walking robots", "Sleeping cats"]
    assert shown.matching == 2


def test_a_paper_without_its_figures_is_left_out(edition: Edition) -> None:
    broken = edition.candidates.get(position=1)
    facts = {name: broken.facts[name] for name in ("title", "authors", "summary")}
    edition.candidates.filter(position=1).update(facts=facts)
    shown = preview("weekly", Interests(), minimum=2)
    assert shown
    assert [paper.title for paper in shown.papers] == ["Walking robots", "Sleeping cats"]


def test_it_is_the_newest_closed_edition_of_the_cadence(edition: Edition) -> None:
    make_edition("weekly", DAY + timedelta(days=1), state=Edition.State.OPEN)
    make_edition("weekly", DAY + timedelta(days=2), cancelled_at=timezone.now())
    make_edition("weekly", DAY + timedelta(days=3), paused_at=timezone.now())
    make_edition("daily", DAY + timedelta(days=4))
    make_edition("weekly", DAY - timedelta(days=7))
    shown = preview("weekly", Interests(), minimum=2)
    assert shown
    assert shown.days == "8 to 14 March 2025"
    assert preview("monthly", Interests(), minimum=2) is None


@pytest.mark.parametrize("size", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_papers(
    edition: Edition, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    preview("weekly", Interests(size=size), minimum=1)  # the process keeps the edition
    # the edition, when it was composed, its withdrawn papers, the facts
    with django_assert_num_queries(4):
        preview("weekly", Interests(size=size), minimum=1)
