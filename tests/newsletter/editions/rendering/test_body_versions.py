"""Mails that earlier versions of the renderer sent are rebuilt byte for byte."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from newsletter.editions import old_tokens
from newsletter.editions.rendering.body import RENDERER, DigestBody
from newsletter.editions.rendering.fragments import Layout, PaperFragment
from newsletter.editions.rendering.message import Digest, build_digest

# As an edition stored them before there were links to feedback.
LAYOUT = Layout(
    html='<p>\ue002</p>\n<a href="https://papers.test/d/\ue008">Read</a>\n\ue001\n'
    '<a href="https://papers.test/p/\ue00a">Choose</a>\n'
    '<a href="https://papers.test/u/\ue009">Leave</a>\n',
    text="TRENDING PAPERS\n\n\ue001\n----\nhttps://papers.test/p/\ue00a\n"
    "https://papers.test/d/\ue008\nhttps://papers.test/u/\ue009\n",
)
FRAGMENTS = [
    PaperFragment(
        title=f"Paper {place}",
        html=f'<table><td class="rank">\ue003</td>\n  <p class="why">\n\ue004\n</p>\n'
        f'<a href="https://papers.test/r/\ue008/{place}">Papér {place}</a></table>\n',
        text=f"\ue003Paper {place}\n    \ue004\n    https://papers.test/r/\ue008/{place}",
    )
    for place in (3, 6)
]
REASON = "Theory · ▲ 84 since Friday, a reason that is long enough to be wrapped in the text"
# SHA-256 of the messages, and of their two parts, which the renderers of their times built of
# these texts.
MESSAGES = {
    "1": "0199539c41bcf47e00463c927117c833fd36ab814e623660261f444c9c04adea",
    "2": "f3bf4d0c0a73123f0a54702bec806c4da62f926330d085956765e63280a219d9",
    "3": "81bb92057ae5862bb3ce9cf5c7a1448758375957bbd96651bc3d63ed0a8ec437",
    "4": "6580b698dd6374f4339d3bb4b04db15a385cbc9fa9380b6db9ec17d7b04a43c0",
}
PARTS = {
    "1": "83e43fa537168c1b1caec8881020a359a47badef8c215bfd4e418adf2ab722b9",
    "2": "b5528e520286395a5102fc188d5c765f250e5c36bbf3144b828288c50386bbda",
    "3": "b5528e520286395a5102fc188d5c765f250e5c36bbf3144b828288c50386bbda",
    "4": "66a3607610a78c3e38fdec81828c2f818a05a15141e7d8180becd182a0bff78e",
}


@pytest.fixture(autouse=True)
def _settings_of_that_time(site: None, settings: Settings) -> None:
    settings.SECRET_KEY, settings.MAIL_REPLY_TO = "the key of that time", ""
    settings.MAIL_FROM, settings.LIST_ID = "Papers <digest@papers.test>", "<digest.papers.test>"


def digest(renderer: str) -> Digest:
    is_old = renderer == old_tokens.RENDERER
    length: dict[str, Any] = {"token_length": old_tokens.TOKEN_LENGTH} if is_old else {}
    papers = [(replace(one, **length), REASON) for one in FRAGMENTS]
    return build_digest(
        delivery_id=7, subscriber_id=3, secret="a secret", to="reader@example.com",
        dated_at=datetime(2025, 3, 15, 8, tzinfo=UTC), renderer=renderer,
        body=DigestBody(replace(LAYOUT, **length), papers, renderer=renderer),
    )  # fmt: skip


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize("renderer", MESSAGES)
def test_a_mail_of_an_earlier_version_is_rebuilt_byte_for_byte(renderer: str) -> None:
    found = digest(renderer)
    assert sha256(found.as_bytes()) == MESSAGES[renderer]
    assert sha256((found.html + found.text).encode()) == PARTS[renderer]


def test_an_edition_that_was_frozen_before_is_sent_without_links_to_feedback() -> None:
    found = digest(RENDERER)
    assert "/w/" not in found.html + found.text
    assert found.tokens.feedback not in found.as_bytes().decode()
    assert digest("4").html == digest("3").html


def test_the_text_has_a_blank_line_before_its_last_rule_since_the_fourth_version() -> None:
    link = f"/r/{digest('3').tokens.read}/6\n"
    assert f"{link}----\n" in digest("3").text
    assert f"{link}\n----\n" in digest(RENDERER).text
    assert f"{link}\n----\n".replace("\n", "\r\n").encode() in digest(RENDERER).as_bytes().replace(
        b"=\r\n", b""
    )


# An edition of today, as it is stored: the first paper's summary stands between two slots.
TODAY = replace(
    FRAGMENTS[0],
    title="Papér 3",
    html='<h3 class="title" style="margin: 0;font: 600 20px/1.3 serif;">\ue003 Papér 3</h3>\n'
    '<p class="summary" style="margin: 0;">One.</p>\n<p class="why">\n\ue004\n</p>\n',
    text="\ue003Papér 3\n\n\ue00c    One.\ue00d\n\n    \ue004",
    abstract="One. And two.",
)
TODAY_SHA = "c93be3016f6da177f38b813f7483423a748fb0bb2dfdb5e9bf4a8c43d47c37ff"


def test_a_mail_with_sections_and_an_opening_is_rebuilt_byte_for_byte() -> None:
    papers = [(TODAY, REASON), *((one, REASON) for one in (TODAY, TODAY, *FRAGMENTS))]
    body = DigestBody(
        LAYOUT, papers, sections="fnnox", opening="Your first digest.", days="8 to 14 March"
    )
    found = build_digest(
        delivery_id=7, subscriber_id=3, secret="a secret", to="reader@example.com",
        dated_at=datetime(2025, 3, 15, 8, tzinfo=UTC), renderer="5", body=body,
    )  # fmt: skip
    assert sha256(found.as_bytes().partition(b"\r\n\r\n")[2] + found.html.encode()) == TODAY_SHA
