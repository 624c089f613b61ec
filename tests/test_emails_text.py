"""The text part of every mail, its links, its subject and its size on the wire."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import pytest

from papers.text.shorten import columns
from tests.emails.mails import TYPED, Mail, mails

__all__ = ["mails"]  # a fixture
pytestmark = pytest.mark.django_db
MOST_HTML = 80_000  # bytes; Gmail cuts a mail at 102 KB
LONGEST_SUBJECT = 60
ENTITY = re.compile(r"&(?:#?\w+);")
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
ONE_PIECE = re.compile(r"https?://|[!-~]+@[!-~]+")  # also the address of a mailbox
LABEL = re.compile(r"\d+\.|.+[:\]]")  # "3.", "arXiv:", "[1]"


def wrong(mails: Sequence[Mail], problems: Callable[[Mail], Iterator[str]]) -> dict[str, list[str]]:
    """What is wrong with each of the mails, without those with which nothing is."""
    found = {mail.name: list(problems(mail)) for mail in mails}
    return {name: lines for name, lines in found.items() if lines}


def test_no_line_is_wider_than_72_columns_but_for_links(mails: Sequence[Mail]) -> None:
    def wide(mail: Mail) -> Iterator[str]:
        lines = mail.text.splitlines()
        yield from (line for line in lines if columns(line) > 72 and not ONE_PIECE.search(line))

    assert wrong(mails, wide) == {}


def test_a_link_stands_alone_on_a_line_that_it_makes_too_wide(mails: Sequence[Mail]) -> None:
    def crowded(mail: Mail) -> Iterator[str]:
        for line in mail.text.splitlines():
            *before, _ = line.split() or [""]
            if columns(line) > 72 and before and not LABEL.fullmatch(" ".join(before)):
                yield line

    assert wrong(mails, crowded) == {}


def test_no_line_ends_with_a_blank(mails: Sequence[Mail]) -> None:
    def padded(mail: Mail) -> Iterator[str]:
        # "-- " begins a signature, which mail programs leave out of answers.
        lines = mail.text.split("\n")
        yield from (repr(line) for line in lines if line != line.rstrip() and line != "-- ")

    assert wrong(mails, padded) == {}


def test_no_two_empty_lines_follow_each_other(mails: Sequence[Mail]) -> None:
    def gaps(mail: Mail) -> Iterator[str]:
        yield from re.findall(r"\n\n\n+.*", mail.text)
        yield from re.findall(r"\A\n+|\n\n+\Z", mail.text)

    assert wrong(mails, gaps) == {}


def test_the_text_part_is_text(mails: Sequence[Mail]) -> None:
    """No entity and no element of HTML, but for what a title or a reader's words contain."""

    def markup(mail: Mail) -> Iterator[str]:
        found = [*ENTITY.findall(mail.text), *re.findall(r"</?\w+[^<>]*>", mail.text)]
        yield from (one for one in found if one not in TYPED)

    assert wrong(mails, markup) == {}


def test_both_parts_of_a_single_mail_lead_to_the_same_pages(mails: Sequence[Mail]) -> None:
    """Of a digest, whose text part has one link for all feedback: see test_message.py."""

    def differences(mail: Mail) -> Iterator[str]:
        if "digest" in mail.name:
            return
        in_html = {link.removesuffix("/") for link in re.findall(r'href="(http[^"]+)"', mail.html)}
        in_text = {link.removesuffix("/") for link in ADDRESS.findall(mail.text)}
        yield from sorted(in_html ^ in_text)

    assert wrong(mails, differences) == {}


def test_a_digests_text_part_leads_where_its_html_does(mails: Sequence[Mail]) -> None:
    def missing(mail: Mail) -> Iterator[str]:
        for purpose in ("u", "p", "d", "r", "w") if "digest" in mail.name else ():
            pattern = rf"https://papers\.example\.org/{purpose}/[\w-]+"
            in_html, in_text = (set(re.findall(pattern, it)) for it in (mail.html, mail.text))
            if not in_html or in_html != in_text:
                yield f"/{purpose}/: {sorted(in_html)} {sorted(in_text)}"

    assert wrong(mails, missing) == {}


def test_a_subject_has_at_most_60_letters_and_one_line(mails: Sequence[Mail]) -> None:
    def long(mail: Mail) -> Iterator[str]:
        subject = str(mail.message["Subject"])
        if not 0 < len(subject) <= LONGEST_SUBJECT or subject != " ".join(subject.split()):
            yield subject

    assert wrong(mails, long) == {}


def test_the_html_takes_less_than_80_000_bytes_as_it_is_encoded(mails: Sequence[Mail]) -> None:
    def large(mail: Mail) -> Iterator[str]:
        part = mail.message.get_body(["html"])
        size = len(part.as_bytes()) if part else 0
        if not 0 < size < MOST_HTML:
            yield f"{size} bytes"

    assert wrong(mails, large) == {}


def test_every_server_takes_the_lines_as_they_are(mails: Sequence[Mail]) -> None:
    """Seven bits, CRLF, and at most 998 bytes in a line (RFC 5322); so nothing is encoded again."""

    def odd(mail: Mail) -> Iterator[str]:
        for line in mail.raw.split(b"\r\n"):
            if len(line) > 998 or not line.isascii() or b"\n" in line:
                yield line[:80].decode("latin-1")

    assert wrong(mails, odd) == {}


def test_every_mail_says_its_language_and_that_no_person_wrote_it(mails: Sequence[Mail]) -> None:
    def missing(mail: Mail) -> Iterator[str]:
        language = mail.name.rpartition(" ")[2]
        if mail.message["Content-Language"] != language:
            yield "Content-Language"
        if f'<html lang="{language}"' not in mail.html:
            yield "lang"
        if mail.message["Auto-Submitted"] != "auto-generated":
            yield "Auto-Submitted"

    assert wrong(mails, missing) == {}
