"""What a form says of papers, and what of it counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from newsletter.feedback.opinions import Choice, Opinion, choices_in, opinions_of
from subscribers.models import Feedback
from tests.factories import make_paper, make_subscriber

NOW = datetime(2025, 3, 15, tzinfo=UTC)


@pytest.mark.django_db
def test_what_a_reader_said_of_each_paper_takes_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ada, bob = make_subscriber(), make_subscriber()
    first, second, third = make_paper(), make_paper(), make_paper()
    for reader, paper, kind in (
        (ada, first, "more"), (ada, first, "save"), (ada, second, "seed"), (bob, third, "less"),
    ):  # fmt: skip
        Feedback.objects.create(subscriber=reader, paper=paper, kind=kind, at=NOW)
    with django_assert_num_queries(1):
        found = opinions_of(ada, [first.pk, second.pk, third.pk])
    assert found == {first.pk: Opinion("more", True), second.pk: Opinion(), third.pk: Opinion()}
    assert opinions_of(bob, [third.pk]) == {third.pk: Opinion("less")}


@pytest.mark.parametrize(
    ("fields", "choice"),
    [
        ({"was-7": "none", "vote-7": "more"}, Choice(Opinion(), Opinion("more"))),
        ({"was-7": "less save", "vote-7": "none"}, Choice(Opinion("less", True), Opinion())),
        (
            {"was-7": "none", "vote-7": "upvote", "save-7": "yes"},
            Choice(Opinion(), Opinion("upvote", True)),
        ),
        ({"was-7": "more", "save-7": ""}, Choice(Opinion("more"), Opinion("more", True))),
        ({"was-7": "more", "vote-7": "seed"}, Choice(Opinion("more"), Opinion("more"))),
        ({"was-7": "more", "vote-7": "MORE\0"}, Choice(Opinion("more"), Opinion("more"))),
    ],
    ids=["a vote", "taken back", "and saved", "a vote that stays", "no vote of ours", "odd"],
)
def test_a_form_says_what_was_and_what_is_said(fields: dict[str, str], choice: Choice) -> None:
    assert choices_in(fields, [7]) == {7: choice}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"vote-7": "more", "save-7": "yes"},
        {"was-7": "", "vote-7": "more"},
        {"was-7": "seed", "vote-7": "more"},
        {"was-8": "none", "vote-8": "more"},
    ],
    ids=str,
)
def test_a_paper_without_its_hidden_field_is_in_no_form_of_ours(fields: dict[str, str]) -> None:
    assert choices_in(fields, [7]) == {}


@pytest.mark.parametrize("vote", ["more", "less", "upvote", "none"])
@pytest.mark.parametrize("is_saved", [True, False])
def test_a_hidden_field_is_read_as_it_was_written(vote: str, is_saved: bool) -> None:
    opinion = Opinion(vote, is_saved)
    found = choices_in({"was-7": opinion.as_field}, [7])
    assert found[7].before == opinion


def test_a_word_of_a_link_changes_the_vote_or_saves() -> None:
    assert Opinion("less").said("more") == Opinion("more")
    assert Opinion("less").said("save") == Opinion("less", True)
