"""What an answer gave, and what was left out of it."""

from __future__ import annotations

import pytest

from papers.sources import SourceError
from papers.sources.parsed import Parsed, refuse_if_most, warn_of


def test_the_rows_are_a_list_with_what_was_left_out() -> None:
    parsed = Parsed([1, 2], ["row 2: no title"])
    assert (parsed, parsed.left_out) == ([1, 2], ("row 2: no title",))
    assert (Parsed(), Parsed[int]().left_out) == ([], ())


@pytest.mark.parametrize(("left_out", "kept"), [(0, 0), (1, 1), (2, 2), (1, 50)])
def test_an_answer_of_which_half_can_be_read_is_used(left_out: int, kept: int) -> None:
    refuse_if_most(["no title"] * left_out, kept)


def test_an_answer_of_which_most_cannot_be_read_is_refused_with_the_first_reasons() -> None:
    with pytest.raises(SourceError, match=r"^3 of 5 rows cannot be read: a; b; c$") as refusal:
        refuse_if_most(["a", "b", "c"], 2)
    assert refusal.value.permanent
    with pytest.raises(SourceError, match=r"^4 of 4 rows cannot be read: a; b; c; …$") as refusal:
        refuse_if_most(["a", "b", "c", "d"], 0, permanent=False)
    assert not refusal.value.permanent


def test_the_reason_for_a_single_row_is_the_error() -> None:
    with pytest.raises(SourceError, match=r"^row 0: no title$"):
        refuse_if_most(["row 0: no title"], 0)


def test_what_was_left_out_is_logged_up_to_twenty_lines(caplog: pytest.LogCaptureFixture) -> None:
    warn_of(["an author's name"] * 20, "arxiv")
    assert caplog.messages == ["arxiv: left out: an author's name"] * 20
    caplog.clear()
    warn_of(["an author's name"] * 5000, "arxiv")
    assert caplog.messages[20:] == ["arxiv: left out: 4980 more"]
