"""When the digests come, as a sentence."""

from __future__ import annotations

import pytest

from subscribers.pages.wording.when import slot_in_words


@pytest.mark.parametrize(
    ("cadence", "sentence"),
    [
        ("daily", "Every day at 08:00"),
        ("weekly", "Every week on Friday at 08:00"),
        ("monthly", "On the first Friday of each month at 08:00"),
    ],
)
def test_each_cadence_has_its_sentence(cadence: str, sentence: str) -> None:
    assert slot_in_words(cadence, 4, 8) == sentence
