"""Count the rows of a list: exactly while that is fast, then as PostgreSQL's planner estimates."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.paginator import InvalidPage, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.defaults import page_not_found

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class MissingPageMiddleware:
    """404 for a number of a page that there is not, where a view does not say so itself.

    Unfold's search of the admin takes the number from the address as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return page_not_found(request, error) if isinstance(error, InvalidPage) else None


class EstimatingPaginator(_Paginator):
    """A paginator for tables of millions of rows.

    Counting stops after `exact_to` rows; then the planner's estimate is shown as "about …".
    Pages end at `deepest_page`, since an OFFSET reads every row that it skips: older rows are
    found by a filter or a search.
    """

    exact_to: ClassVar[int] = 100_000
    deepest_page: ClassVar[int] = 1_000
    template_name: ClassVar[str] = "admin/pagination_estimated.html"
    object_list: QuerySet[Any]

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: self.exact_to + 1].count()

    @property
    def is_estimate(self) -> bool:
        """Whether `count` is the planner's estimate."""
        return self._counted > self.exact_to

    @cached_property
    def count(self) -> int:
        if not self.is_estimate:
            return self._counted
        return max(self._counted, planned_rows(self.object_list.order_by()))

    @cached_property
    def num_pages(self) -> int:
        pages = -(-max(self.count, 1) // self.per_page)
        return min(pages, self.deepest_page)


def planned_rows(rows: QuerySet[Any]) -> int:
    """How many rows the planner expects of a query, by its statistics; the query does not run."""
    plan = json.loads(rows.explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])
