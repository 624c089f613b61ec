"""Which organisation a paper has."""

from __future__ import annotations

from typing import Any

import pytest

from papers.models import Paper
from tests.papers.catalogue.ingesting import LATER, fetched, store

pytestmark = pytest.mark.django_db
ID = "2503.00001"


def organised(name: str, url: str = "", **options: Any) -> tuple[str, str]:
    one = fetched(arxiv_id=ID, organization=name, organization_url=url)
    store(one, **options)
    paper = Paper.objects.get()
    return paper.organization, paper.organization_url


def test_an_organisation_is_stored_with_its_link() -> None:
    page = "https://huggingface.co/walrus"
    assert organised("Walrus Lab", page) == ("Walrus Lab", page)


def test_another_organisation_does_not_keep_the_link_of_the_first() -> None:
    organised("Walrus Lab", "https://huggingface.co/walrus")
    assert organised("Seal Lab", read_at=LATER) == ("Seal Lab", "")


def test_an_answer_without_an_organisation_removes_none() -> None:
    organised("Walrus Lab", "https://huggingface.co/walrus")
    found = organised("", read_at=LATER)
    assert found == ("Walrus Lab", "https://huggingface.co/walrus")


def test_an_older_answer_does_not_change_the_organisation() -> None:
    organised("Walrus Lab", read_at=LATER)
    assert organised("Seal Lab") == ("Walrus Lab", "")


def test_a_link_that_came_later_is_added() -> None:
    organised("Walrus Lab")
    page = "https://huggingface.co/walrus"
    assert organised("Walrus Lab", page, read_at=LATER) == ("Walrus Lab", page)


def test_a_record_of_arxiv_does_not_keep_an_organisation_out() -> None:
    store(fetched(arxiv_id=ID), source="arxiv", read_at=LATER)
    assert organised("Walrus Lab") == ("Walrus Lab", "")
