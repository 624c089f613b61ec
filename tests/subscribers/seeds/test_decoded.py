"""The text of a file, in the encodings that programs write."""

from __future__ import annotations

import codecs
import gzip
import zlib

import pytest

from subscribers.seeds.decoded import MOST_BYTES, NotTextError, decoded

TEXT = "title = {Über Schrödinger}\n1706.03762\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"]
)
def test_each_usual_encoding_is_read(encoding: str) -> None:
    assert decoded(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_mark(encoding: str) -> None:
    assert decoded(TEXT.encode(encoding)) == TEXT


def test_half_a_character_at_the_end_costs_no_other() -> None:
    assert (
        decoded(codecs.BOM_UTF16_LE + "1706.03762".encode("utf-16-le") + b"x")[:10] == TEXT[27:37]
    )


def test_zeros_within_a_text_are_removed() -> None:
    assert decoded(b"1706.03762\x00" + b" more text" * 20)[:12] == "1706.03762 m"


def test_an_empty_file_is_an_empty_text() -> None:
    assert decoded(b"") == ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 and more", "archive"),
        (gzip.compress(b"1706.03762", mtime=0), "archive"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"SQLite format 3\x00", "binary"),
        (zlib.compress(bytes(range(256)) * 20), "binary"),
        (bytes(range(32)) * 20, "binary"),
        (b"x" * (MOST_BYTES + 1), "large"),
    ],
)
def test_what_is_no_text_is_named(content: bytes, reason: str) -> None:
    with pytest.raises(NotTextError) as error:
        decoded(content)
    assert error.value.reason == reason


def test_a_megabyte_is_read() -> None:
    assert len(decoded(b"x" * MOST_BYTES)) == MOST_BYTES
