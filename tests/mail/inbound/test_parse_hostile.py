"""No mail is an error, and none takes long, whatever its bytes are."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.inbound import parse
from mail.inbound.incoming import Incoming
from mail.inbound.parse import read_message
from tests.mail.inbound.corpus.free_forms import FREE_FORMS
from tests.mail.inbound.corpus.mails import RETURN_PATH, reply
from tests.mail.inbound.corpus.readers import COMPLAINTS
from tests.mail.inbound.corpus.reports import REPORTS

CORPUS = [
    *(entry[0] for entry in REPORTS.values()),
    *(entry[0] for entry in FREE_FORMS.values()),
    *(entry[0] for entry in COMPLAINTS.values()),
    reply("unsubscribe"),
]
HEADERS = st.sampled_from(
    [b"From", b"To", b"Subject", b"Content-Type", b"Content-Transfer-Encoding", b"Date",
     b"Auto-Submitted", b"Return-Path", b"X-Failed-Recipients", b"References", b"Received"]
)  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"multipart/report; boundary=b", b"message/delivery-status", b"message/rfc822", b"base64",
         b"text/html; charset=utf-7", b"<>", b"quoted-printable",
         b"=?utf-8?b?////?=", b"=?x?q?=ff?=",
         b"message/feedback-report", RETURN_PATH.encode(), b"Fri, 99 Foo 20255 77:00 +9999"]
    ),
)  # fmt: skip


def size(found: Incoming) -> int:
    """How many characters of a mail are kept."""
    texts = [found.subject, found.sender, found.text, found.answer_to, found.note]
    texts += [*found.original_ids, *found.links, *found.attachments]
    texts += [f"{one.recipient}{one.reply}{one.status}" for one in found.failures]
    return sum(map(len, texts))


@settings(max_examples=300, deadline=2000)
@given(st.binary(max_size=3000), st.text(max_size=80))
def test_any_bytes_are_a_mail(raw: bytes, envelope: str) -> None:
    assert size(read_message(raw, envelope)) < 100_000


@settings(max_examples=300, deadline=2000)
@given(st.lists(st.tuples(HEADERS, VALUES), max_size=12), st.binary(max_size=1000))
def test_any_headers_are_a_mail(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    parts = b"\r\n--b\r\n" + head + b"\r\n" + body + b"\r\n--b\r\n" + body
    assert size(read_message(head + b"\r\n" + body + parts)) < 100_000


@settings(max_examples=400, deadline=2000)
@given(st.sampled_from(CORPUS), st.data())
def test_a_real_mail_that_is_cut_and_changed_is_a_mail(raw: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(raw)))
    length = data.draw(st.integers(0, 200))
    changed = raw[:start] + data.draw(st.binary(max_size=50)) + raw[start + length :]
    assert size(read_message(changed)) < 100_000


def bounce(body: bytes) -> bytes:
    head = b"Return-Path: <>\r\nFrom: mailer-daemon@example.net\r\nTo: " + RETURN_PATH.encode()
    return head + b"\r\nSubject: failure\r\n" + body


LONG = {
    "one line": bounce(b"\r\n" + b"5" * 5_000_000),
    "codes": bounce(b"\r\n" + b"550 5.1.1 " * 300_000),
    "addresses": bounce(b"\r\n" + b"<a@b.example>:\r\n" * 300_000),
    "almost addresses": bounce(b"\r\n" + b"a@" * 2_000_000),
    "names": bounce(b"\r\n" + b"x" * 64 + b"." * 3_000_000),
    "recipients": bounce(
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n"
        + b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        * 40_000
    ),
    "failed recipients": bounce(b"X-Failed-Recipients: " + b"a@b.example, " * 200_000),
    "failed recipient headers": bounce(b"X-Failed-Recipients: a@b.example\r\n" * 100_000 + b"\r\n"),
    "references": reply(
        head="References: " + "<digest.1.0123456789abcdef@papers.example.org> " * 50_000
    ),
    "links": bounce(b"\r\n" + b"https://papers.example.org/u/AAAAAAAAAAAAAAAAAAAAAAAA " * 60_000),
    "subject": reply(subject="=?utf-8?q?" + "=41" * 500_000 + "?="),
    "encoded words": reply(subject="=?utf-8?q?a?= " * 200_000),
    "commas": reply(sender="," * 1_000_000),
    "brackets": reply(sender="(" * 1_000_000),
    "quotes": reply(sender='"' * 1_000_000),
    "names of files": reply(head="Content-Disposition: attachment; filename=" + "x" * 2_000_000),
    "spaces": reply(" " * 5_000_000),
    "lines": reply("\n" * 3_000_000),
    "dashes": bounce(b"\r\n" + b"--- " * 1_000_000),
    "fifty megabytes": reply("word " * 10_000_000),
    "boundaries": bounce(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"boundary=\r\n" * 200_000
    ),
}


@pytest.mark.parametrize("name", LONG)
def test_a_large_mail_is_read_in_time(name: str) -> None:
    start = time.perf_counter()
    assert size(read_message(LONG[name])) < 100_000
    assert time.perf_counter() - start < 60  # quadratic work takes minutes


@pytest.mark.parametrize("raw", CORPUS)
def test_a_common_mail_takes_milliseconds(raw: bytes) -> None:
    start = time.perf_counter()
    for _ in range(10):
        read_message(raw)
    assert time.perf_counter() - start < 60  # quadratic work takes minutes


def test_an_error_of_ours_costs_one_mail_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "take_apart", lambda _: 1 / 0)
    one, two = read_message(b"one"), read_message(b"two")
    assert (one.kind, two.kind) == ("unreadable", "unreadable")
    assert one.fingerprint != two.fingerprint


@pytest.fixture(autouse=True)
def _no_error_is_hidden(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error within a mail would be `unreadable` and pass."""

    def fail(message: str, *values: object) -> None:
        raise AssertionError(message % values)

    if "error_of_ours" not in request.node.name:
        monkeypatch.setattr(parse.log, "error", fail)
