"""How the mail looks that a reader waits for, and what the buttons beside it send again."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.http import QueryDict

from subscribers.pages.inbox import carried, mail_in_words


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("Trending Papers <digest@example.org>", ("Trending Papers", "digest@example.org")),
        ("digest@example.org", ("digest@example.org", "digest@example.org")),
    ],
)
def test_the_mail_is_recognised_by_its_sender_and_its_subject(
    settings: LazySettings, sender: str, expected: tuple[str, str]
) -> None:
    settings.MAIL_FROM = sender
    assert mail_in_words() == (*expected, "Confirm your address for Trending Papers")


def test_the_choices_are_carried_and_nothing_else() -> None:
    data = QueryDict("email=a@b.example&topics=x&topics=y&hour=6&topic=z&trap=spam&again=1")
    assert carried(data) == [("topics", "x"), ("topics", "y"), ("hour", "6"), ("topic", "z")]


def test_what_is_too_much_is_not_carried() -> None:
    data = QueryDict(mutable=True)
    data["keywords"] = "x" * 4001
    data.setlist("topics", [str(number) for number in range(150)])
    assert carried(data) == [("topics", str(number)) for number in range(100)]
