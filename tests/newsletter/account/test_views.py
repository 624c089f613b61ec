"""The page of the digests that a reader got."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from newsletter.models import Delivery, DigestContent
from subscribers.models import Feedback
from tests.factories import make_subscriber, tokens_of
from tests.newsletter.sent_digests import make_sent
from tests.subscribers.page_text import preferences_path, text_of

pytestmark = pytest.mark.django_db


def test_without_digests_it_says_so(client: Client) -> None:
    page = text_of(client.get(f"{preferences_path(make_subscriber())}digests/"))
    assert "No digest was sent to you yet." in page


def test_each_digest_can_be_read_again_and_its_papers_saved(client: Client) -> None:
    ada = make_subscriber()
    delivery = make_sent(ada)
    path = preferences_path(ada)
    page = text_of(client.get(f"{path}digests/"))
    assert f'href="/d/{tokens_of(delivery).read}"' in page
    assert client.get(f"/d/{tokens_of(delivery).read}").status_code == 200
    [paper] = DigestContent.objects.get().papers
    assert f'value="{paper}"' in page
    sent = {"paper": str(paper), "back": "digests"}
    shown = text_of(client.post(f"{path}saved/", sent, follow=True))
    assert "The paper is in your list." in shown
    assert f'value="{paper}"' not in shown
    assert Feedback.objects.get().subscriber == ada


def test_each_digest_has_a_link_to_say_more_of_its_papers(client: Client) -> None:
    ada = make_subscriber()
    path = f"/w/{tokens_of(make_sent(ada)).feedback}"
    assert f'href="{path}"' in text_of(client.get(f"{preferences_path(ada)}digests/"))
    assert client.get(path).status_code == 200


def test_the_page_holds_no_token_to_unsubscribe_or_for_the_preferences(client: Client) -> None:
    ada = make_subscriber()
    delivery = make_sent(ada)
    page = text_of(client.get(f"{preferences_path(ada)}digests/"))
    assert tokens_of(delivery).unsubscribe not in page
    assert tokens_of(delivery).preferences not in page


def test_a_digest_whose_text_is_gone_has_no_link(client: Client) -> None:
    ada = make_subscriber()
    make_sent(ada)
    DigestContent.objects.all().delete()
    assert Delivery.objects.exists()
    page = " ".join(text_of(client.get(f"{preferences_path(ada)}digests/")).split())
    assert "its text is kept for" in page
    assert 'href="/d/' not in page


@pytest.mark.parametrize(
    ("page_language", "digest_language", "marked"),
    [("en", "de", "de"), ("de", "en", "en"), ("en", "en", None), ("de", "de", None)],
)
def test_a_subject_in_another_language_than_the_page_says_so(
    client: Client, page_language: str, digest_language: str, marked: str | None
) -> None:
    ada = make_subscriber(language=page_language)
    delivery = make_sent(ada)
    DigestContent.objects.update(language=digest_language, reasons=["Its code has 9 stars"])
    answer = client.get(
        f"{preferences_path(ada)}digests/", headers={"Accept-Language": page_language}
    )
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.html is not None
    assert page.html["lang"] == page_language
    subject = page.select_one(f'a[href="/d/{tokens_of(delivery).read}"]')
    reason = page.select_one(".row .quiet > span")
    assert subject is not None
    assert reason is not None
    assert (subject.get("lang"), reason.get("lang")) == (marked, marked)
