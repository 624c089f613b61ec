"""Download my data, delete me."""

from __future__ import annotations

import json

import pytest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.test import Client

from subscribers.models import Interest, Subscriber, Suppression
from tests.factories import make_mail, make_subscriber
from tests.subscribers.page_text import ADA, preferences_path, text_of

pytestmark = pytest.mark.django_db


def streamed(answer: HttpResponseBase) -> str:
    assert isinstance(answer, StreamingHttpResponse)
    return answer.getvalue().decode()


def test_the_page_leads_to_both(visitor: Client) -> None:
    path = f"{preferences_path(make_subscriber())}data/"
    page = text_of(visitor.get(path))
    assert f'href="{path}download/"' in page
    assert f'href="{path}delete/"' in page


def test_the_download_is_a_json_file_with_everything(visitor: Client) -> None:
    ada = make_subscriber(ADA)
    Interest.objects.create(subscriber=ada, kind="keyword", term="diffusion")
    make_subscriber("bob@example.com")
    answer = visitor.get(f"{preferences_path(ada)}data/download/")
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"].startswith('attachment; filename="trending-papers-')
    assert "no-store" in answer["Cache-Control"]
    text = streamed(answer)
    assert json.loads(text)["stored"]["interests"][0]["term"] == "diffusion"
    assert "bob@" not in text


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "suppressed", "active"])
def test_everyone_may_have_their_data_and_be_deleted(visitor: Client, state: str) -> None:
    path = f"{preferences_path(make_subscriber(ADA, state=state))}data/"
    assert ADA in streamed(visitor.get(f"{path}download/"))
    assert ADA in text_of(visitor.get(f"{path}delete/"))
    answer = visitor.post(f"{path}delete/")
    assert (answer.status_code, answer["Location"]) == (303, "/deleted/")
    assert not Subscriber.objects.exists()


def test_after_it_a_page_says_so_and_old_links_are_understandable(visitor: Client) -> None:
    ada = make_subscriber(ADA)
    make_mail(ada)
    path = preferences_path(ada)
    answer = visitor.post(f"{path}data/delete/", follow=True)
    assert "Everything is deleted" in text_of(answer)
    for part in ("", "data/delete/", "saved/", "unsubscribe/"):
        again = visitor.post(f"{path}{part}")
        assert again.status_code == 404
        assert "deleted your subscription" in text_of(again)
        assert ADA not in text_of(again)


def test_only_who_asks_is_never_mailed_again(visitor: Client) -> None:
    for box, reasons in (({}, []), ({"never_again": "1"}, ["reader"])):
        visitor.post(f"{preferences_path(make_subscriber(ADA))}data/delete/", box)
        assert list(Suppression.objects.values_list("reason", flat=True)) == reasons


def test_the_last_page_is_the_same_for_everybody(visitor: Client) -> None:
    answer = visitor.get("/deleted/")
    assert answer.status_code == 200
    assert '<meta name="robots" content="noindex">' in text_of(answer)
