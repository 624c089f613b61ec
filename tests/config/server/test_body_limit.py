from __future__ import annotations

import pytest
from django.test import Client

from config.server.limits import KB


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/search/", "/no/such/page", "/api/papers", "/p/abc"])
def test_a_body_over_the_limit_is_refused_on_every_path(client: Client, path: str) -> None:
    answer = client.generic("POST", path, b"x" * (8 * KB + 1), content_type="text/plain")
    assert (answer.status_code, answer["Content-Type"]) == (413, "text/plain; charset=utf-8")
    assert answer.content == b"This request is too large. Nothing was done.\n"


@pytest.mark.django_db
def test_a_body_of_the_limit_reaches_its_page(client: Client) -> None:
    body = b"email=" + b"x" * (64 * KB - 6)
    form = "application/x-www-form-urlencoded"
    assert client.generic("POST", "/subscribe/", body, content_type=form).status_code == 422


@pytest.mark.django_db
def test_a_length_that_is_no_number_is_none(client: Client) -> None:
    for length in ("", "abc", "-1", "9" * 4400):
        assert client.get("/healthz", CONTENT_LENGTH=length).status_code < 500
        assert client.get("/week/", CONTENT_LENGTH=length).status_code in {200, 413}


@pytest.mark.django_db
def test_a_file_in_a_form_is_skipped_and_not_stored(client: Client) -> None:
    parts = b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nnobody\r\n'
    parts += (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.bin"\r\n\r\nxx\r\n--b--\r\n'
    )
    answer = client.generic(
        "POST", "/subscribe/", parts, content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 422
    request = answer.wsgi_request
    assert (dict(request.POST.items()), dict(request.FILES)) == ({"email": "nobody"}, {})
