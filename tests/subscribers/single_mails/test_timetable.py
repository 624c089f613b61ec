"""When digests come, in a sentence."""

from __future__ import annotations

import pytest

from subscribers.preferences import Preferences
from subscribers.single_mails.timetable import in_words


@pytest.mark.parametrize(
    ("cadence", "sentence"),
    [
        ("daily", "every day at 06:00, America/New York time"),
        ("weekly", "every Wednesday at 06:00, America/New York time"),
        ("monthly", "the first Wednesday of each month at 06:00, America/New York time"),
    ],
)
def test_each_cadence_has_its_sentence(cadence: str, sentence: str) -> None:
    chosen = Preferences(cadence=cadence, weekday=2, hour=6, timezone="America/New_York")
    assert in_words(chosen) == sentence


def test_a_zone_that_this_machine_lacks_is_utc() -> None:
    assert in_words(Preferences(timezone="Mars/Olympus")).endswith("08:00, UTC time")
