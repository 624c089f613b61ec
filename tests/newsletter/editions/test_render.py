from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from bs4 import BeautifulSoup
from pytest_django import Settings

from newsletter.editions.fragments import Layout, PaperFragment, render_fragment, render_layout
from newsletter.editions.render import Digest, DigestBody, build_digest, subject_of
from newsletter.models import Edition

FACTS: dict[str, Any] = {
    "title": "Pointers & <Networks>",
    "authors": ["Ada Lovelace", "Charles Babbage", "Mary Somerville", "Luigi Menabrea"],
    "summary": "A short summary. " * 3,
    "topics": ["Theory"],
    "upvotes": 84,
    "upvotes_gain": 12,
    "upvotes_window_gain": 84,
    "stars": 1234,
    "position": None,
    "since": "since Friday",
    "page_url": "/papers/1/",
    "arxiv_url": "https://arxiv.org/abs/1506.03134",
    "code_url": "",
    "is_sample": False,
}


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = "https://papers.test"
    settings.MAIL_DOMAIN = "papers.test"


def make_shell(**changes: Any) -> Layout:
    edition = Edition(cadence="weekly", day=date(2025, 3, 14), note=changes.pop("note", ""))
    context = {
        "edition": edition,
        "span": "8 to 14 March 2025",
        "byline": "by AK and the research community",
        "postal_address": "1 Paper Street",
    }
    return render_layout({**context, **changes})


def make_piece(
    position: int = 1, why: str = "Theory · ▲ 84", **facts: Any
) -> tuple[PaperFragment, str]:
    return render_fragment(position, {**FACTS, **facts}), why


def make_digest(
    *chosen: tuple[PaperFragment, str], shell: Layout | None = None, delivery_id: int = 7
) -> Digest:
    return build_digest(
        delivery_id=delivery_id,
        key_id="",
        to="reader@example.com",
        dated_at=datetime(2025, 3, 15, 8, tzinfo=UTC),
        body=DigestBody(shell or make_shell(), chosen or [make_piece()]),
    )


def test_the_same_delivery_gives_the_same_mail() -> None:
    assert make_digest().as_bytes() == make_digest().as_bytes()


def test_no_mark_is_left_in_a_mail() -> None:
    digest = make_digest(make_piece(1), make_piece(2))
    assert not [c for c in digest.html + digest.text + digest.subject if 0xE000 <= ord(c) <= 0xF8FF]


def test_a_summary_cannot_smuggle_in_a_mark() -> None:
    digest = make_digest(make_piece(summary="A token \ue000 and papers \ue001 to you."))
    assert "A token and papers to you." in " ".join(digest.text.split())
    assert digest.text.count("/u/") == 1


def test_titles_are_escaped_in_html_and_plain_in_text() -> None:
    digest = make_digest()
    assert "Pointers &amp; &lt;Networks&gt;" in digest.html
    assert "Pointers & <Networks>" in digest.text


def test_ranks_count_within_the_mail() -> None:
    digest = make_digest(make_piece(40), make_piece(3))
    ranks = BeautifulSoup(digest.html, "html.parser").select(".rank")
    assert [rank.get_text() for rank in ranks] == ["1", "2"]


def test_each_paper_says_why_it_is_there_in_both_parts() -> None:
    digest = make_digest(make_piece(why="Mentions “R&D”"))
    assert "Mentions “R&amp;D”" in digest.html
    assert "Mentions “R&D”" in digest.text


def test_both_parts_carry_the_same_links() -> None:
    digest = make_digest(make_piece(code_url="https://github.com/a/b"))
    soup = BeautifulSoup(digest.html, "html.parser")
    html_links = {a["href"] for a in soup.select("a")} - {"https://papers.test/"}
    text_links = {w for w in digest.text.split() if w.startswith("https://papers.test/")}
    assert html_links == text_links - {"https://papers.test/"}
    assert len(html_links) == 6  # paper, arXiv, code, preferences, browser, unsubscribe


def test_no_link_leads_to_another_host() -> None:
    for link in BeautifulSoup(make_digest().html, "html.parser").select("[href], [src]"):
        assert str(link.get("href") or link.get("src")).startswith("https://papers.test/")


def test_the_unsubscribe_header_and_link_are_one_address() -> None:
    digest = make_digest()
    address = digest.headers["List-Unsubscribe"].strip("<>")
    assert f'href="{address}"' in digest.html
    assert address in digest.text
    assert digest.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_message_id_depends_on_the_delivery_alone() -> None:
    again = make_digest(make_piece(2, title="Another"))
    assert make_digest().headers["Message-ID"] == again.headers["Message-ID"]
    assert make_digest(delivery_id=8).headers["Message-ID"] != again.headers["Message-ID"]


def test_the_message_id_does_not_give_the_token_away() -> None:
    headers = make_digest().headers
    token = headers["List-Unsubscribe"].rpartition("/")[2].rstrip(">")
    assert token not in headers["Message-ID"]


def test_text_lines_stay_within_72_columns() -> None:
    digest = make_digest(
        make_piece(
            title="A very long title of a paper " * 5,
            summary="word " * 90,
            topics=["Natural language processing"] * 4,
            why="The long name of a topic · " * 4,
        )
    )
    lines = [line for line in digest.text.splitlines() if "https://" not in line]
    assert max(map(len, lines)) <= 72


def test_the_preheader_is_the_first_two_titles() -> None:
    digest = make_digest(*(make_piece(title=title) for title in ("One", "Two", "Three")))
    preheader = BeautifulSoup(digest.html, "html.parser").select_one(".preheader")
    assert preheader is not None
    assert preheader.get_text(strip=True) == "One · Two"


def test_styles_are_inlined() -> None:
    title = BeautifulSoup(make_digest().html, "html.parser").select_one(".title")
    assert title is not None
    assert "serif" in str(title["style"])


def test_dark_mode_keeps_its_sheet() -> None:
    assert "@media (prefers-color-scheme: dark)" in make_digest().html


def test_a_curators_note_stands_above_the_papers() -> None:
    digest = make_digest(shell=make_shell(note="Read the first one twice."))
    assert digest.html.index("twice") < digest.html.index('class="rank"')
    assert digest.text.index("twice") < digest.text.index("Pointers")


def test_a_paper_without_summary_or_authors_is_set_without_gaps() -> None:
    digest = make_digest(make_piece(summary="", authors=[]))
    assert "\n\n\n" not in digest.text


def test_ten_papers_stay_far_from_where_gmail_clips() -> None:
    pieces = [make_piece(i, summary="A sentence of some length. " * 40) for i in range(1, 11)]
    assert len(make_digest(*pieces).html.encode()) < 80_000


@pytest.mark.parametrize(
    ("titles", "subject"),
    [
        (["One"], "One"),
        (["One", "Two"], "One, and 1 more trending paper"),
        (["One", "Two", "Three"], "One, and 2 more trending papers"),
        (["word " * 40, "Two"], "word " * 11 + "..., and 1 more trending paper"),
    ],
)
def test_the_subject_names_the_first_paper_and_counts_the_rest(
    titles: list[str], subject: str
) -> None:
    assert subject_of(titles) == subject


def parsed(digest: Digest) -> EmailMessage:
    return message_from_bytes(digest.as_bytes(), policy=policy.default)


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body([kind])
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class TestOnTheWire:
    """An independent reader, Python's own email library, sees what we meant to send."""

    def test_both_parts_come_back_as_they_were(self) -> None:
        digest = make_digest(make_piece(why="Théorie · ▲ 84"), make_piece(2, "Mentions “R&D”"))
        mail = parsed(digest)
        assert part(mail, "plain").rstrip() == digest.text.rstrip()
        assert part(mail, "html").rstrip() == digest.html.rstrip()

    def test_every_header_comes_back_once(self) -> None:
        digest = make_digest()
        mail = parsed(digest)
        expected = {**digest.headers, "To": digest.to, "Subject": digest.subject}
        assert {name: mail.get_all(name) for name in expected} == {
            name: [value] for name, value in expected.items()
        }

    def test_a_subject_beyond_ascii_comes_back(self) -> None:
        title = "Über die spezielle und die allgemeine Relativitätstheorie, gemeinverständlich"
        digest = make_digest(make_piece(title=title))
        assert parsed(digest)["Subject"] == digest.subject

    def test_it_is_valid_mime_without_defects(self) -> None:
        mail = parsed(make_digest())
        assert [mail.defects, *(inner.defects for inner in mail.iter_parts())] == [[], [], []]

    def test_lines_are_short_seven_bit_and_end_in_crlf(self) -> None:
        content = make_digest(
            make_piece(title="Ein sehr langer Titel über Übersetzung " * 4)
        ).as_bytes()
        lines = content.split(b"\r\n")
        assert max(map(len, lines)) <= 78
        assert content.isascii()
        assert b"\n" not in content.replace(b"\r\n", b"")

    def test_no_line_needs_dot_stuffing(self) -> None:
        summary = ". . .hidden files like .bashrc. " * 9
        lines = make_digest(make_piece(summary=summary)).as_bytes().split(b"\r\n")
        assert not [line for line in lines if line.startswith(b".")]

    def test_each_reader_gets_their_own_token_and_nobody_elses(self) -> None:
        body = DigestBody(make_shell(), [make_piece()])
        mails = [
            build_digest(
                delivery_id=number,
                key_id="",
                to=f"reader{number}@example.com",
                dated_at=datetime(2025, 3, 15, 8, tzinfo=UTC),
                body=body,
            )
            for number in (1, 2)
        ]
        for mine, other in (mails, reversed(mails)):
            text = part(parsed(mine), "html") + part(parsed(mine), "plain")
            assert text.count(mine.token) == 12
            assert other.token not in text
