"""`/preview/`: a digest of posted choices, for anyone, with nothing stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from newsletter.models import Edition
from newsletter.previews import page
from papers.models import Paper
from papers.similarity.embed import embed_now
from subscribers.models import ConsentEntry, Feedback, Subscriber
from tests.factories import make_candidate, make_edition, make_paper
from tests.subscribers.page_text import CHOICES, text_of
from web.rate_limit import limiter

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    """A daily edition of three papers, one of them about cats."""
    edition = make_edition("daily")
    for title in ("Talking heads", "Walking robots", "Sleeping cats $\\alpha$"):
        figures = {"upvotes_window_gain": 7, "since": "this week", "position": 1, "stars": 0}
        facts = {"title": title, "summary": "", "authors": ["Ada Li"], **figures}
        make_candidate(edition, make_paper(title), facts=facts)
    return edition


def shown(client: Client, **changes: Any) -> str:
    answer = client.post("/preview/?part", {**CHOICES, **changes})
    assert answer.status_code == 200
    return " ".join(text_of(answer).split())


def test_it_shows_the_subject_the_papers_and_their_reasons(
    client: Client, edition: Edition
) -> None:
    page = shown(client)
    assert "Talking heads, and 2 more papers" in page
    assert "7 votes this week" in page
    assert "3 papers of this edition match what you chose." in page
    assert page.startswith("<section")


def test_a_form_without_a_place_for_it_leads_to_a_page(client: Client, edition: Edition) -> None:
    page = text_of(client.post("/preview/", CHOICES))
    assert "<h1>A digest of your choices</h1>" in page
    assert "Talking heads, and 2 more papers" in page
    assert '<meta name="robots" content="noindex">' in page


def test_a_stranger_gets_no_cookie_and_no_row(client: Client, edition: Edition) -> None:
    answer = client.post("/preview/", CHOICES)
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
    assert not Subscriber.objects.exists()
    assert not ConsentEntry.objects.exists()


def test_too_few_papers_say_that_none_would_have_come(client: Client, edition: Edition) -> None:
    assert "Only one paper of this edition matches." in shown(client, keywords="cats")
    assert "fewer than 2 papers is left out" in shown(client, keywords="cats")
    assert "No paper of this edition matches" in shown(client, keywords="zebra")


def test_before_the_first_edition_it_says_so(client: Client) -> None:
    assert "There is no edition yet" in shown(client)


def test_papers_that_the_form_names_come_first(client: Client, edition: Edition) -> None:
    """The edition's last paper is about cats, and so is a paper of another year."""
    make_paper("Cats that sleep", summary="Sleeping cats.", arxiv_id="2001.00001")
    embed_now(Paper.objects.values_list("pk", flat=True))
    plain, named = shown(client), shown(client, pasted="https://arxiv.org/abs/2001.00001v2")
    assert "Talking heads, and 2 more papers" in plain
    assert "Sleeping cats $\\alpha$, and 2 more papers" in named
    assert "Like “Cats that sleep”, which you named · 7 votes this week" in named
    assert "The paper that you named counts." in named
    assert "that you named count" not in plain
    assert not Feedback.objects.exists()


def test_papers_that_are_not_here_cannot_count_yet(client: Client, edition: Edition) -> None:
    sentence = "Papers that are not here yet cannot count in this preview."
    page = shown(client, pasted="2001.00002 0000-0002-1825-0097")
    assert sentence in page
    assert "that you named count" not in page
    assert sentence not in shown(client)


def test_of_a_long_text_the_begin_is_read(
    client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_paper(arxiv_id="2001.00001")
    monkeypatch.setattr(page, "_LONGEST", 20)
    assert "The paper that you named counts." in shown(client, pasted="2001.00001" + " " * 99)
    assert "that you named" not in shown(client, pasted=" x" * 20 + " 2001.00001")


def test_choices_that_cannot_be_used_say_so(client: Client, edition: Edition) -> None:
    answer = client.post("/preview/", {**CHOICES, "keywords": "…"})
    assert answer.status_code == 422
    assert "cannot be used" in text_of(answer)
    assert "Talking heads" not in text_of(answer)


def test_it_answers_only_to_a_post(client: Client) -> None:
    assert client.get("/preview/", CHOICES).status_code == 405


def test_a_network_has_a_limit(
    client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_RATE", "2/5 minutes")
    try:
        answers = [client.post("/preview/", CHOICES) for _ in range(3)]
        other = client.post("/preview/", CHOICES, REMOTE_ADDR="192.0.2.9")
    finally:
        limiter().storage.reset()
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "many previews at once" in text_of(answers[2])
    assert other.status_code == 200
