"""JSON of reference managers."""

from __future__ import annotations

import json

import pytest

from subscribers.seeds.csl import entries, rows_of
from subscribers.seeds.reference import reference


def names(value: object) -> list[str | None]:
    rows = rows_of(json.dumps(value))
    assert rows is not None
    found = [reference(entry.line, entry.fields) for entry in entries(rows)]
    return [one.identity and one.identity.value for one in found]


@pytest.mark.parametrize(
    "value",
    [
        [{"title": "T", "DOI": "10.1000/X"}],
        {"title": "T", "DOI": "10.1000/x"},
        {"items": [{"title": "T", "DOI": "10.1000/x"}]},
        [{"key": "AB", "data": {"title": "T", "DOI": "10.1000/x"}}],
        {"data": [{"paper": {"title": "T"}, "externalIds": {"DOI": "10.1000/x"}}]},
        [{"title": ["T"], "doi": ["10.1000/x"], "issued": {"date-parts": [[2017]]}}],
    ],
)
def test_each_form_of_a_list_is_read(value: object) -> None:
    assert names(value) == ["10.1000/x"]


@pytest.mark.parametrize(
    "row",
    [
        {"number": "arXiv:1706.03762"},
        {"archiveID": "arXiv:1706.03762"},
        {"URL": "http://arxiv.org/abs/1706.03762"},
        {"externalIds": {"ArXiv": "1706.03762", "DOI": "10.1000/x"}},
        {"note": "arXiv:1706.03762 [cs]"},
    ],
)
def test_an_arxiv_id_is_found_in_each_field(row: dict[str, object]) -> None:
    assert names([row]) == ["1706.03762"]


def test_the_year_of_a_date_is_read() -> None:
    rows = rows_of('[{"title": "T", "issued": {"date-parts": [[2017, 6]]}}]')
    assert rows is not None
    [entry] = entries(rows)
    assert reference(1, entry.fields).year == 2017


def test_one_object_a_line_is_read() -> None:
    rows = rows_of('{"doi": "10.1000/x"}\n{"doi": "10.1000/y"}\n')
    assert rows is not None
    assert len(rows) == 2


@pytest.mark.parametrize(
    "text", ["", "1706.03762", "[1] A reference", "{", "[" * 100_000, "[]", "{broken", "[1, 2]"]
)
def test_other_texts_are_no_json(text: str) -> None:
    assert rows_of(text) is None


def test_lists_within_six_others_are_not_looked_into() -> None:
    """Each level is a frame, and Python has few of them."""
    inner = '{"items": [{"papers": [{"doi": "10.1000/x"}]}]}'
    assert rows_of(inner) == [{"doi": "10.1000/x"}]
    deep = rows_of('{"items": [' * 20 + '{"doi": "10.1000/x"}' + "]}" * 20)
    assert deep is not None
    assert "items" in deep[0]
