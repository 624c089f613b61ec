"""An edition is rendered in every language of the site when it is frozen."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from django.utils.translation import override

from newsletter.delivery.compose_again import compose_again
from newsletter.editions.compose import compose
from newsletter.editions.translations import byline, translations, words_of_facts
from newsletter.models import Candidate, Edition, EditionTranslation
from papers.models import Curator, Topic
from tests.factories import DAY, make_edition, make_paper, make_paper_topic, make_signal

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 15, 8, tzinfo=UTC)


def german(edition: Edition) -> EditionTranslation:
    [translation] = edition.translations.all()
    assert translation.language == "de"
    return translation


@pytest.fixture
def edition() -> Edition:
    paper = make_paper("Walking robots", authors=["A. Bee", "C. Dee", "E. Eff", "G. Aitch"])
    make_paper_topic(paper, Topic.objects.get(slug="robotics"))
    make_signal(paper, 90)
    Curator.objects.create(name="AK")
    return compose("weekly", DAY, NOW)


def test_the_mail_around_the_papers_is_german(edition: Edition) -> None:
    layout = german(edition)
    words = " ".join(BeautifulSoup(layout.html, "html.parser").get_text().split())
    assert "8. bis 14. März 2025 · von AK und der Forschungsgemeinschaft" in words
    assert "Sie erhalten diesen wöchentlichen Überblick, weil" in words
    assert '<html lang="de"' in layout.html
    assert "Im Browser lesen:" in layout.text


def test_the_default_language_stays_english_whatever_the_language_of_the_page() -> None:
    make_paper("Walking robots")
    with override("de"):
        edition = compose("daily", DAY, NOW)
    assert "You get this daily digest" in edition.text
    assert '<html lang="en"' in edition.html


def test_a_paper_keeps_its_title_and_says_that_it_is_english(edition: Edition) -> None:
    own = german(edition).papers["1"]
    title = BeautifulSoup(own["html"], "html.parser").select_one(".title")
    assert title is not None
    assert (title.get_text(strip=True), title.get("lang")) == ("Walking robots", "en")
    assert "A. Bee, C. Dee und 2 weitere" in own["text"]
    assert "Robotik" in own["text"]
    assert "Warum:" in own["html"]


def test_an_english_mail_names_no_language_of_its_titles(edition: Edition) -> None:
    assert "lang=" not in edition.candidates.get().html


def test_the_facts_that_are_words_are_translated() -> None:
    weekly = make_edition("weekly", DAY)
    daily, monthly = make_edition("daily", DAY), make_edition("monthly", DAY)
    with override("de"):
        assert words_of_facts(weekly, date(2025, 3, 1)) == {
            "since": "in dieser Woche",
            "late": "1. März",
        }
        assert words_of_facts(daily, None) == {"since": "an einem Tag", "late": ""}
        assert words_of_facts(monthly, None)["since"] == "in diesem Monat"
    assert words_of_facts(monthly, None)["since"] == "this month"


@pytest.mark.parametrize(
    ("curators", "line"),
    [
        ([], "by the research community"),
        (["AK"], "by AK and the research community"),
        (["AK", "Ada"], "by AK, Ada and the research community"),
    ],
)
def test_the_byline_names_the_curators(curators: list[str], line: str) -> None:
    assert byline(curators) == line


def test_an_edition_that_is_composed_again_has_one_translation(edition: Edition) -> None:
    make_paper("Talking heads")
    again = compose_again(edition.pk, NOW)
    assert sorted(german(again).papers) == ["1", "2"]


def test_a_candidate_that_cannot_be_rendered_is_left_to_the_default_language(
    edition: Edition, caplog: pytest.LogCaptureFixture
) -> None:
    good = edition.candidates.get()
    broken = Candidate(position=2, paper_id=good.paper_id, facts={**good.facts, "authors": [None]})
    [found] = translations(edition, [good, broken], ["AK"], {})
    assert list(found.papers) == ["1"]
    assert f"paper {good.paper_id} cannot be rendered in another language" in caplog.text
