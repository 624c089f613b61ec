"""The lines of a digest on the wire, for settings, titles and reasons beyond ASCII."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from mail.headers import list_id
from newsletter.editions.rendering.fragments import without_placeholders
from newsletter.editions.rendering.message import Digest
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
