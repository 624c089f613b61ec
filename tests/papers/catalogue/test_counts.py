"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from papers.catalogue.counts import counted, left_out


def test_one_is_one_and_all_others_are_many() -> None:
    assert [counted(number, "paper") for number in (0, 1, 2)] == ["0 papers", "1 paper", "2 papers"]


@pytest.mark.parametrize(
    ("rows", "fields", "words"),
    [
        (0, 0, ""),
        (1, 0, "; 1 row left out"),
        (2, 1, "; 2 rows left out; 1 field left out"),
    ],
)
def test_what_is_left_out_ends_a_report(rows: int, fields: int, words: str) -> None:
    assert left_out(rows, fields) == words
