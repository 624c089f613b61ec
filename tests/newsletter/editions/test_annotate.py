"""Notes that are written into a frozen edition, in each language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.editions.annotate import write_notes
from newsletter.editions.compose import compose
from newsletter.models import Edition
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    for title in ("Tea", "Coffee"):
        make_paper(title)
    return compose("weekly", DAY, datetime(2025, 3, 15, 8, tzinfo=UTC))


def test_the_note_of_an_edition_is_in_its_layouts(edition: Edition) -> None:
    write_notes(edition, "A **quiet** week.", {})
    edition.refresh_from_db()
    german = edition.translations.get(language="de")
    for layout in (edition, german):
        assert "A <strong>quiet</strong> week." in layout.html
        assert "\nA quiet week.\n" in layout.text
    assert "Abbestellen" in german.html


def test_a_note_on_a_paper_is_in_its_fragments_and_in_no_other(edition: Edition) -> None:
    before = {one.position: one.html for one in edition.candidates.all()}
    write_notes(edition, "", {2: "Read *it*."})
    first, second = edition.candidates.all()
    assert (first.note, first.html) == ("", before[1])
    assert second.note == "Read *it*."
    assert "Read <em>it</em>." in second.html
    assert "\n    Read it.\n" in second.text
    papers = edition.translations.get(language="de").papers
    assert "Read <em>it</em>." in papers["2"]["html"]
    assert "Mehr davon" in papers["2"]["html"]
    assert "Read" not in papers["1"]["html"]


def test_a_paper_that_is_not_named_keeps_its_note(edition: Edition) -> None:
    write_notes(edition, "", {1: "One.", 2: "Two."})
    write_notes(edition, "", {2: ""})
    assert [one.note for one in edition.candidates.all()] == ["One.", ""]
    assert "Two." not in edition.candidates.get(position=2).html


def test_a_paper_that_no_translation_shows_is_noted_in_the_default_language(
    edition: Edition,
) -> None:
    german = edition.translations.get(language="de")
    del german.papers["2"]
    german.save()
    write_notes(edition, "", {2: "Read it."})
    assert "Read it." in edition.candidates.get(position=2).html
    assert set(edition.translations.get(language="de").papers) == {"1"}
