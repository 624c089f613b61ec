"""`manage.py compose`: it freezes an edition, lists its papers, and refuses an open day."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from newsletter.models import Edition
from papers.windows import last_closed_day
from tests.factories import make_paper

pytestmark = pytest.mark.django_db
WEEK = ("--cadence", "weekly", "--day", "2025-03-14")


def output(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("compose", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_it_freezes_an_edition_and_lists_its_papers() -> None:
    make_paper("Robots")
    assert output(*WEEK) == [
        "weekly edition of 2025-03-14: 1 papers, frozen now",
        "   1. Robots  (0.00)",
    ]
    assert Edition.objects.get().state == "frozen"


def test_a_frozen_edition_stays_as_it_is() -> None:
    output(*WEEK)
    make_paper("Robots")
    assert output(*WEEK) == ["weekly edition of 2025-03-14: 0 papers, frozen before"]


def test_again_replaces_what_a_frozen_edition_holds() -> None:
    output("--cadence", "daily")
    make_paper("Robots", listed_on=last_closed_day(timezone.now()))
    first, second = output("--cadence", "daily", "--again")
    assert first == f"{Edition.objects.get()}: 1 papers, frozen now"
    assert "Robots" in second


def test_again_is_refused_for_an_old_edition() -> None:
    output(*WEEK)
    with pytest.raises(CommandError, match="weekly edition of 2025-03-14 stays as it is"):
        output(*WEEK, "--again")


def test_again_composes_an_edition_that_is_missing() -> None:
    assert output(*WEEK, "--again") == ["weekly edition of 2025-03-14: 0 papers, frozen now"]


def test_it_lists_as_many_papers_as_wanted() -> None:
    for _ in range(3):
        make_paper()
    assert len(output(*WEEK, "--show", "2")) == 1 + 2


def test_without_a_day_it_takes_the_last_closed_one() -> None:
    (line,) = output("--cadence", "daily")
    assert line == f"{Edition.objects.get()}: 0 papers, frozen now"


def test_a_day_that_is_not_over_is_refused() -> None:
    with pytest.raises(CommandError, match="Choose an earlier --day"):
        output("--cadence", "weekly", "--day", "2999-01-01")
    assert not Edition.objects.exists()


def test_a_day_in_another_format_is_refused() -> None:
    with pytest.raises(CommandError, match="--day"):
        output("--cadence", "weekly", "--day", "14.3.2025")
