"""Composing an edition: which papers it holds, in which order, and that it never changes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from newsletter.editions.compose import NotClosedYet, compose
from newsletter.editions.loaded_edition import LoadedEdition
from newsletter.editions.personalize import Interests
from newsletter.editions.tokens import Tokens
from newsletter.models import Candidate, Edition, EditionCard
from papers.models import Curator, Paper, ShareCard
from tests.factories import DAY, make_paper, make_paper_topic, make_signal, make_topic

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 3, 20, tzinfo=UTC)


def titles(edition: Edition) -> list[str]:
    return [candidate.facts["title"] for candidate in edition.candidates.all()]


@pytest.mark.parametrize(("cadence", "days"), [("daily", 1), ("weekly", 7), ("monthly", 30)])
def test_an_edition_holds_the_papers_of_its_window(cadence: str, days: int) -> None:
    make_paper("First day", listed_on=DAY - timedelta(days=days - 1))
    make_paper("Too early", listed_on=DAY - timedelta(days=days))
    make_paper("Too late", listed_on=DAY + timedelta(days=1))
    assert titles(compose(cadence, DAY, NOW)) == ["First day"]


def test_the_strongest_trend_has_the_first_position() -> None:
    weak, strong = make_paper("Weak"), make_paper("Strong")
    make_signal(weak, 2)
    make_signal(strong, 90)
    assert titles(compose("weekly", DAY, NOW)) == ["Strong", "Weak"]


def test_signals_read_after_the_close_do_not_count() -> None:
    early, late = make_paper("Early"), make_paper("Late")
    make_signal(early, 5)
    make_signal(late, 2)
    make_signal(late, 500, read_at=datetime(2025, 3, 15, 0, 0, 1, tzinfo=UTC))
    assert titles(compose("weekly", DAY, NOW)) == ["Early", "Late"]


def test_a_frozen_edition_never_changes() -> None:
    paper = make_paper("As it was")
    compose("weekly", DAY, NOW)
    Paper.objects.filter(pk=paper.pk).update(title="Changed")
    make_paper("New")
    assert titles(compose("weekly", DAY, NOW + timedelta(days=1))) == ["As it was"]


def test_candidates_keep_scores_components_topics_and_facts() -> None:
    paper, topic = make_paper("Robots", code_url="https://github.com/a/b"), make_topic("Robots")
    make_paper_topic(paper, topic, 0.75)
    make_signal(paper, 12)
    compose("weekly", DAY, NOW)
    candidate = Candidate.objects.get()
    assert candidate.topics == {topic.slug: 0.75}
    assert candidate.components
    assert candidate.facts["upvotes"] == 12
    assert candidate.facts["since"] == "this week"
    assert "Robots" in candidate.html
    assert "Robots" in candidate.text


def test_no_edition_repeats_a_heading_of_the_one_before() -> None:
    for days, title in (
        (7, "Sand: An Explanation of Its Grains"),
        (0, "Sand: Another One of Them"),
    ):
        make_paper(
            title + " Which Is Far Too Long for a Subject", listed_on=DAY - timedelta(days=days)
        )
    first = compose("weekly", DAY - timedelta(days=7), NOW)
    assert [one.facts["heading"] for one in first.candidates.all()] == ["Sand"]
    second = compose("weekly", DAY, NOW)
    assert [one.facts["heading"] for one in second.candidates.all()] == [f"Sand ({DAY})"]


def test_a_paper_keeps_its_own_heading_from_edition_to_edition() -> None:
    make_paper("Sand on shelves", listed_on=DAY)
    for cadence in ("daily", "weekly", "monthly"):
        [candidate] = compose(cadence, DAY, NOW).candidates.all()
        assert candidate.facts["heading"] == "Sand on shelves"


def test_mathematics_in_a_title_becomes_unicode() -> None:
    make_paper(r"On $\alpha$-divergence")
    assert titles(compose("weekly", DAY, NOW)) == ["On α-divergence"]


def test_the_byline_names_the_curators() -> None:
    Curator.objects.create(name="AK")
    assert "by AK and the research community" in compose("daily", DAY, NOW).text


def test_a_week_without_papers_is_an_empty_frozen_edition() -> None:
    edition = compose("weekly", DAY, NOW)
    assert (edition.state, titles(edition)) == ("frozen", [])


def test_a_day_that_is_not_over_cannot_be_frozen() -> None:
    with pytest.raises(NotClosedYet, match=r"closes at 2025-03-15 00:00 UTC"):
        compose("weekly", DAY, datetime(2025, 3, 14, 23, 59, tzinfo=UTC))


def test_a_day_can_be_frozen_the_moment_it_is_over() -> None:
    assert compose("weekly", DAY, datetime(2025, 3, 15, tzinfo=UTC)).state == "frozen"


def test_an_author_s_name_breaks_no_digest() -> None:
    make_paper("Robots", authors=["Jane\ue003Doe", "John\ue000 Doe"], summary="\ue004")
    [candidate] = compose("weekly", DAY, NOW).candidates.all()
    assert candidate.facts["authors"] == ["JaneDoe", "John Doe"]
    selection = LoadedEdition(candidate.edition).select(Interests(), ())
    assert b"JaneDoe" in selection.body.message(
        "a@example.com", "<1@x>", "", Tokens("r", "u", "p", "f", "m")
    )


def test_the_lead_of_each_paper_is_frozen() -> None:
    make_paper("Tea", summary="We read $n$ leaves.")
    make_paper("Sea", short_summary="It is $2x$ wet.", short_summary_source="semantic_scholar")
    candidates = compose("weekly", DAY, NOW).candidates.all()
    leads = {one.facts["title"]: one.facts["lead"] for one in candidates}
    assert leads == {
        "Tea": {"text": "We read n leaves.", "source": "abstract"},
        "Sea": {"text": "It is 2x wet.", "source": "semantic_scholar"},
    }


def test_a_paper_that_cannot_be_rendered_is_left_out_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, good = make_paper("Broken", authors=[None]), make_paper("Good")
    make_signal(broken, 90)
    edition = compose("weekly", DAY, NOW)
    assert (edition.state, titles(edition)) == ("frozen", ["Good"])
    [candidate] = edition.candidates.all()
    assert (candidate.paper, candidate.position) == (good, 2)  # the place stays free
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert f"an error of ours: paper {broken.pk} cannot be rendered" in record.getMessage()


def test_an_edition_is_not_frozen_when_no_paper_can_be_rendered() -> None:
    for title in ("One", "Two"):
        make_paper(title, authors=[None])
    with pytest.raises(AttributeError):
        compose("weekly", DAY, NOW)
    assert not Edition.objects.exists()


def test_two_calls_at_the_same_time_compose_one_edition(transactional_db: None) -> None:
    make_paper("Robots")
    with ThreadPoolExecutor(2) as threads:
        editions = set(threads.map(_compose_and_disconnect, range(2)))
    assert editions == {Edition.objects.get().pk}
    assert Candidate.objects.count() == 1


def _compose_and_disconnect(_number: int) -> int:
    try:
        return compose("weekly", DAY, NOW).pk
    finally:
        connection.close()


# ── share cards ──────────────────────────────────────────────────────────────


def test_its_papers_get_share_cards_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make_paper("Visual Dialog")
    with django_capture_on_commit_callbacks(execute=True):
        compose("daily", DAY, NOW)
        assert not ShareCard.objects.exists(), "drawing takes seconds, and the edition is locked"
    assert [card.paper.title for card in ShareCard.objects.all()] == ["Visual Dialog"]


def test_it_gets_a_share_card_of_its_own_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make_paper("Visual Dialog")
    with django_capture_on_commit_callbacks(execute=True):
        edition = compose("daily", DAY, NOW)
        assert not EditionCard.objects.exists()
    assert EditionCard.objects.get().edition == edition


@pytest.mark.parametrize("table", ["papers_sharecard", "newsletter_editioncard"])
def test_cards_that_cannot_be_stored_cost_no_edition(transactional_db: None, table: str) -> None:
    make_paper("Visual Dialog")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO moved_away")
    try:
        edition = compose("daily", DAY, NOW)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE moved_away RENAME TO {table}")
    assert titles(Edition.objects.get(pk=edition.pk)) == ["Visual Dialog"]
