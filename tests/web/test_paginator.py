"""Counting long lists."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from papers.models import Paper
from tests.factories import make_paper
from web.paginator import EstimatingPaginator, planned_rows

pytestmark = pytest.mark.django_db


class Short(EstimatingPaginator):
    exact_to = 3
    deepest_page = 2


def test_a_short_list_is_counted_exactly() -> None:
    for _ in range(3):
        make_paper()
    paginator = Short(Paper.objects.all(), per_page=2)
    assert (paginator.count, paginator.is_estimate) == (3, False)


def test_a_long_list_is_estimated() -> None:
    for _ in range(5):
        make_paper()
    paginator = Short(Paper.objects.all(), per_page=2)
    assert paginator.is_estimate
    assert paginator.count >= 4


def test_an_estimate_is_never_below_what_was_counted() -> None:
    for _ in range(5):
        make_paper()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_paper")
    # There are no statistics on this filter, and the planner expects one row.
    rows = Paper.objects.filter(title__regex="study")
    assert Short(rows, per_page=2).count >= 4


def test_an_estimate_follows_the_statistics() -> None:
    for _ in range(40):
        make_paper()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_paper")
    assert planned_rows(Paper.objects.all()) == 40


def test_counting_reads_no_further_than_it_must() -> None:
    for _ in range(5):
        make_paper()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert Short(Paper.objects.order_by("title"), per_page=2).is_estimate
    assert "LIMIT 4" in queries[0]["sql"]
    assert "ORDER BY" not in queries[0]["sql"]


def test_pages_end_where_an_offset_would_read_too_much() -> None:
    for _ in range(9):
        make_paper()
    paginator = Short(Paper.objects.order_by("pk"), per_page=2)
    assert paginator.num_pages == 2
    assert len(paginator.page(2)) == 2


def test_an_empty_list_has_one_empty_page() -> None:
    paginator = Short(Paper.objects.order_by("pk"), per_page=2)
    assert (paginator.count, paginator.num_pages, len(paginator.page(1))) == (0, 1, 0)


@pytest.mark.parametrize("number", ["x", "1.5", "0", "-1", "999", "%00", "9" * 400])
def test_the_search_of_the_admin_has_no_such_page(admin_client: Client, number: str) -> None:
    assert admin_client.get(f"/admin/search/?s=a&page={number}").status_code == 404
    assert admin_client.get("/admin/search/?s=a&page=1").status_code == 200
