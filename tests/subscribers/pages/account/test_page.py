"""The gate before a reader's own pages, and how they say what was done."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_subscriber
from tests.subscribers.page_text import preferences_path, text_of

pytestmark = pytest.mark.django_db
PAGES = ["", "saved/", "address/", "data/", "digests/"]


@pytest.mark.parametrize("part", PAGES)
def test_no_cache_and_no_search_engine_keeps_a_page(visitor: Client, part: str) -> None:
    answer = visitor.get(f"{preferences_path(make_subscriber())}{part}")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in text_of(answer)
    assert answer["Referrer-Policy"] == "same-origin"
    assert not answer.cookies


@pytest.mark.parametrize("part", PAGES)
def test_each_page_leads_to_all_others_and_marks_itself(visitor: Client, part: str) -> None:
    path = preferences_path(make_subscriber())
    page = " ".join(text_of(visitor.get(f"{path}{part}")).split())
    for other in (*PAGES, "unsubscribe/"):
        assert f'href="{path}{other}"' in page
    assert page.count(f'href="{path}{part}" aria-current="page"') == 1
    assert page.count('aria-current="page"') == 1


@pytest.mark.parametrize("part", PAGES)
@pytest.mark.parametrize("state", ["pending", "unsubscribed"])
def test_who_gets_no_digest_sees_what_they_can_do_instead(
    visitor: Client, part: str, state: str
) -> None:
    path = preferences_path(make_subscriber(state=state))
    page = text_of(visitor.get(f"{path}{part}"))
    assert f'action="{path}come-back/"' in page
    assert f'href="{path}data/delete/"' in page


@pytest.mark.parametrize("part", ["saved/", "address/", "data/", "data/delete/", "digests/"])
def test_a_link_of_nobody_opens_no_page(visitor: Client, part: str) -> None:
    answer = visitor.get(f"/preferences/7.x.y/{part}")
    assert answer.status_code == 404
    assert 'action="/new-link/"' in text_of(answer)


@pytest.mark.parametrize("part", ["digests>", "saved", "data/.", "addres", "x/y/z"])
def test_a_changed_link_to_a_page_opens_the_first_one(visitor: Client, part: str) -> None:
    answer = visitor.get(f"{preferences_path(make_subscriber())}{part}", follow=True)
    assert answer.status_code == 200


def test_a_post_from_another_site_does_nothing(visitor: Client) -> None:
    subscriber = make_subscriber()
    for part in ("pause/", "data/delete/", "address/", "words/"):
        sent = {"length": "14", "email": "evil@example.com", "add_muted": "x"}
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
        answer = visitor.post(f"{preferences_path(subscriber)}{part}", sent, headers=headers)
        assert answer.status_code == 403
    subscriber.refresh_from_db()
    assert (subscriber.paused_until, subscriber.interests.count()) == (None, 0)
