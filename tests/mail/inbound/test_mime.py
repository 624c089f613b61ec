"""A mail is taken apart within limits, however it was built."""

from __future__ import annotations

import base64
import time

import pytest
from pytest_django import Settings

from mail.inbound.mime import DEPTH, PARTS, decoded_text, take_apart


def nested(levels: int) -> bytes:
    """Multiparts within multiparts."""
    head = b"From: a@example.net\n"
    for level in range(levels):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
    return head + b"Content-Type: text/plain\n\nat the end\n"


def flat(parts: int) -> bytes:
    one = b"--b\nContent-Type: text/plain\n\nx\n"
    return b"Content-Type: multipart/mixed; boundary=b\n\n" + one * parts + b"--b--\n"


def test_parts_are_found_in_their_order() -> None:
    mail = take_apart(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none\r\n"
        b"--b\r\nContent-Type: TEXT/HTML; Charset=latin-1\r\n\r\n<p>\xe9\r\n--b--\r\nepilogue"
    )
    assert [part.kind for part in mail.walk()] == ["multipart/mixed", "text/plain", "text/html"]
    assert [part.text() for part in mail.parts] == ["one\n", "<p>é\n"]


def test_an_attached_mail_is_a_part_into_which_nobody_walks_unless_asked() -> None:
    inner = b"From: b@example.net\nSubject: inner\n\ntext"
    mail = take_apart(b"Content-Type: message/rfc822\n\n" + inner)
    assert [part.kind for part in mail.walk()] == ["message/rfc822"]
    kinds = [part.kind for part in mail.walk(into_messages=True)]
    assert kinds == ["message/rfc822", "text/plain"]
    assert mail.parts[0].header("subject") == "inner"


def test_an_attached_mail_in_base64_is_read() -> None:
    inner = base64.encodebytes(b"Subject: inner\r\n\r\ntext")
    head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    assert take_apart(head + inner).parts[0].header("subject") == "inner"


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"\r\r\n"])
def test_any_line_end_ends_a_line(end: bytes) -> None:
    mail = take_apart(end.join([b"Subject: one", b"From: b@example.net", b"", b"text"]))
    assert (mail.header("subject"), mail.body) == ("one", b"text")


def test_a_mailbox_file_begins_with_a_line_of_its_own() -> None:
    assert take_apart(b"\nFrom bob Fri Mar 14\nSubject: one\n\n").header("subject") == "one"


def test_depth_parts_and_bytes_have_limits(settings: Settings) -> None:
    assert len(list(take_apart(nested(500)).walk())) == DEPTH + 1
    assert len(list(take_apart(flat(10_000)).walk())) == PARTS
    settings.INBOUND_BYTES = 50_000
    assert len(take_apart(b"Subject: x\n\n" + b"y" * 50_000_000).body) < 50_000


def test_a_part_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    mail = take_apart(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ncut o")
    assert [part.text() for part in mail.parts] == ["cut o"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"", "text/plain"),
        (b"text", "text/plain"),
        (b"text/html; charset", "text/html"),
        (b"multipart/mixed", "multipart/mixed"),
        (b"multipart/mixed; boundary=''''; boundary*0*=x", "multipart/mixed"),
        (b"text/html; charset*=nothing'x'%ff%00; name*0*=%zz", "text/html"),
        (b";;;;", "text/plain"),
        (b'text/plain; name="' + b';"' * 5000, "text/plain"),
    ],
)
def test_a_content_type_that_is_junk_is_no_error(value: bytes, kind: str) -> None:
    assert take_apart(b"Content-Type: " + value + b"\n\nx").kind == kind


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"caf\xc3\xa9", "", "café"),
        (b"caf\xe9", "", "café"),
        (b"caf\xe9", "iso-8859-1", "café"),
        (b"caf\xc3\xa9", "x-unknown", "café"),
        (b"caf\xe9", "us-ascii", "caf\ufffd"),
        (b"abc", "idna", "abc"),
        (b"abc", "undefined", "abc"),
        (b"abc", "zlib", "abc"),
        (b"abc", "a\x00b", "abc"),
        (b"\x1b$B", "iso-2022-jp", ""),
    ],
)
def test_a_charset_that_is_wrong_is_no_error(data: bytes, charset: str, text: str) -> None:
    assert decoded_text(data, charset) == text


def test_nothing_is_decompressed_or_repeated() -> None:
    head = b"Content-Type: application/zip\nContent-Encoding: gzip\n\n"
    assert take_apart(head + b"\x1f\x8b" + b"0" * 99).content() == b"\x1f\x8b" + b"0" * 99


@pytest.mark.parametrize(
    "mail",
    [
        flat(200_000), nested(50_000), b"A: b\n" * 1_000_000, b"A:\n " + b" x\n" * 1_000_000,
        b"Subject: " + b"=?utf-8?q?" * 100_000, b"--b\n" * 1_000_000, b"\r" * 10_000_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 500_000,
        b"Content-Type: multipart/mixed; boundary=\"\"\n\n" + b"--\n" * 500_000,
        b"From: " + b"<a@b>,(" * 500_000,
        b"Content-Transfer-Encoding: base64\n\n" + b"=" * 2_000_000,
    ],
)  # fmt: skip
def test_hostile_mail_is_taken_apart_in_time(mail: bytes) -> None:
    start = time.perf_counter()
    for part in take_apart(mail).walk(into_messages=True):
        part.text()
    assert time.perf_counter() - start < 60  # quadratic work takes minutes
