"""One statement: its rows, or how many rows it changed."""

from __future__ import annotations

import pytest

from papers.models import Curator
from web.sql import array, execute, rows

pytestmark = pytest.mark.django_db


def test_rows_gives_what_a_statement_returns() -> None:
    found = rows(
        "SELECT n, %(word)s FROM unnest(%(ids)s::bigint[]) AS n", word="a", ids=array([3, 1])
    )
    assert found == [(3, "a"), (1, "a")]


def test_execute_counts_the_rows_that_changed() -> None:
    Curator.objects.bulk_create([Curator(name="Ada"), Curator(name="Grace")])
    change = "UPDATE papers_curator SET name = 'Joan' WHERE name = %(name)s"
    assert execute(change, name="Ada") == 1
    assert execute(change, name="Ada") == 0


def test_an_empty_array_is_an_array() -> None:
    assert rows("SELECT cardinality(%(ids)s::bigint[])", ids=array([])) == [(0,)]
