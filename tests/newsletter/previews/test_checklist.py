"""The checks of a mail: each finds its own fault, and none in a good mail or in one of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from pytest_django import Settings

from newsletter.editions.personalize import Interests
from newsletter.editions.rendering.body import DigestBody
from newsletter.previews.any_mail import invented_reader, preview_single
from newsletter.previews.checklist import checklist
from subscribers.models import TransactionalMail
from tests.newsletter.editions.digests import make_digest, make_fragment, make_layout

HOST = "papers.example.org"
UNSUBSCRIBE = f'<a href="https://{HOST}/u/abc-D_1">Unsubscribe</a>'
READ = f'<a href="https://{HOST}/papers/1/">Read</a>'
TOP = '<div class="preheader">Cups · Pots</div><h1>Papers</h1>'
GOOD = TOP + UNSUBSCRIBE + READ * 4 + UNSUBSCRIBE
LIST = {
    "List-Id": f"<digest.{HOST}>",
    "List-Unsubscribe": f"<https://{HOST}/u/abc-D_1>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Archive": f"<https://{HOST}/editions/>",
    "List-Help": f"<https://{HOST}/about/>",
    "Feedback-ID": "a:b:c:sender",
    "Precedence": "bulk",
}


def faults(
    html: str = GOOD,
    text: str = "Hello\n",
    subject: str = "Kettles",
    *,
    without: str = "",
    is_bulk: bool = True,
    is_automatic: bool = True,
) -> list[str]:
    mail = EmailMessage()
    mail["Subject"] = subject
    if is_automatic:
        mail["Auto-Submitted"] = "auto-generated"
    for name, value in LIST.items():
        if name != without and is_bulk:
            mail[name] = value
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    raw = mail.as_bytes().replace(b"\n", b"\r\n")
    found = checklist(raw, host=HOST, is_bulk=is_bulk)
    return [check.name for check in found if not check.is_kept]


def test_a_good_mail_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"subject": "k" * 61}, "subject of 1 to 60 characters"),
        ({"subject": ""}, "subject of 1 to 60 characters"),
        ({"html": GOOD.replace("Cups · Pots", "")}, "a preheader that goes on"),
        ({"html": GOOD.replace("Cups · Pots", "Kettles")}, "a preheader that goes on"),
        ({"text": " \n"}, "an HTML and a text part"),
        ({"text": "word " * 20}, "text lines of at most 72 characters"),
        ({"html": GOOD + "<p>kettle</p>\n" * 6000}, "encoded HTML below 80,000 bytes"),
        ({"html": GOOD + "<h1>Another</h1>"}, "one main heading"),
        ({"html": GOOD + '<img src="x">'}, "every image has a text for when it is off"),
        ({"html": GOOD.replace(READ, READ.replace("papers.ex", "track.ex"))}, "links lead to this"),
        ({"html": TOP + UNSUBSCRIBE + READ * 4}, "a link to unsubscribe at both ends"),
        ({"html": GOOD.replace("abc-D_1", "abc?fewer=pause")}, "a link to unsubscribe"),
        ({"is_automatic": False}, "Auto-Submitted"),
        *(({"without": header}, "headers of a list") for header in LIST),
    ],
)
def test_each_fault_is_named(changes: dict[str, str], name: str) -> None:
    [found] = faults(**changes)  # type: ignore[arg-type]
    assert found.startswith(name)


def test_an_address_longer_than_a_line_is_no_fault() -> None:
    assert faults(text=f"https://{HOST}/" + "x" * 80 + "\n") == []


def test_a_single_mail_needs_no_headers_of_a_list() -> None:
    assert faults(html=TOP + READ, is_bulk=False) == []


def test_a_digest_of_ours_has_no_fault(settings: Settings) -> None:
    settings.SITE_URL = f"https://{HOST}"
    papers = [make_fragment(1), make_fragment(2, title="Cups")]
    digest = make_digest(body=DigestBody(make_layout(), papers, feedback_id="a:b:c:sender"))
    found = checklist(digest.as_bytes(), host=HOST, is_bulk=True)
    assert [(one.name, one.found) for one in found if not one.is_kept] == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", TransactionalMail.Kind.values)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_single_mail_of_ours_has_no_fault(settings: Settings, kind: str, language: str) -> None:
    settings.SITE_URL = f"https://{HOST}"
    now = datetime(2025, 3, 14, 8, tzinfo=UTC)
    mail = preview_single(invented_reader(Interests(), language), kind, now)
    found = checklist(mail.as_bytes(), host=HOST, is_bulk=False)
    assert [(check.name, check.found) for check in found if not check.is_kept] == []
