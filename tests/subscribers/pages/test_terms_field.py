"""What is typed into a field of words or names, and the terms or errors it becomes."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from subscribers.pages.forms import ChoicesForm
from subscribers.preferences import Preferences

pytestmark = pytest.mark.django_db
TYPED = {
    "cadence": "weekly",
    "weekday": "4",
    "hour": "8",
    "timezone": "Europe/Berlin",
    "digest_size": "10",
}


def choices(**changes: str) -> ChoicesForm:
    query = QueryDict(mutable=True)
    query.update({**TYPED, **changes})
    return ChoicesForm(query, start=Preferences())


def errors(**changes: str) -> dict[str, Any]:
    form = choices(**changes)
    assert not form.is_valid()
    return dict(form.errors)


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("nlp, agents; graphs", ("nlp", "agents", "graphs")),
        ('“state space”, "a, b"', ("state space", '"a, b"')),
        ("models\r\nfine-tuning, finetuning, model", ("model", "finetuning")),
        ("C++, 1,000 genomes, 🤗, 模型", ("C++", "1,000 genomes", "🤗", "模型")),
        (" , ;; \n", ()),
    ],
)
def test_a_line_of_words_is_several_terms(typed: str, terms: tuple[str, ...]) -> None:
    form = choices(keywords=typed, muted=typed)
    assert form.is_valid(), form.errors
    assert form.preferences.keywords == form.preferences.muted == terms


def test_a_line_of_names_keeps_a_family_with_its_given_name() -> None:
    form = choices(authors="LeCun, Yann\r\nJose Garcia, Ada Li; Hinton, G.; José García")
    assert form.is_valid(), form.errors
    names = ("LeCun, Yann", "José García", "Ada Li", "Hinton, G.")
    assert form.preferences.authors == names


IN_FULL = (
    "would find nothing. Please write it in full, without a star and without au:, ti: or cat:."
)


@pytest.mark.parametrize(
    ("name", "typed", "error"),
    [
        ("keywords", "agents, …", "“…” has no letter or number, so it would find nothing."),
        ("muted", '"-"', "“-” has no letter or number, so it would find nothing."),
        ("authors", "Ada Li; *", "“*” has no letter or number, so it would find nothing."),
        (
            "muted",
            "A*, RRT*, C*-algebra, quantiz*",
            f"“quantiz*” {IN_FULL}",
        ),
        (
            "authors",
            "Ada Li; au:lecun",
            f"“au:lecun” {IN_FULL}",
        ),
        ("muted", f"a, {'x' * 81}", f"“{'x' * 30}…” is longer than 80 characters."),
        ("authors", f"Ada Li; {'y' * 81}", f"“{'y' * 30}…” is longer than 80 characters."),
        (
            "keywords",
            ", ".join(f"w{number}" for number in range(22)),
            "At most 20, please: these are 22, from “w20” on too many.",
        ),
    ],
)
def test_an_error_names_the_term(name: str, typed: str, error: str) -> None:
    assert errors(**{name: typed}) == {name: [error]}


def test_a_term_of_80_characters_and_20_terms_are_allowed() -> None:
    assert choices(keywords="x" * 80).is_valid()
    assert choices(keywords=", ".join(f"w{number}" for number in range(20))).is_valid()


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("a\x00b", "There is a character in it that cannot be shown. Please type it again."),
        ("x " * 3000, "This is too long: please keep the most important."),
    ],
)
def test_no_error_has_the_words_of_the_library(typed: str, error: str) -> None:
    assert errors(muted=typed) == {"muted": [error]}
