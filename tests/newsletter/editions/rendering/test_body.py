"""The size of a digest: below 80,000 bytes of HTML as it is encoded, whatever comes in."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import Any

import pytest

from newsletter.editions.rendering.fitting import fitting_papers
from newsletter.editions.rendering.fragments import Layout, PaperFragment
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


def test_one_paper_that_was_frozen_without_bounds_costs_only_itself() -> None:
    (small, why), (stored, _) = make_fragment(1), make_fragment(2)
    giant = PaperFragment(
        title="Giant", html=stored.html.replace("Pointers", "x" * 150_000), text=stored.text
    )
    assert fitting_papers([(giant, why), (small, why)], 70_000) == [(1, small.brief)]
    assert fitting_papers([(giant, why)], 70_000) == [(0, giant.brief)]


def test_a_brief_fragment_lacks_only_its_abstract() -> None:
    fragment, _ = make_fragment(summary="One sentence with a < b.")
    assert "One sentence" not in fragment.brief.html
    assert "One sentence" in fragment.brief.text
    assert fragment.brief.html_parts
    assert isinstance(fragment.brief, Layout)
