"""What the pages say that a term or a name stands for."""

from __future__ import annotations

import pytest

from subscribers.pages.wording.understood import Understood, UnderstoodGroup, understood
from subscribers.preferences import Preferences


def test_each_field_with_terms_is_a_group() -> None:
    chosen = Preferences(keywords=("policy", "RAG"), muted=("large language models",))
    assert understood(chosen) == [
        UnderstoodGroup(
            "Words you follow", [Understood("policy", "also policies"), Understood("RAG", "")]
        ),
        UnderstoodGroup(
            "Words you mute",
            [Understood("large language models", "side by side; also large language model")],
        ),
    ]


def test_without_terms_there_is_no_group() -> None:
    assert understood(Preferences()) == []


def test_a_stored_line_is_shown_as_the_terms_that_it_is_read_as() -> None:
    [group] = understood(Preferences(muted=('nlp, fine-tuning; "a, b"',)))
    assert group.terms == [
        Understood("nlp", ""),
        Understood("fine-tuning", "also fine tuning, finetuning"),
        Understood("a, b", "side by side"),
    ]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Yann LeCun", Understood("Yann LeCun", "also Y. LeCun, and with middle names")),
        ("LeCun, Yann", Understood("Yann LeCun", "also Y. LeCun, and with middle names")),
        ("LeCun, Y.", Understood("Y. LeCun", "any given name that begins with Y")),
        ("Qwen Team", Understood("Qwen Team", "only where a paper prints exactly this name")),
        ("LeCun", Understood("LeCun", "only where a paper prints exactly this name")),
        ("张伟", Understood("张伟", "only where a paper prints exactly this name")),
    ],
)
def test_a_name_says_which_printed_names_it_finds(typed: str, shown: Understood) -> None:
    [group] = understood(Preferences(authors=(typed,)))
    assert group == UnderstoodGroup("Authors you follow", [shown])
