"""One statement: its rows, or how many rows it changed."""

from __future__ import annotations

import pytest

from papers.models import Curator
from web.sql import array, execute, rows, rows_after, text_array

pytestmark = pytest.mark.django_db


def test_rows_gives_what_a_statement_returns() -> None:
    found = rows(
        "SELECT n, %(word)s FROM unnest(%(ids)s::bigint[]) AS n", word="a", ids=array([3, 1])
    )
    assert found == [(3, "a"), (1, "a")]


def test_a_setting_holds_for_the_statement_after_it() -> None:
    found = rows_after(
        "SET LOCAL jit = off; SET LOCAL enable_seqscan = off",
        "SELECT current_setting('enable_seqscan'), %(word)s",
        word="a;b",
    )
    assert found == [("off", "a;b")]


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_a_setting_ends_with_its_statement() -> None:
    rows_after("SET LOCAL enable_seqscan = off", "SELECT 1")
    assert rows("SELECT current_setting('enable_seqscan')") == [("on",)]


def test_execute_counts_the_rows_that_changed() -> None:
    Curator.objects.bulk_create([Curator(name="Ada"), Curator(name="Grace")])
    change = "UPDATE papers_curator SET name = 'Joan' WHERE name = %(name)s"
    assert execute(change, name="Ada") == 1
    assert execute(change, name="Ada") == 0


def test_an_empty_array_is_an_array() -> None:
    assert rows("SELECT cardinality(%(ids)s::bigint[])", ids=array([])) == [(0,)]


@pytest.mark.parametrize(
    "texts", [[], [""], ['a "quote"', "back\\slash", "{brace, comma}", "NULL"]]
)
def test_texts_come_back_from_an_array_as_they_are(texts: list[str]) -> None:
    assert rows("SELECT %(texts)s::text[]", texts=text_array(texts)) == [(texts,)]


def test_an_array_of_arrays_comes_back_too() -> None:
    inner = [array([1, 2]), text_array(['a "quote"'])]
    sql = "SELECT (%(both)s::text[])[1]::int[], (%(both)s::text[])[2]::text[]"
    assert rows(sql, both=text_array(inner)) == [([1, 2], ['a "quote"'])]
