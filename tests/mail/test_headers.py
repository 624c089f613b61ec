"""Header lines: what a mail program decodes is what was meant, in seven bits and short lines."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from mail.addresses import split_address, with_ascii_domain
from mail.headers import (
    address_header,
    feedback_id,
    is_sender_id,
    list_id,
    sender_id,
    text_header,
    token_header,
)

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=120),
    st.text("研究 é👩\u200d🔬=?utf-8?q?=C3?= ab,\"'\\<>@:\r\n", max_size=120),
    st.text("a", min_size=60, max_size=300),
)


def decoded(header: str) -> EmailMessage:
    return message_from_bytes(f"{header}\r\n\r\n".encode("ascii"), policy=policy.default)


def check_lines(header: str, *, longest: int = 78) -> None:
    for line in header.split("\r\n"):
        assert len(line) <= longest
        assert line.strip(" ")
        assert not re.search(r"[^ -~]", line)
    for word in re.findall(r"=\?[^ ]*\?=", header):
        assert len(word) <= 75


@given(text=TEXTS)
def test_any_text_is_decoded_as_it_was_on_one_line(text: str) -> None:
    header = text_header("Subject", text)
    check_lines(header)
    assert decoded(header).keys() == ["Subject"]
    # The parser of Python removes controls that stand in an encoded word.
    assert decoded(header)["Subject"] == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Plain words", "Subject: Plain words"),
        ("=?utf-8?q?a?=", "Subject: =?utf-8?b?PT91dGYtOD9xP2E/PQ==?="),
        ("Größe", "Subject: =?utf-8?b?R3LDtsOfZQ==?="),
        ("a\r\nBcc: eve@b.example", "Subject: a Bcc: eve@b.example"),
        ("", "Subject:"),
    ],
)
def test_a_text_is_encoded_only_where_it_must_be(text: str, header: str) -> None:
    assert text_header("Subject", text) == header


NAMES = st.one_of(TEXTS, st.just('Roe, Ada "A" \\'), st.just("=?utf-8?q?a?="))


@given(name=NAMES)
def test_any_display_name_is_decoded_as_the_setting_has_it(name: str) -> None:
    sender = with_ascii_domain(f"{name.replace('<', '').replace('>', '')} <a@b.example>")
    header = address_header("From", sender)
    check_lines(header)
    found = decoded(header)["From"].addresses
    assert [one.addr_spec for one in found] == ["a@b.example"]
    shown = split_address(sender)[0]
    # Python's own parser keeps the blank between two encoded words of a name (RFC 2047: none).
    phrase = header.replace("\r\n", "").removeprefix("From:").rpartition("<")[0].strip()
    decoded_name = str(make_header(decode_header(phrase))) if "=?" in phrase else ""
    assert shown in {found[0].display_name, decoded_name}


def test_several_addresses_are_folded_between_two() -> None:
    addresses = ", ".join(f"editor{n}@papers.example.org" for n in range(6))
    header = address_header("Reply-To", addresses)
    check_lines(header)
    assert [one.addr_spec for one in decoded(header)["Reply-To"].addresses] == [
        f"editor{n}@papers.example.org" for n in range(6)
    ]


def test_an_address_beyond_ascii_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        address_header("From", "Ada <jürgen@a.example>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Papers <digest.a.example>", "Papers <digest.a.example>"),
        ("<digest.a.example>", "<digest.a.example>"),
        ("<digest.bücher.example>", "<digest.xn--bcher-kva.example>"),
        (
            "Bücher <digest.bücher.example>",
            "=?utf-8?q?B=C3=BCcher?= <digest.xn--bcher-kva.example>",
        ),
        ("P\r\nBcc: x <digest.a.example>", '"P Bcc: x" <digest.a.example>'),
    ],
)
def test_a_list_id_is_ascii_on_one_line(text: str, expected: str) -> None:
    assert list_id(text) == expected
    assert list_id(expected) == expected


@pytest.mark.parametrize("text", ["", "Trending Papers", "Papers <a b>", "Papers <>"])
def test_a_list_id_without_an_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"identifier|domain"):
        list_id(text)


def test_a_long_link_stays_behind_the_name_of_its_header() -> None:
    link = f"<https://{'a' * 60}.example/u/token>"
    assert token_header("List-Unsubscribe", link) == f"List-Unsubscribe: {link}"


class TestFeedbackId:
    """The last field names the sender, and is never changed."""

    @pytest.mark.parametrize(
        ("domain", "expected"),
        [
            ("papers.org", "papersorg"),
            ("Mail-7.io", "mail7io"),
            ("a.io", "aio0df92fb080b9"),
            ("papers.example.org", "paperse74976cae"),
            ("", "e3b0c44298fc1c1"),
        ],
    )
    def test_a_domain_becomes_five_to_fifteen_letters(self, domain: str, expected: str) -> None:
        assert sender_id(domain) == expected
        assert is_sender_id(expected)

    def test_long_domains_with_the_same_beginning_differ(self) -> None:
        assert sender_id("papers.example.org") != sender_id("papers.example.net")

    @pytest.mark.parametrize("text", ["", "four", "sixteen-letters-", "with:colon", "a b cd"])
    def test_other_lengths_and_signs_are_none(self, text: str) -> None:
        assert not is_sender_id(text)

    def test_the_sender_is_the_last_field(self, settings: Settings) -> None:
        settings.FEEDBACK_SENDER_ID = "paperstest"
        assert feedback_id("confirm", "transactional") == "confirm:transactional:paperstest"


def test_a_second_address_of_a_header_stands_on_a_line_of_its_own() -> None:
    found = token_header("List-Unsubscribe", "<https://a.example/u/x>, <mailto:u@a.example>")
    assert found == "List-Unsubscribe: <https://a.example/u/x>,\r\n <mailto:u@a.example>"
