"""Returned mails without a form: whose they are, and what the server said."""

from __future__ import annotations

import logging

import pytest

from mail.inbound.free_forms import is_from_daemon, read_free_form
from mail.inbound.mime import take_apart
from tests.mail.inbound.corpus.free_forms import FREE_FORMS
from tests.mail.inbound.corpus.mails import plain, reply


def read(raw: bytes, *, is_for_bounces: bool = False) -> list[tuple[str, str, str]]:
    found = read_free_form(take_apart(raw), raw, is_for_bounces=is_for_bounces)
    return [(one.action, one.status, one.reply[:30]) for one in found]


def test_the_answer_around_an_address_is_found() -> None:
    assert read(FREE_FORMS["qmail"][0]) == [("failed", "5.1.1", "550 5.1.1 <bob@example.net>: U")]
    assert read(FREE_FORMS["Exim"][0]) == [("failed", "5.1.1", "550 5.1.1 <bob@example.net> Us")]


def test_an_unknown_form_counts_at_a_return_path_only() -> None:
    mail = plain("Sorry: 550 5.1.1 user unknown", sender="gate@example.net")
    assert read(mail) == []
    assert read(mail, is_for_bounces=True) == [("failed", "5.1.1", "550 5.1.1 user unknown")]


def test_words_of_the_returned_mail_are_not_the_servers() -> None:
    mail = plain("No reason given.\n\n" + "-" * 5 + " Original message -----\n550 5.1.1 is a code")
    assert read(mail, is_for_bounces=True) == []


@pytest.mark.parametrize(
    ("raw", "is_daemon"),
    [
        (plain("x", sender="Mailer-Daemon@example.net"), True),
        (plain("x", sender="postmaster@example.net"), True),
        (plain("x", sender="bob@example.net", head="Return-Path: <>"), True),
        (plain("x", sender="bob@example.net", head="Return-Path: <bob@example.net>"), False),
        (reply(), False),
    ],
)
def test_a_mail_of_a_server_is_known(raw: bytes, is_daemon: bool) -> None:
    assert is_from_daemon(take_apart(raw)) is is_daemon


def test_a_mail_with_many_boundaries_is_not_passed_on(caplog: pytest.LogCaptureFixture) -> None:
    head = "\n".join(f"X-{n}: multipart/x; boundary=b{n}" for n in range(30))
    assert read(plain("x", head=f"{head}\nX-Failed-Recipients: bob@example.net")) == []


def test_no_address_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        read(FREE_FORMS["qmail"][0])
    assert caplog.text == ""
