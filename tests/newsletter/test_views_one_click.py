"""One click unsubscribes whatever the request's body is: the address is the proof."""

from __future__ import annotations

import pytest
from django.test import Client

from subscribers.models import ConsentEntry, Subscriber
from tests.factories import make_subscriber, tokens_of
from tests.newsletter.sent_digests import make_sent

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
ONE_CLICK = b"List-Unsubscribe=One-Click"
PART = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nOne-Click\r\n--b--\r\n'
REQUESTS = [
    (ONE_CLICK, FORM),
    *((ONE_CLICK, f"{FORM}; charset={charset}") for charset in (
        "ISO-8859-1", "us-ascii", "nonsense", "utf-16", "hex", "idna", "undefined", '"', "\u00e9",
    )),
    (ONE_CLICK, ""),
    (ONE_CLICK, "text/plain"),
    (ONE_CLICK, "application/json"),
    (ONE_CLICK, "multipart/form-data"),
    (ONE_CLICK, "multipart/form-data; boundary="),
    (ONE_CLICK, "multipart/form-data; boundary=é"),
    (PART, "multipart/form-data; boundary=b"),
    (PART, "multipart/form-data; boundary=b; charset=hex"),
    (PART[:20], "multipart/form-data; boundary=b"),
    (b"", FORM),
    (b"", "multipart/form-data; boundary=b"),
    (b"%00%FF&;=&&\xff\xfe\x00", FORM),
    (b"a" * 5_000_000, FORM),
    (b"&".join([b"a=1"] * 5_000), FORM),
]  # fmt: skip


@pytest.fixture
def reader() -> Subscriber:
    return make_subscriber()


@pytest.fixture
def path(reader: Subscriber) -> str:
    return f"/u/{tokens_of(make_sent(reader)).unsubscribe}"


@pytest.mark.parametrize(("body", "content_type"), REQUESTS, ids=range(len(REQUESTS)))
def test_any_body_under_any_content_type_unsubscribes(
    path: str, reader: Subscriber, body: bytes, content_type: str
) -> None:
    answer = Client(enforce_csrf_checks=True).generic("POST", path, body, content_type)
    assert (answer.status_code, answer.content) == (200, b"You are unsubscribed.\n")
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"
    assert ConsentEntry.objects.get().step == "one_click"
    assert reader.mails.get().kind == "goodbye"


@pytest.mark.parametrize("length", ["", "0", "-5", "many", "9999999"])
def test_a_wrong_content_length_unsubscribes(
    client: Client, path: str, reader: Subscriber, length: str
) -> None:
    answer = client.generic("POST", path, ONE_CLICK, FORM, CONTENT_LENGTH=length)
    assert answer.status_code == 200
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"


@pytest.mark.parametrize("query", ["", "?utm=mail", "?%FF=%00", "?by=", "?" + "a=1&" * 2_000])
def test_any_query_counts_as_one_click(client: Client, path: str, query: str) -> None:
    assert client.post(path + query, ONE_CLICK, FORM).status_code == 200
    assert ConsentEntry.objects.get().step == "one_click"


def test_a_one_click_of_a_link_that_does_not_work_changes_nothing(
    client: Client, path: str, reader: Subscriber
) -> None:
    for body, content_type in REQUESTS:
        assert client.generic("POST", path[:-1], body, content_type).status_code == 404
    reader.refresh_from_db()
    assert reader.state == "active"
