"""The checks of a mail: each finds its own fault, and none in a good mail."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from newsletter.previews.checklist import checklist

UNSUBSCRIBE = '<a href="https://papers.example.org/unsubscribe/x/">Unsubscribe</a>'
READ = '<a href="https://papers.example.org/papers/1/">Read</a>'
GOOD = UNSUBSCRIBE + READ * 4 + UNSUBSCRIBE


def faults(
    html: str = GOOD, text: str = "Hello\n", subject: str = "Kettles", *, in_list: bool = True
) -> list[str]:
    mail = EmailMessage()
    mail["Subject"] = subject
    if in_list:
        mail["List-Id"] = "<digest.papers.example.org>"
        mail["List-Unsubscribe"] = "<https://papers.example.org/unsubscribe/x/>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    found = checklist(mail.as_bytes(), host="papers.example.org", is_bulk=True)
    return [check.name for check in found if not check.is_kept]


def test_a_good_mail_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"subject": "k" * 61}, "subject of 1 to 60 characters"),
        ({"subject": ""}, "subject of 1 to 60 characters"),
        ({"text": " \n"}, "an HTML and a text part"),
        ({"text": "word " * 20}, "text lines of at most 72 characters"),
        ({"html": GOOD + "<p>kettle</p>\n" * 6000}, "encoded HTML below 81,920 bytes"),
        ({"html": GOOD + '<img src="x">'}, "every image has a text for when it is off"),
        ({"html": GOOD.replace(READ, READ.replace("papers.ex", "track.ex"))},
         "links lead to this site only"),
        ({"html": UNSUBSCRIBE + READ * 4}, "a link to unsubscribe at both ends"),
        ({"in_list": False}, "headers of a list"),
    ],
)  # fmt: skip
def test_each_fault_is_named(changes: dict[str, str], name: str) -> None:
    assert faults(**changes) == [name]  # type: ignore[arg-type]


def test_an_address_longer_than_a_line_is_no_fault() -> None:
    assert faults(text="https://papers.example.org/" + "x" * 80 + "\n") == []


def test_a_single_mail_needs_no_headers_of_a_list() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Confirm your address"
    mail.set_content("Hello")
    mail.add_alternative(READ, subtype="html")
    found = checklist(mail.as_bytes(), host="papers.example.org", is_bulk=False)
    assert all(check.is_kept for check in found)
