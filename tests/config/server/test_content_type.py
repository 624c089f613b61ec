from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest

from config.server.content_type import reads_utf8, without_charset

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("", ""),
        (FORM, FORM),
        (f"{FORM}; charset=UTF-8", FORM),
        (f"{FORM};charset=iso-8859-1", FORM),
        (f'{FORM}; CHARSET="base64"', FORM),
        (f"{FORM}; charset*=undefined''x", ""),
        ("multipart/form-data; boundary=b", 'multipart/form-data; boundary="b"'),
        ('multipart/form-data; boundary="a;b\\"c"', 'multipart/form-data; boundary="a;b\\"c"'),
        ("multipart/form-data; boundary*=nonsense''x", ""),
        (";;;", ""),
    ],
)
def test_the_charset_is_left_out(content_type: str, expected: str) -> None:
    assert without_charset(content_type) == expected


@pytest.mark.parametrize(
    "charset", ["base64", "undefined", "rot13", "idna", "utf-16", "iso-8859-1", "us-ascii", "x", ""]
)
def test_a_form_is_read_in_whatever_charset_it_says_it_is(charset: str) -> None:
    posted: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], _start: object) -> list[bytes]:
        posted.append(WSGIRequest(environ).POST.dict())
        return []

    body = "List-Unsubscribe=One-Click&é=ü".encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": f"{FORM}; charset={charset}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    reads_utf8(application)(environ, lambda *_: None)
    assert posted == [{"List-Unsubscribe": "One-Click", "é": "ü"}]
