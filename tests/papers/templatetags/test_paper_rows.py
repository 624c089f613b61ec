"""The rows of papers: each by itself, and kept until something in it changes."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from django.utils.safestring import SafeString
from django.utils.translation import override

from papers.models import Paper, Topic
from papers.queries import ranked
from papers.templatetags import paper_rows
from papers.templatetags.paper_rows import (
    KEPT,
    Rows,
    filled_paper_row,
    kept_paper_row,
    kept_part,
    paper_row,
    row_key,
)
from tests.factories import DAY, make_paper, make_paper_topic, make_signal

ROW = "pages/papers/_paper.html"
MATCH = "pages/papers/_match.html"
VALUES: dict[str, Any] = {"lead": 1, "is_compact": False, "topic_id": "", "about_url": "/about/"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    KEPT.clear()


@pytest.fixture
def paper() -> Paper:
    """A paper with a topic and votes."""
    paper = make_paper(
        "Slow lakes", listed_on=DAY, summary="We measure lakes. They are slow.", authors=["Ada Roe"]
    )
    make_paper_topic(paper, Topic.objects.get(slug="agents"))
    make_signal(paper, 7)
    return paper


def the_row() -> str:
    """The row of the only paper, as a list has it now."""
    [one] = ranked("day", DAY)
    return kept_paper_row(ROW, one, **VALUES)


def renderings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that are rendered from now on."""
    rendered, render = [], paper_rows._rendered

    def noted(name: str, *args: Any) -> Any:
        rendered.append(name)
        return render(name, *args)

    monkeypatch.setattr(paper_rows, "_rendered", noted)
    return rendered


def test_a_row_is_rendered_once(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = renderings(monkeypatch)
    first, second = the_row(), the_row()
    assert first == second
    assert "Slow lakes" in first
    assert rendered == [ROW]


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"title": "Fast lakes"}, "Fast lakes"),
        ({"summary": "We measure rivers."}, "We measure rivers."),
        ({"authors": ["Bo Li"]}, "B. Li"),
        ({"organization": "Lake Lab"}, "Lake Lab"),
        ({"code_url": "https://example.org/lakes"}, "https://example.org/lakes"),
        ({"arxiv_id": "2503.00009"}, "/papers/2503.00009"),
        ({"short_summary": "Lakes wait.", "short_summary_source": "hugging_face"}, "Lakes wait."),
        ({"is_sample": True}, "sample data"),
    ],
)
def test_what_changes_of_a_paper_shows_in_its_row(
    paper: Paper, changed: dict[str, Any], shown: str
) -> None:
    before = the_row()
    Paper.objects.filter(pk=paper.pk).update(**changed)
    assert shown not in before
    assert shown in the_row()


def test_a_topic_that_is_renamed_or_taken_away_changes_the_row(paper: Paper) -> None:
    assert "Agents" in the_row()
    Topic.objects.filter(slug="agents").update(name="Doers")
    assert "Doers" in the_row()
    Topic.objects.filter(slug="agents").update(is_active=False)
    assert "Doers" not in the_row()


def test_a_new_vote_changes_the_row(paper: Paper) -> None:
    assert "7 votes" in the_row()
    paper.signals.all().delete()
    make_signal(paper, 8)
    assert "8 votes" in the_row()


def test_each_language_has_its_own_row(paper: Paper) -> None:
    assert "7 votes" in the_row()
    with override("de"):
        assert "7 Stimmen" in the_row()


@pytest.mark.parametrize(
    "other", [{"lead": ""}, {"is_compact": True}, {"topic_id": 3}, {"about_url": ""}]
)
def test_each_value_of_the_page_makes_another_row(paper: Paper, other: dict[str, Any]) -> None:
    [one] = ranked("day", DAY)
    assert row_key(ROW, one, VALUES) != row_key(ROW, one, VALUES | other)


def test_a_row_that_raises_is_its_title_alone_and_is_not_kept(
    paper: Paper, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_names: object) -> str:
        raise ValueError("a name of a new kind")

    with monkeypatch.context() as patched, caplog.at_level(logging.ERROR):
        patched.setattr("papers.wording.author_line", broken)
        alone = the_row()
    assert "Slow lakes" in alone
    assert "7 votes" not in alone
    assert "7 votes" in the_row()


def test_a_row_sees_nothing_of_its_page(paper: Paper) -> None:
    """Else it could change with something that its key does not hold."""
    [one] = ranked("day", DAY)
    assert "7 votes" in paper_row(ROW, one, lead=1)
    assert "7 votes" in paper_row(ROW, one)


def found_row(position: int = 1, **slots: str) -> str:
    """The row of the only paper as a search has it, with these texts in its slots."""
    [one] = ranked("day", DAY)
    texts = {"title": "", "authors": "", "opening": "", "abstract": "", **slots}
    return filled_paper_row(MATCH, replace(one, position=position), texts, about_url="/about/")


def test_a_row_with_slots_is_rendered_once_for_all_its_texts(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = renderings(monkeypatch)
    first = found_row(7, title=SafeString("<mark>Slow</mark> lakes"), authors=SafeString("A. Roe"))
    second = found_row(21, title=SafeString("Slow <mark>lakes</mark>"), authors=SafeString("Ada"))
    assert rendered == [MATCH]
    assert '<span class="rank">7</span>' in first
    assert '<span class="rank">21</span>' in second
    assert first.replace("<mark>Slow</mark> lakes", "Slow <mark>lakes</mark>").replace(
        "A. Roe", "Ada"
    ) == second.replace('"rank">21', '"rank">7')


def test_an_abstract_that_is_its_opening_stands_once(paper: Paper) -> None:
    same, longer = SafeString("We measure."), SafeString("We measure. They are slow.")
    assert found_row(opening=same, abstract=same).count("We measure.") == 1
    assert found_row(opening=same, abstract=longer).count("They are slow.") == 1
    assert 'class="names"' not in found_row(title=SafeString("Slow"))


def test_what_is_filled_in_is_escaped_unless_it_is_html(paper: Paper) -> None:
    row = found_row(title="<b>", authors=SafeString("<i>Ada</i>"))
    assert "&lt;b&gt;" in row
    assert "<i>Ada</i>" in row
    assert "\0" not in row


def test_a_row_with_slots_that_raises_is_its_title_alone(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_components: object) -> list[str]:
        raise ValueError("a component of a new kind")

    with monkeypatch.context() as patched:
        patched.setattr("papers.templatetags.paper_text.explain", broken)
        alone = found_row(12, title=SafeString("Slow <mark>lakes</mark>"))
    assert "Slow lakes" in alone
    assert '<span class="rank">12</span>' in alone
    assert "7 votes" not in alone


def test_a_part_is_rendered_once_for_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept_part("_footer.html", contact_url="https://example.org/ask")
    with monkeypatch.context() as patched:
        patched.setattr("papers.templatetags.paper_rows.Engine.get_default", lambda: None)
        assert kept_part("_footer.html", contact_url="https://example.org/ask") == first
    assert 'href="https://example.org/ask"' in first
    assert "example.org" not in kept_part("_footer.html", contact_url="")


def test_a_part_is_in_the_language_of_its_page() -> None:
    assert "Search" in kept_part("_footer.html", contact_url="")
    with override("de"):
        assert "Suche" in kept_part("_footer.html", contact_url="")


def test_the_values_of_a_part_are_escaped() -> None:
    part = kept_part("_footer.html", contact_url='"><b>')
    assert "<b>" not in part
    assert "&lt;b&gt;" in part


def test_only_so_many_rows_are_kept_those_used_last() -> None:
    kept = Rows(2)
    kept.put("a", SafeString("A"))
    kept.put("b", SafeString("B"))
    assert kept.get("a") == "A"
    kept.put("c", SafeString("C"))
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("A", None, "C")
