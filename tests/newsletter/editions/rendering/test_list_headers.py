"""The lines of a digest on the wire, for settings, titles and reasons beyond ASCII."""

from __future__ import annotations

import re
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from mail.headers import list_id
from mail.inbound.addresses import parse_address
from newsletter.editions.rendering.body import RENDERER, DigestBody
from newsletter.editions.rendering.list_headers import digest_feedback_id
from newsletter.editions.rendering.message import Digest
from newsletter.editions.rendering.paper_context import without_placeholders
from tests.newsletter.editions.digests import make_digest, make_fragment, make_layout

pytestmark = pytest.mark.usefixtures("site")


_ONE_SITE_FOR_ALL = [HealthCheck.function_scoped_fixture]


def parsed(digest: Digest) -> EmailMessage:
    return message_from_bytes(digest.as_bytes(), policy=policy.default)


class TestHeaders:
    """The headers of a digest for settings and titles beyond ASCII, and made to do harm."""

    @pytest.fixture(autouse=True)
    def _settings(self, settings: Settings) -> None:
        settings.SITE_URL = "https://xn--bcher-kva.example"
        settings.MAIL_DOMAIN = "xn--bcher-kva.example"

    def test_all_headers_are_decoded_as_the_settings_have_them(self, settings: Settings) -> None:
        settings.MAIL_FROM = '"Bücher, neu" <digest@xn--bcher-kva.example>'
        settings.MAIL_REPLY_TO = '"Roe, \\"A\\"" <ada@a.example>, b@b.example'
        settings.LIST_ID = list_id("Bücher <digest.bücher.example>")
        digest = make_digest(make_fragment(title="论文" * 40), make_fragment())
        raw = digest.as_bytes()
        found = parsed(digest)
        assert raw.isascii()
        assert found["From"].addresses[0].display_name == "Bücher, neu"
        assert [one.addr_spec for one in found["Reply-To"].addresses] == [
            "ada@a.example",
            "b@b.example",
        ]
        assert found["List-Id"] == "Bücher <digest.xn--bcher-kva.example>"
        assert found["Subject"] == "论文" * 20 + "论..., and 1 more"
        head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
        assert max(map(len, head)) <= 78

    @pytest.mark.parametrize(
        "title",
        [
            "=?utf-8?q?=0ABcc=3A_eve?=",
            "A\r\nBcc: eve@b.example",
            "A\x85B\u2028C\x0bD",
            "👩\u200d🔬" * 40,
            "e\u0301" * 90,
        ],
    )
    def test_a_title_makes_no_other_header_and_is_decoded_as_it_is(self, title: str) -> None:
        digest = make_digest(make_fragment(title=title))
        found = parsed(digest)
        assert "Bcc" not in found
        assert found["Subject"] == digest.subject
        assert digest.subject.removesuffix("...") == title[: len(digest.subject) - 3] or (
            digest.subject == " ".join(title.split())
        )

    def test_an_address_at_an_umlaut_domain_is_ascii_in_the_header(self) -> None:
        digest = make_digest(to="jo@bücher.example")
        assert parsed(digest)["To"] == "jo@xn--bcher-kva.example"


@examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(why=st.text(), title=st.text(), summary=st.text(), note=st.text())
def test_no_line_on_the_wire_is_longer_than_76_and_none_is_broken(
    why: str, title: str, summary: str, note: str
) -> None:
    paper = make_fragment(
        why=without_placeholders(f"Theory {why}"),
        **without_placeholders({"title": f"T {title}", "summary": summary * 9}),
    )
    raw = make_digest(paper, layout=make_layout(note=note * 5)).as_bytes()
    head, _, body = raw.partition(b"\r\n\r\n")
    assert raw.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert not re.search(rb"=[0-9A-F]?=\r\n|\r(?!\n)|(?<!\r)\n", body)


def test_the_line_of_the_reason_has_room_for_its_indent() -> None:
    why = "Mentions “a phrase with many words, ünd umlauts” · ▲ 84 since Friday · 1.2k ★"
    raw = make_digest(make_fragment(why=why)).as_bytes()
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76


# ── what the headers say ─────────────────────────────────────────────────────


def digest_of(renderer: str = RENDERER, feedback_id: str = "") -> Digest:
    papers = [make_fragment()]
    body = DigestBody(make_layout(), papers, renderer=renderer, feedback_id=feedback_id)
    return make_digest(body=body)


def test_a_digest_has_the_headers_of_a_list_that_nobody_writes_to(settings: Settings) -> None:
    settings.FEEDBACK_SENDER_ID = "paperstest"
    found = digest_of(feedback_id=digest_feedback_id("weekly", date(2025, 3, 14))).headers
    token = digest_of().tokens.unsubscribe
    assert {name: value for name, value in found.items() if name not in ("Message-ID", "Date")} == {
        "List-Id": settings.LIST_ID,
        "List-Unsubscribe": f"<https://papers.test/u/{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": "<https://papers.test/about/>",
        "List-Archive": "<https://papers.test/editions/>",
        "List-Subscribe": "<https://papers.test/>",
        "List-Post": "NO",
        "Feedback-ID": "weekly-2025-03-14:weekly:digest:paperstest",
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Content-Language": "en",
    }


@pytest.mark.parametrize("cadence", ["daily", "weekly", "monthly"])
def test_no_identifier_of_a_feedback_id_stands_in_two_fields(
    settings: Settings, cadence: str
) -> None:
    settings.FEEDBACK_SENDER_ID = "paperstest"
    fields = digest_feedback_id(cadence, date(2025, 3, 14)).split(":")
    assert len(set(fields)) == len(fields) == 4


def test_two_editions_of_one_day_have_no_common_identifier_of_an_edition(
    settings: Settings,
) -> None:
    settings.FEEDBACK_SENDER_ID = "paperstest"
    day = date(2025, 3, 14)
    daily, weekly = (digest_feedback_id(cadence, day) for cadence in ("daily", "weekly"))
    assert set(daily.split(":")) & set(weekly.split(":")) == {"digest", "paperstest"}


def test_all_readers_of_an_edition_have_the_same_feedback_id() -> None:
    body = DigestBody(make_layout(), [make_fragment()], feedback_id="a:b:c:papers")
    ids = {
        make_digest(body=body, delivery_id=number, to=f"reader{number}@example.com").headers[
            "Feedback-ID"
        ]
        for number in (7, 8)
    }
    assert ids == {"a:b:c:papers"}


class TestUnsubscribingByMail:
    @pytest.fixture(autouse=True)
    def _mailbox(self, settings: Settings) -> None:
        settings.INBOUND_ADDRESS = "reply@in.papers.test"

    def test_the_link_stands_before_the_address_of_the_same_token(self) -> None:
        digest = digest_of()
        token = digest.tokens.unsubscribe
        expected = (
            f"<https://papers.test/u/{token}>, "
            f"<mailto:reply+u-{token}@in.papers.test?subject=unsubscribe>"
        )
        assert digest.headers["List-Unsubscribe"] == expected
        assert parsed(digest)["List-Unsubscribe"] == expected

    def test_each_of_the_two_stands_on_a_line_of_its_own(self) -> None:
        head = digest_of().as_bytes().partition(b"\r\n\r\n")[0]
        lines = [line for line in head.split(b"\r\n") if b"/u/" in line or b"mailto" in line]
        assert [line.partition(b"<")[0] for line in lines] == [b"List-Unsubscribe: ", b" "]

    def test_the_address_is_one_that_we_read_as_an_unsubscription(self) -> None:
        digest = digest_of()
        address = digest.headers["List-Unsubscribe"].partition("mailto:")[2].partition("?")[0]
        assert parse_address(unquote(address)) == ("unsubscribe", digest.tokens.unsubscribe)

    def test_an_odd_mailbox_is_a_valid_url(self, settings: Settings) -> None:
        settings.INBOUND_ADDRESS = "a%b?c@in.papers.test"
        assert "<mailto:a%25b%3Fc+u-" in digest_of().headers["List-Unsubscribe"]

    def test_replies_come_to_it_unless_an_address_for_them_is_set(self, settings: Settings) -> None:
        settings.MAIL_REPLY_TO = ""
        assert parsed(digest_of())["Reply-To"] == "reply@in.papers.test"
        settings.MAIL_REPLY_TO = "editors@papers.test"
        assert parsed(digest_of())["Reply-To"] == "editors@papers.test"


@pytest.mark.parametrize("renderer", ["2", "3", "4"])
def test_a_digest_of_an_earlier_renderer_keeps_the_headers_that_it_had(
    settings: Settings, renderer: str
) -> None:
    settings.INBOUND_ADDRESS = "reply@in.papers.test"
    found = digest_of(renderer, "a:b:c:papers").headers
    assert found["List-Help"] == found["List-Archive"] == "<https://papers.test/>"
    assert "mailto" not in found["List-Unsubscribe"]
    assert not {"Feedback-ID", "Precedence", "Auto-Submitted", "List-Post"} & set(found)
