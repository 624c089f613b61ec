"""What the buttons of a paper do, on every page that has them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from subscribers.feedback import rate
from subscribers.feedback import save as save_module
from subscribers.models import Feedback
from subscribers.pages.feedback.one_paper import paper_named, said_of, say, too_fast, values_of
from tests.factories import NOON, make_paper, make_subscriber
from web.rate_limit import limiter

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    "name", ["1706.03762", "1706.03762v5", "arXiv:1706.03762", "https://arxiv.org/abs/1706.03762"]
)
def test_a_paper_is_named_by_its_arxiv_id(name: str) -> None:
    paper = make_paper(arxiv_id="1706.03762")
    assert paper_named(name) == paper


def test_a_paper_is_named_by_an_old_arxiv_id_or_its_number() -> None:
    old, nameless = make_paper(arxiv_id="hep-th/9901001"), make_paper(arxiv_id=None)
    assert paper_named("hep-th/9901001") == old
    assert paper_named(str(nameless.pk)) == nameless


@pytest.mark.parametrize("name", ["", "0", "-1", "x", "1706.99999", "9" * 19, "9" * 400, "\0", "१"])
def test_another_name_is_no_paper(name: str) -> None:
    make_paper(arxiv_id="1706.03762")
    assert paper_named(name) is None


@pytest.mark.parametrize("button", ["more", "less", "upvote"])
def test_a_button_votes_and_another_one_takes_the_vote_back(button: str) -> None:
    ada, paper = make_subscriber(), make_paper()
    assert say(ada, paper, button, NOON) == button
    assert Feedback.objects.get().kind == button
    assert say(ada, paper, "none", LATER) == "taken-back"
    assert not Feedback.objects.exists()


def test_a_button_saves_and_another_one_removes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_module, "MOST", 1)
    ada, paper, other = make_subscriber(), make_paper(), make_paper()
    assert [say(ada, paper, "save", NOON) for _ in range(2)] == ["kept", "kept-before"]
    assert say(ada, other, "save", NOON) == "full"
    assert say(ada, paper, "unsave", NOON) == "removed"
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("button", ["", "seed", "MORE", "delete", "\0"])
def test_another_button_does_nothing(button: str) -> None:
    assert say(make_subscriber(), make_paper(), button, NOON) == ""
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("length", [1, 3])
def test_what_was_said_of_papers_takes_one_query(
    django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    ada, bob, papers = make_subscriber(), make_subscriber(), [make_paper() for _ in range(length)]
    say(ada, papers[0], "more", NOON)
    say(ada, papers[0], "save", NOON)
    say(bob, papers[-1], "less", NOON)
    with django_assert_num_queries(1):
        found = said_of(ada, papers)
    assert found == {paper.pk: set() for paper in papers} | {papers[0].pk: {"more", "save"}}


def test_a_page_shows_the_paper_and_what_was_said_of_it() -> None:
    ada, paper = make_subscriber(), make_paper(arxiv_id="1706.03762", authors=["Ada Byron"])
    say(ada, paper, "less", NOON)
    assert values_of(ada, paper) == {
        "paper": paper,
        "paper_name": "1706.03762",
        "authors": "A. Byron",
        "said": {"less"},
    }


def test_too_many_presses_are_refused_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter().storage.reset()
    monkeypatch.setattr(rate, "RATE", "1/hour")
    ada, request = make_subscriber(), RequestFactory().post("/")
    assert too_fast(request, ada) is None
    answer = too_fast(request, ada)
    assert answer
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "was not stored" in answer.content.decode()
    limiter().storage.reset()
