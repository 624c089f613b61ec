"""The tag with which a page of papers leads to the newest edition."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from pytest_django import Settings

from tests.factories import make_candidate, make_edition, make_paper

pytestmark = pytest.mark.django_db


def rendered() -> str:
    text = "{% load editions %}{% newest_issue_url as url %}[{{ url }}]"
    return Template(text).render(Context())


def test_the_tag_gives_the_path_of_the_newest_edition() -> None:
    make_candidate(make_edition("weekly"), make_paper())
    assert rendered() == "[/editions/weekly/2025-03-14]"


def test_without_an_edition_it_is_empty() -> None:
    assert rendered() == "[]"


def test_the_card_of_the_site_is_named_where_there_is_one(
    settings: Settings, tmp_path: Path
) -> None:
    text = "{% load editions %}[{% site_card_url %}]"
    settings.STATICFILES_DIRS = [tmp_path]
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    try:
        assert Template(text).render(Context()) == "[]"
        (tmp_path / "card.png").touch()
        assert Template(text).render(Context()) == "[/static/card.png]"
    finally:
        finders.get_finder.cache_clear()  # type: ignore[attr-defined]
