"""The tag with which a page of papers leads to the newest edition."""

from __future__ import annotations

import pytest
from django.template import Context, Template

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
