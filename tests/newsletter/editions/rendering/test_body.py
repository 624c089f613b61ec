"""The size of a digest: below 80,000 bytes of HTML as it is encoded, whatever comes in."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import Any

import pytest

from newsletter.editions.rendering.body import RENDERER, DigestBody
from newsletter.editions.rendering.fragments import Layout
from newsletter.editions.rendering.message import Digest
from tests.newsletter.editions.digests import make_digest, make_fragment, make_layout

pytestmark = pytest.mark.usefixtures("site")
EMOJI = "🔬" * 3_000  # twelve bytes each in quoted-printable
HOSTILE: dict[str, dict[str, Any]] = {
    "a name of 150,000 letters": {"authors": ["x" * 150_000]},
    "5,000 authors": {"authors": ["研究 研究"] * 5_000},
    "a Chinese title": {"title": "研究" * 250},
    "emoji everywhere": {"title": EMOJI, "summary": EMOJI, "authors": [EMOJI] * 3},
    "giant topics": {"topics": [EMOJI] * 200},
    "quotes, which are escaped": {"title": '"' * 5_000, "summary": "'&<" * 5_000},
}


def html_size(digest: Digest) -> int:
    """The bytes of the HTML part on the wire."""
    return len(digest.as_bytes().split(b"Content-Type: text/html")[1])


def ranks(digest: Digest) -> list[str]:
    return re.findall(r'<td class="rank"[^>]*>(\d+)</td>', digest.html)


@pytest.mark.parametrize("facts", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("count", [1, 10, 50])
def test_the_html_on_the_wire_is_below_80_000_bytes(facts: dict[str, Any], count: int) -> None:
    layout = make_layout(note=EMOJI, postal_address=EMOJI, byline=EMOJI)
    papers = [make_fragment(place, "研究" * 60, **facts) for place in range(1, count + 1)]
    digest = make_digest(*papers, layout=layout)
    assert html_size(digest) < 80_000
    assert ranks(digest) == [str(place) for place in range(1, len(ranks(digest)) + 1)]
    assert ranks(digest)


def test_an_ordinary_digest_of_thirty_papers_keeps_all_abstracts() -> None:
    papers = [make_fragment(place, summary="A short sentence. " * 12) for place in range(1, 31)]
    digest = make_digest(*papers)
    assert digest.html.count('class="summary"') == 30
    assert "in the browser, where" not in digest.html


def test_twenty_long_chinese_papers_lose_abstracts_from_the_last_on() -> None:
    papers = [
        make_fragment(place, title="论文" * 30, summary="研究" * 300) for place in range(1, 21)
    ]
    digest = make_digest(*papers)
    with_abstract = ['class="summary"' in row for row in digest.html.split('<td class="rank"')[1:]]
    assert len(with_abstract) == 20
    assert with_abstract == sorted(with_abstract, reverse=True)
    assert any(with_abstract)
    assert not all(with_abstract)


def test_papers_beyond_the_limit_are_counted_and_stand_in_the_browser() -> None:
    papers = [make_fragment(place, title="论文" * 150) for place in range(1, 51)]
    digest = make_digest(*papers)
    left_out = 50 - len(ranks(digest))
    line = f"{left_out} more papers are in the browser, where this digest is whole."
    assert left_out > 0
    assert line in digest.html
    assert line in " ".join(digest.text.split())
    assert digest.whole_html.count('<td class="rank"') == 50
    assert digest.whole_html.count('class="summary"') == 50


def test_a_cut_digest_is_built_again_byte_for_byte_and_decodes() -> None:
    papers = [make_fragment(place, title="论文" * 150) for place in range(1, 51)]
    digest = make_digest(*papers)
    assert digest.as_bytes() == make_digest(*papers).as_bytes()
    mail = message_from_bytes(digest.as_bytes(), policy=policy.default)
    for kind, expected in (("plain", digest.text), ("html", digest.html)):
        body = mail.get_body([kind])
        assert body is not None
        assert body.get_content().replace("\r\n", "\n").rstrip() == expected.rstrip()


LETTERS = "fnnoox"


def sectioned(letters: str = LETTERS, **values: Any) -> DigestBody:
    papers = [make_fragment(place, title=f"Paper {place}") for place in range(1, len(letters) + 1)]
    return DigestBody(make_layout(), papers, sections=letters, **values)


def in_order(text: str, *parts: str) -> bool:
    places = [text.index(part) for part in parts]
    return places == sorted(places)


def test_headings_stand_before_their_sections_in_both_parts() -> None:
    body, tokens = sectioned(), [""] * 4
    papers = [f">Paper {place}<" for place in range(1, 7)]
    expected = [
        papers[0],
        ">By the authors and words you follow</h2>", *papers[1:3],
        ">Also trending</h2>", *papers[3:5],
        ">Outside your topics</h2>", papers[5],
    ]  # fmt: skip
    assert in_order(body.html(*tokens), *expected)
    assert in_order(body.whole_html("", "", ""), *expected)
    assert in_order(
        body.text(*tokens),
        *("1.  Paper 1", f"BY THE AUTHORS AND WORDS YOU FOLLOW\n{'-' * 72}\n\n2.  Paper 2"),
        *(f"\n\nALSO TRENDING\n{'-' * 72}\n\n4.  Paper 4", "OUTSIDE YOUR TOPICS", "6.  Paper 6"),
    )


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_message_with_sections_and_an_opening_says_what_its_parts_say(kind: str) -> None:
    body = sectioned(opening="This is your first digest & more.")
    digest = make_digest(body=body)
    mail = message_from_bytes(digest.as_bytes(), policy=policy.default).get_body([kind])
    assert mail is not None
    expected = digest.text if kind == "plain" else digest.html
    assert mail.get_content().replace("\r\n", "\n").rstrip() == expected.rstrip()


def test_an_opening_stands_above_the_papers() -> None:
    body = sectioned(opening="Hello & welcome.")
    assert in_order(body.html("", "", "", ""), "Hello &amp; welcome.</p>", "Paper 1")
    assert in_order(body.text("", "", "", ""), "Hello & welcome.\n\n1.  Paper 1")


def test_the_first_paper_alone_has_its_whole_abstract() -> None:
    abstract = "It opens so. It goes on like this."
    lead = {"text": "It opens so.", "source": "abstract"}
    papers = [make_fragment(n, title=f"T{n}", summary=abstract, lead=lead) for n in (1, 2)]
    digest = make_digest(*papers)
    assert digest.html.count("It opens so.") == digest.text.count("It opens so.") == 2
    assert digest.html.count("It goes on") == digest.text.count("It goes on") == 1
    assert digest.html.index("It goes on") < digest.html.index(">T2<")
    assert [digest.html.count(f"font: 600 {size}px") for size in (26, 20)] == [1, 1]


@pytest.mark.parametrize("topics", [["Theory"], []])
def test_a_paper_without_a_reason_has_no_line_for_it(topics: list[str]) -> None:
    figures: dict[str, Any] = {"topics": topics, "upvotes": None}
    digest = make_digest(make_fragment(1, why="", **figures), make_fragment(2, why="Stars"))
    assert digest.html.count("Why:") == digest.text.count("Why:") == 1
    assert "\n\n\n" not in digest.text
    mail = message_from_bytes(digest.as_bytes(), policy=policy.default)
    for kind, shown in (("plain", digest.text), ("html", digest.html)):
        part = mail.get_body([kind])
        assert part is not None
        assert part.get_content().replace("\r\n", "\n").rstrip() == shown.rstrip()


def test_a_digest_of_one_paper_without_a_reason_says_its_abstract_in_the_inbox() -> None:
    paper = make_fragment(1, why="", summary="It opens so.")
    html = make_digest(paper).html
    assert "It opens so." in html[: html.index("<h1")]


def test_earlier_versions_begin_with_a_paper_like_the_others() -> None:
    papers = [make_fragment(1, lead={"text": "Short.", "source": "abstract"})]
    old, new = (DigestBody(make_layout(), papers, renderer=name) for name in ("4", RENDERER))
    assert "A short summary." in new.html("", "", "", "")
    assert "A short summary." not in old.html("", "", "", "") + old.text("", "", "", "")


def test_headings_count_against_the_room_of_a_mail() -> None:
    title = "论文" * 150
    letters = "f" + "n" * 24 + "o" * 24 + "x"
    papers = [make_fragment(place, title=title) for place in range(1, 51)]
    body = DigestBody(make_layout(), papers, sections=letters, opening="x" * 500)
    mail = message_from_bytes(make_digest(body=body).as_bytes(), policy=policy.default)
    part = mail.get_body(["html"])
    assert part is not None
    assert len(part.get_payload()) < 80_000


def test_a_brief_fragment_lacks_only_its_abstract() -> None:
    fragment, _ = make_fragment(summary="One sentence with a < b.")
    assert "One sentence" not in fragment.brief.html
    assert "One sentence" in fragment.brief.text
    assert fragment.brief.html_parts
    assert isinstance(fragment.brief, Layout)
