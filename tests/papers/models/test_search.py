"""Search entries: the database keeps them in step with the papers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from papers.models import Paper, SearchEntry
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db


def entry_of(paper: Paper) -> SearchEntry | None:
    return SearchEntry.objects.filter(paper=paper).first()


def test_an_entry_follows_the_day_and_the_link_of_its_paper() -> None:
    paper = make_paper()
    later = DAY + timedelta(days=1)
    Paper.objects.filter(pk=paper.pk).update(listed_on=later, code_url="https://github.com/a/b")
    entry = entry_of(paper)
    assert entry is not None
    assert (entry.listed_on, entry.has_code) == (later, True)


def test_a_withdrawn_paper_has_no_entry_until_it_is_back() -> None:
    paper = make_paper()
    for is_withdrawn in (True, False):
        Paper.objects.filter(pk=paper.pk).update(is_withdrawn=is_withdrawn)
        assert (entry_of(paper) is None) is is_withdrawn
