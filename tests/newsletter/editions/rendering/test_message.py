"""A digest: its two parts, its headers, and its message as an independent parser reads it."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from bs4 import BeautifulSoup

from newsletter.editions.rendering.message import Digest
from tests.newsletter.editions.digests import make_digest, make_fragment

pytestmark = pytest.mark.usefixtures("site")


def test_the_same_delivery_gives_the_same_message() -> None:
    assert make_digest().as_bytes() == make_digest().as_bytes()


def test_no_placeholder_is_left_in_a_digest() -> None:
    digest = make_digest(make_fragment(1), make_fragment(2))
    everything = digest.html + digest.text + digest.subject + digest.as_bytes().decode()
    assert not [c for c in everything if 0xE000 <= ord(c) <= 0xF8FF]
    assert b"=EE=80" not in digest.as_bytes()  # a placeholder in quoted-printable


def test_ranks_count_within_the_digest() -> None:
    digest = make_digest(make_fragment(40), make_fragment(3))
    ranks = BeautifulSoup(digest.html, "html.parser").select(".rank")
    assert [rank.get_text() for rank in ranks] == ["1", "2"]


def test_both_parts_show_each_paper_s_reason() -> None:
    digest = make_digest(make_fragment(why="Mentions “R&D”"))
    assert "Mentions “R&amp;D”" in digest.html
    assert "Mentions “R&D”" in digest.text


def test_both_parts_have_the_same_links() -> None:
    digest = make_digest(make_fragment(code_url="https://github.com/a/b"))
    soup = BeautifulSoup(digest.html, "html.parser")
    own = f"https://papers.test/w/{digest.tokens.feedback}"
    html_links = {a["href"] for a in soup.select("a")} - {"https://papers.test/"}
    text_links = {w for w in digest.text.split() if w.startswith("https://papers.test/")}
    assert html_links & text_links == text_links - {"https://papers.test/", own}
    assert len(html_links & text_links) == 9  # three of the paper, six of the reader
    assert html_links - text_links == {f"{own}/{number}" for number in (3, 4, 5)}


def test_no_link_leads_to_another_host() -> None:
    links = BeautifulSoup(make_digest().html, "html.parser").select("[href], [src]")
    assert len(links) == 15
    for link in links:
        assert str(link.get("href") or link.get("src")).startswith("https://papers.test/")


def test_the_unsubscribe_header_and_link_are_the_same_url() -> None:
    digest = make_digest()
    url = digest.headers["List-Unsubscribe"].strip("<>")
    assert f'href="{url}"' in digest.html
    assert url in digest.text
    assert digest.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_message_id_depends_on_the_delivery_its_reader_and_its_date() -> None:
    again = make_digest(make_fragment(2, title="Another"))
    own = again.headers["Message-ID"]
    assert make_digest().headers["Message-ID"] == own
    moment = again.dated_at + timedelta(microseconds=1)
    changes: list[dict[str, Any]] = [
        {"delivery_id": 8}, {"subscriber_id": 4}, {"secret": "another"}, {"dated_at": moment},
    ]  # fmt: skip
    for change in changes:
        assert make_digest(**change).headers["Message-ID"] != own


def test_the_message_id_does_not_reveal_the_token() -> None:
    digest = make_digest()
    for token in digest.tokens[:4]:
        assert token[-16:] not in digest.headers["Message-ID"]
        assert digest.tokens.message not in token


def test_text_lines_stay_within_72_columns() -> None:
    digest = make_digest(
        make_fragment(
            title="A very long title of a paper " * 5,
            summary="word " * 90,
            topics=["Natural language processing"] * 4,
            why="The long name of a topic · " * 4,
        )
    )
    lines = [line for line in digest.text.splitlines() if "https://" not in line]
    assert max(map(len, lines)) <= 72


def test_the_preheader_is_the_titles_after_the_first_one() -> None:
    digest = make_digest(*(make_fragment(title=title) for title in ("One", "Two", "Three")))
    preheader = BeautifulSoup(digest.html, "html.parser").select_one(".preheader")
    assert preheader is not None
    assert preheader.get_text(strip=True) == "Two · Three"


def test_ten_papers_stay_below_the_size_at_which_gmail_clips() -> None:
    summary = "A sentence of some length. " * 40
    fragments = [make_fragment(position, summary=summary) for position in range(1, 11)]
    assert len(make_digest(*fragments).html.encode()) < 80_000


def parsed(digest: Digest) -> EmailMessage:
    return message_from_bytes(digest.as_bytes(), policy=policy.default)


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body([kind])
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class TestEncodedMessage:
    """Python's own email library, an independent parser, reads what we encoded."""

    def test_both_parts_are_decoded_unchanged(self) -> None:
        digest = make_digest(
            make_fragment(why="Théorie · ▲ 84"), make_fragment(2, "Mentions “R&D”")
        )
        mail = parsed(digest)
        assert part(mail, "plain").rstrip() == digest.text.rstrip()
        assert part(mail, "html").rstrip() == digest.html.rstrip()

    def test_every_header_stands_once(self) -> None:
        digest = make_digest()
        mail = parsed(digest)
        expected = {**digest.headers, "To": digest.to, "Subject": digest.subject}
        assert {name: mail.get_all(name) for name in expected} == {
            name: [value] for name, value in expected.items()
        }

    def test_a_subject_beyond_ascii_is_decoded_unchanged(self) -> None:
        title = "Über die spezielle und die allgemeine Relativitätstheorie, gemeinverständlich"
        digest = make_digest(make_fragment(title=title))
        assert parsed(digest)["Subject"] == digest.subject

    def test_it_is_valid_mime_without_defects(self) -> None:
        mail = parsed(make_digest())
        assert [mail.defects, *(inner.defects for inner in mail.iter_parts())] == [[], [], []]

    def test_lines_are_short_seven_bit_and_end_in_crlf(self) -> None:
        title = "Ein sehr langer Titel über Übersetzung " * 4
        content = make_digest(make_fragment(title=title)).as_bytes()
        assert max(map(len, content.split(b"\r\n"))) <= 78
        assert content.isascii()
        assert b"\n" not in content.replace(b"\r\n", b"")

    def test_no_line_needs_dot_stuffing(self) -> None:
        summary = ". . .hidden files like .bashrc. " * 9
        lines = make_digest(make_fragment(summary=summary)).as_bytes().split(b"\r\n")
        assert not [line for line in lines if line.startswith(b".")]

    def test_each_message_holds_only_its_recipient_s_token(self) -> None:
        digests = [make_digest(delivery_id=n, to=f"reader{n}@example.com") for n in (1, 2)]
        for own, other in (digests, reversed(digests)):
            text = part(parsed(own), "html") + part(parsed(own), "plain")
            counts = [text.count(token) for token in own.tokens[:3]]
            assert counts == [7, 7, 2]  # both parts together
            assert not [token for token in other.tokens if token in text]
            assert other.to not in own.as_bytes().decode()
