"""The command that scores a window and shows its top."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from tests.factories import make_paper, make_signal

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 20, tzinfo=UTC)


def test_it_scores_a_past_window_and_shows_its_top() -> None:
    make_signal(make_paper("The one that trends"), 90)
    out = StringIO()
    call_command("score", "--window", "week", "--day", "2025-03-14", stdout=out)

    first, second = out.getvalue().splitlines()
    assert first == "week of 2025-03-14: 1 papers scored."
    assert second.endswith("The one that trends")


@time_machine.travel(NOW, tick=False)
def test_it_scores_all_windows_of_today_by_default() -> None:
    make_signal(make_paper(), 9)
    out = StringIO()
    call_command("score", stdout=out)

    assert "week of 2025-03-20: 1 papers scored." in out.getvalue()
    assert "day of 2025-03-20: 0 papers scored." in out.getvalue()


def test_it_refuses_an_invalid_day() -> None:
    with pytest.raises(CommandError, match="2025-03-14"):
        call_command("score", "--day", "14 March")
