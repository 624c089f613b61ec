"""What is compressed, and how the client's wish is read."""

from __future__ import annotations

import gzip

import brotli
import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from web.page_cache.encodings import (
    compress,
    compressed,
    decompressed,
    encoding_for,
    is_text,
    weak,
)

TEXT = b"<p>A page of words, and again a page of words.</p>" * 40


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP;Q=1.0", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0,gzip;q=0", ""),
        ("br ; q=0.5 , gzip", "br"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "gzip"),
        ("deflate, zstd", ""),
        ("br;q=x", ""),
        ("br;q=.", ""),
        ("brotli, xgzip", ""),
        ("gzip;", ""),
        ("x" * 300 + ",br", ""),
        ("a," * 99 + "br;q=0", ""),
        ("gzip," + "a," * 97 + "a;q=0.5", "gzip"),
    ],
)
def test_the_best_encoding_of_a_client(accepted: str, encoding: str) -> None:
    assert encoding_for(accepted) == encoding


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_what_is_compressed_can_be_read_again(encoding: str) -> None:
    content = compressed(TEXT, encoding)
    assert len(content) < len(TEXT) / 4
    assert content == compressed(TEXT, encoding)
    assert decompressed(content, encoding) == TEXT
    assert decompressed(TEXT, "") == TEXT


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/html; charset=utf-8", "text/css", "text/markdown", "text/plain"),
        *("application/json", "application/ld+json", "application/atom+xml; charset=utf-8"),
        *("application/xml", "image/svg+xml"),
    ],
)
def test_texts_are_compressed(content_type: str) -> None:
    assert is_text(content_type)


@pytest.mark.parametrize("content_type", ["image/png", "application/pdf", "font/woff2", ""])
def test_images_are_not(content_type: str) -> None:
    assert not is_text(content_type)


def test_a_compressed_page_is_the_same_page_but_not_byte_by_byte() -> None:
    assert (weak('"1"'), weak('W/"1"')) == ('W/"1"', 'W/"1"')


def answer(accepted: str, body: bytes = TEXT, **headers: str) -> HttpResponse:
    response = HttpResponse(body, headers={"ETag": '"1"', **headers})
    compress(RequestFactory().get("/", headers={"Accept-Encoding": accepted}), response)
    return response


def test_an_answer_is_compressed() -> None:
    response = answer("gzip")
    assert gzip.decompress(response.content) == TEXT
    assert response["Content-Encoding"] == "gzip"
    assert response["Content-Length"] == str(len(response.content))
    assert (response["ETag"], response["Vary"]) == ('W/"1"', "Accept-Encoding")
    assert brotli.decompress(answer("br").content) == TEXT


@pytest.mark.parametrize(
    ("accepted", "body", "headers"),
    [
        ("", TEXT, {}),
        ("gzip", b"short", {}),
        ("gzip", TEXT, {"Content-Type": "image/png"}),
        ("gzip", TEXT, {"Content-Encoding": "zstd"}),
    ],
)
def test_an_answer_that_stays_as_it_is(accepted: str, body: bytes, headers: dict[str, str]) -> None:
    response = answer(accepted, body, **headers)
    assert response.content == body
    assert response["ETag"] == '"1"'
