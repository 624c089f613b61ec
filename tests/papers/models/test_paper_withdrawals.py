"""Migrations of papers keep what the rows say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from papers.models import Paper
from tests.factories import make_paper
from tests.schema import migrate_to, migrate_to_the_newest

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = datetime(2025, 3, 10, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _newest_afterwards() -> Iterator[None]:
    yield
    migrate_to_the_newest()


def stored(paper: Paper) -> tuple[Any, ...]:
    found = Paper.objects.get(pk=paper.pk)
    return found.is_withdrawn, found.withdrawn_on, found.withdrawn_by


def test_a_withdrawal_that_is_stored_gets_its_day_and_its_source() -> None:
    asked = make_paper(is_withdrawn=True, arxiv_asked_at=ASKED)
    announced = make_paper(is_withdrawn=True)
    nameless = make_paper(is_withdrawn=True, arxiv_id=None)
    living = make_paper(arxiv_asked_at=ASKED)
    migrate_to("papers", "0014_withdrawal_facts")
    migrate_to_the_newest()
    today = announced.updated_at.date()
    assert stored(asked) == (True, date(2025, 3, 10), "arxiv")
    assert stored(announced) == (True, today, "arxiv")
    assert stored(nameless) == (True, today, "")
    assert stored(living) == (False, None, "")
