"""manage.py score, as an operator types it."""

from __future__ import annotations

from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from papers.models import Trend
from tests.factories import DAY, NOON, make_paper, make_signal

pytestmark = pytest.mark.django_db


def run(*words: str) -> list[str]:
    out = StringIO()
    call_command("score", *words, stdout=out, no_color=True)
    return out.getvalue().splitlines()


@pytest.fixture(autouse=True)
def _two_papers() -> None:
    make_signal(make_paper("On seals"), 3)
    make_signal(make_paper("On walruses"), 90)


def titles(lines: list[str]) -> list[str]:
    return [line.split("  ")[-1] for line in lines]


def test_it_scores_a_past_window_and_prints_the_strongest_first() -> None:
    head, *places = run("--window", "day", "--day", "2025-03-14")
    assert head == "day of 2025-03-14: 2 papers scored."
    assert titles(places) == ["On walruses", "On seals"]
    assert [place.split(".")[0].strip() for place in places] == ["1", "2"]
    assert set(Trend.objects.values_list("window", "day")) == {("day", DAY)}


def test_top_limits_the_printed_papers_only() -> None:
    _, *places = run("--window", "day", "--day", "2025-03-14", "--top", "1")
    assert titles(places) == ["On walruses"]
    assert Trend.objects.count() == 2


@time_machine.travel(NOON, tick=False)
def test_without_options_it_scores_all_three_windows_of_today() -> None:
    assert run("--top", "0") == [
        f"{window} of 2025-03-14: 2 papers scored." for window in ("day", "week", "month")
    ]


def test_a_withdrawn_paper_is_neither_scored_nor_printed() -> None:
    make_signal(make_paper("On unicorns", is_withdrawn=True), 900)
    head, *places = run("--window", "day", "--day", "2025-03-14")
    assert head == "day of 2025-03-14: 2 papers scored."
    assert titles(places) == ["On walruses", "On seals"]


def test_a_day_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(CommandError, match="--day must look like 2025-03-14, not 'yesterday'"):
        run("--day", "yesterday")
