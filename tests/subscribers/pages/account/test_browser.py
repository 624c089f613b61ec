"""The button that lets a browser remember its reader."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_paper, make_subscriber
from tests.subscribers.page_text import preferences_path, text_of

pytestmark = pytest.mark.django_db


def test_a_browser_remembers_after_the_button_only(visitor: Client) -> None:
    ada = make_subscriber()
    path = preferences_path(ada)
    assert "Remember this browser" in text_of(visitor.get(path))
    assert visitor.get(f"{path}browser/").status_code == 303
    assert not visitor.cookies
    page = text_of(visitor.post(f"{path}browser/", {"remember": "1"}, follow=True))
    assert "This browser remembers you from now on." in page
    assert "Forget this browser" in page
    page = text_of(visitor.post(f"{path}browser/", {"forget": "1"}, follow=True))
    assert "This browser remembers you no longer." in page
    assert "Remember this browser" in page


def test_it_leads_back_to_the_paper(visitor: Client) -> None:
    ada, paper = make_subscriber(), make_paper(arxiv_id="1706.03762")
    path = preferences_path(ada)
    sent = {"remember": "1", "paper": "1706.03762"}
    answer = visitor.post(f"{path}browser/", sent, follow=True)
    assert answer.redirect_chain == [(f"{path}paper/?done=remembered&id=1706.03762", 303)]
    assert paper.title in text_of(answer)


def test_the_browser_of_another_reader_is_not_that_of_this_one(visitor: Client) -> None:
    ada, bob = make_subscriber(), make_subscriber()
    visitor.post(f"{preferences_path(bob)}browser/", {"remember": "1"})
    assert "Remember this browser" in text_of(visitor.get(preferences_path(ada)))
    assert "Forget this browser" in text_of(visitor.get(preferences_path(bob)))


def test_who_left_is_not_remembered(visitor: Client) -> None:
    ada = make_subscriber(state="unsubscribed")
    visitor.post(f"{preferences_path(ada)}browser/", {"remember": "1"})
    assert not visitor.cookies
