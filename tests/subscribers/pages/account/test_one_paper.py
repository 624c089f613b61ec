"""A reader's own page about one paper."""

from __future__ import annotations

import pytest
from django.test import Client

from subscribers.feedback import rate
from subscribers.feedback.vote import vote
from subscribers.models import Feedback, Subscriber
from tests.factories import NOON, make_paper, make_subscriber
from tests.subscribers.page_text import preferences_path, text_of

pytestmark = pytest.mark.django_db


def path_of(subscriber: Subscriber) -> str:
    return f"{preferences_path(subscriber)}paper/"


def test_it_shows_the_paper_and_the_buttons_and_changes_nothing(visitor: Client) -> None:
    ada, paper = make_subscriber(), make_paper("Attention", arxiv_id="1706.03762")
    answer = visitor.get(path_of(ada), {"id": "1706.03762"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert f'href="{paper.get_absolute_url()}"' in page
    assert "You have not voted on this paper." in page
    for button in ("more", "less", "upvote", "save"):
        assert f'value="{button}"' in page
    assert 'value="none"' not in page
    assert '<meta name="robots" content="noindex">' in page
    assert "no-store" in answer["Cache-Control"]
    assert not Feedback.objects.exists()


def test_a_press_stores_it_and_the_page_says_so(visitor: Client) -> None:
    ada, paper = make_subscriber(), make_paper(arxiv_id="1706.03762")
    answer = visitor.post(path_of(ada), {"id": "1706.03762", "say": "more"}, follow=True)
    page = text_of(answer)
    assert answer.redirect_chain[0][1] == 303
    assert "Stored: your next digest has more like this paper." in page
    assert "Your vote: more like this." in page
    assert 'value="none"' in page
    told = Feedback.objects.get()
    assert (told.subscriber, told.paper, told.kind) == (ada, paper, "more")


def test_it_shows_the_vote_of_this_reader_only(visitor: Client) -> None:
    ada, bob, paper = make_subscriber(), make_subscriber(), make_paper()
    vote(bob, paper, Feedback.Kind.LESS, NOON)
    assert "have not voted" in text_of(visitor.get(path_of(ada), {"id": paper.pk}))
    assert "Your vote: less like this." in text_of(visitor.get(path_of(bob), {"id": paper.pk}))


@pytest.mark.parametrize("name", ["", "x", "1706.99999", "\0"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_paper_that_is_not_here_is_a_page_that_says_so(
    visitor: Client, name: str, method: str
) -> None:
    answer = getattr(visitor, method)(path_of(make_subscriber()), {"id": name, "say": "more"})
    assert answer.status_code == 404
    assert "This paper is not here" in text_of(answer)


def test_who_left_sees_the_goodbye_and_stores_nothing(visitor: Client) -> None:
    ada, paper = make_subscriber(state="unsubscribed"), make_paper()
    answer = visitor.post(path_of(ada), {"id": paper.pk, "say": "more"})
    assert answer.status_code == 200
    assert not Feedback.objects.exists()


def test_a_form_of_another_site_does_nothing(visitor: Client) -> None:
    ada, paper = make_subscriber(), make_paper()
    answer = visitor.post(
        path_of(ada), {"id": paper.pk, "say": "more"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert not Feedback.objects.exists()


def test_a_program_that_presses_without_end_is_stopped(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate, "RATE", "2/hour")
    ada, paper = make_subscriber(), make_paper()
    sent = [{"id": paper.pk, "say": button} for button in ("more", "less", "upvote")]
    assert [visitor.post(path_of(ada), one).status_code for one in sent] == [303, 303, 429]
    assert Feedback.objects.get().kind == "less"
