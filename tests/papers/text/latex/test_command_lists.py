"""No command stands in two lists of which only one can be followed."""

from __future__ import annotations

from itertools import combinations

from papers.text.latex import command_lists as lists


def test_no_command_of_prose_is_in_two_lists() -> None:
    of_prose = (lists.KEPT_ARGUMENT, lists.DROPPED, lists.DROPPED_WITH_ARGUMENT, lists.BLANKS)
    assert [one & other for one, other in combinations(of_prose, 2) if one & other] == []


def test_no_command_of_mathematics_is_in_two_lists() -> None:
    of_math = (
        lists.STRUCTURES,
        lists.PROSE_INSIDE,
        lists.PLAIN,
        lists.MATH_DROPPED,
        lists.MATH_DROPPED_WITH_ARGUMENT,
        lists.MATH_SPACES,
        lists.FUNCTIONS,
        frozenset(lists.FENCES),
    )
    assert [one & other for one, other in combinations(of_math, 2) if one & other] == []
