"""The numbers of pages: how they are read, and which exist."""

from __future__ import annotations

import pytest

from papers.pages.paging import NoSuchPage, page_count, page_number, require_page


@pytest.mark.parametrize(("text", "number"), [("", 1), ("1", 1), ("2", 2), ("12", 12)])
def test_an_address_has_the_number_of_its_page(text: str, number: int) -> None:
    assert page_number(text) == number


@pytest.mark.parametrize(
    "text", ["0", "-1", "02", "+2", "2.0", " 2", "two", "1e3", "٢", "²", "9" * 30, "2\n", "None"]
)
def test_another_form_is_no_page(text: str) -> None:
    with pytest.raises(NoSuchPage):
        page_number(text)


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (20, 1), (21, 2), (40, 2), (41, 3)])
def test_a_list_has_as_many_pages_as_it_fills(total: int, pages: int) -> None:
    assert page_count(total, 20) == pages


def test_the_page_after_the_last_is_refused_and_the_last_is_not() -> None:
    require_page(3, 3)
    with pytest.raises(NoSuchPage, match=r"^This list has 3 pages\.$"):
        require_page(4, 3)
