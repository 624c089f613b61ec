"""Fragments and layouts: rendered once, with placeholders for what differs between recipients."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup

from newsletter.editions.rendering.fragments import PaperFragment
from newsletter.editions.rendering.paper_context import wrap_after_indent
from newsletter.editions.rendering.quoted_printable import quoted_printable
from newsletter.editions.rendering.slots import Slot
from tests.newsletter.editions.digests import make_fragment, make_layout

pytestmark = pytest.mark.usefixtures("site")
TOKENS = [Slot.READ, Slot.UNSUBSCRIBE, Slot.PREFERENCES, Slot.FEEDBACK]


def slots(text: str) -> list[Slot]:
    """The slots of a stored text, in its order."""
    by_character = {slot.value: slot for slot in Slot}
    return [by_character[character] for character in text if character in by_character]


def test_a_layout_has_a_slot_for_papers_preheader_and_each_token() -> None:
    layout = make_layout()
    read, unsubscribe, preferences, feedback = TOKENS
    fewer = [unsubscribe] * 2  # once a month, and a pause
    ends = [preferences, read, unsubscribe]
    assert slots(layout.html) == [Slot.PREHEADER, read, unsubscribe, Slot.PAPERS, *fewer, *ends]
    assert slots(layout.text) == [Slot.PAPERS, feedback, *fewer, *ends]


def test_a_fragment_has_a_slot_for_rank_reason_and_its_links() -> None:
    fragment, _ = make_fragment()
    says = [Slot.FEEDBACK] * 3
    summary = [Slot.SUMMARY_START, Slot.SUMMARY_END]
    assert slots(fragment.html) == [Slot.RANK, Slot.READ, Slot.WHY, *says, Slot.READ]
    assert slots(fragment.text) == [Slot.RANK, *summary, Slot.WHY, Slot.READ, Slot.READ]
    assert slots(fragment.shown_text) == [Slot.RANK, Slot.WHY, Slot.READ, Slot.READ]
    assert slots(fragment.title) == []


def test_each_token_stands_in_the_link_of_its_purpose() -> None:
    layout = make_layout()
    text = re.sub(r"(https:.*)", r'href="\1"', layout.text)
    html = layout.html + text
    for slot, path in zip(TOKENS, "dupw", strict=True):
        assert f'href="https://papers.test/{path}/{slot.value}"' in html
        assert html.count(slot.value) == html.count(f"/{path}/{slot.value}")


@pytest.mark.parametrize("kind", ["html", "text"])
def test_the_parts_join_to_the_encoded_text(kind: str) -> None:
    for layout in (make_layout(), make_fragment()[0]):
        parts = getattr(layout, f"{kind}_parts")
        joined = b""
        for part, slot in zip(parts, [*getattr(layout, f"{kind}_slots"), ""], strict=True):
            pieces = [*part, slot] if slot else part
            joined += b"".join(
                piece.value.encode() if isinstance(piece, Slot) else piece for piece in pieces
            )
        widths = {slot.value: 0 for slot in Slot} | {slot.value: 36 for slot in TOKENS}
        widths[Slot.RANK.value] = 4
        whole = layout.shown_text if kind == "text" else layout.html
        assert joined == quoted_printable(whole, widths)


def test_the_encoded_parts_hold_no_byte_of_a_slot() -> None:
    named = "".join(slot.value for slot in Slot) + "é"
    fragment, _ = make_fragment(title=named, authors=[named], topics=[named])
    for parts in (fragment.html_parts, fragment.text_parts):
        assert all(isinstance(one, Slot) or one.isascii() for part in parts for one in part)


@pytest.mark.parametrize("place", [*(slot.value for slot in Slot), "\ue000", "\uf8ff"])
def test_no_value_brings_a_slot_lists_neither(place: str) -> None:
    named = f"Jane{place}Doe"
    fragment, _ = make_fragment(
        title=named, authors=[named, "Ada Lovelace"], topics=[named], summary=named, since=named
    )
    expected, _ = make_fragment(
        title="JaneDoe", authors=["JaneDoe", "Ada Lovelace"], topics=["JaneDoe"], summary="JaneDoe",
        since="JaneDoe",
    )  # fmt: skip
    assert fragment == expected
    assert fragment.html_parts == expected.html_parts


def test_a_note_brings_no_slot_into_the_layout() -> None:
    places = Slot.PAPERS.value, Slot.PREHEADER.value
    layout = make_layout(note=f"Read{places[0]} this.", byline=f"by A{places[1]}K")
    assert layout == make_layout(note="Read this.", byline="by AK")


@pytest.mark.parametrize("facts", [{"title": None}, {"authors": [None]}, {"summary": ["no text"]}])
def test_facts_of_no_paper_cannot_be_rendered(facts: dict[str, Any]) -> None:
    with pytest.raises((TypeError, AttributeError)):
        make_fragment(**facts)


@pytest.mark.parametrize("slot", [Slot.RANK, Slot.WHY, Slot.PAPERS])
@pytest.mark.parametrize("part", ["html", "text"])
def test_a_fragment_with_a_slot_too_many_is_not_intact(part: str, slot: Slot) -> None:
    fragment, _ = make_fragment()
    assert fragment.is_intact
    assert not replace(fragment, **{part: getattr(fragment, part) + slot.value}).is_intact


def test_a_fragment_without_a_slot_is_not_intact() -> None:
    assert not PaperFragment(html=Slot.RANK.value, text="", title="").is_intact


def test_titles_are_escaped_in_html_and_plain_in_text() -> None:
    fragment, _ = make_fragment()
    assert "Pointers &amp; &lt;Networks&gt;" in fragment.html
    assert "Pointers & <Networks>" in fragment.text
    assert fragment.title == "Pointers & <Networks>"


@pytest.mark.parametrize(
    ("facts", "figures"),
    [
        ({}, "Theory · ▲ 84 (+12 in a day)"),
        ({"upvotes_gain": 0}, "Theory · ▲ 84"),
        ({"upvotes": None}, "Theory"),
        ({"upvotes": None, "topics": [], "is_sample": True}, "sample data"),
    ],
)
def test_figures_name_topics_votes_and_sample_data(facts: dict[str, Any], figures: str) -> None:
    fragment, _ = make_fragment(**facts)
    assert f"\n    {figures}\n" in fragment.text


def test_styles_are_inlined() -> None:
    title = BeautifulSoup(make_fragment()[0].html, "html.parser").select_one(".title")
    assert title is not None
    assert "serif" in str(title["style"])


def test_the_rules_for_dark_mode_stay_in_the_layout() -> None:
    assert "@media (prefers-color-scheme: dark)" in make_layout().html


def test_a_curator_s_note_stands_above_the_papers() -> None:
    layout = make_layout(note="Read the first one twice.")
    assert layout.html.index("twice") < layout.html.index(Slot.PAPERS.value)
    assert layout.text.index("twice") < layout.text.index(Slot.PAPERS.value)


def test_a_paper_is_shown_with_its_frozen_lead_and_who_wrote_it() -> None:
    lead = {"text": "Pointers find their way.", "source": "hugging_face"}
    fragment, _ = make_fragment(lead=lead)
    line = "Pointers find their way. (summary by Hugging Face’s model)"
    paragraph = BeautifulSoup(fragment.html, "html.parser").select_one("p.summary")
    assert paragraph is not None
    assert paragraph.get_text() == line
    assert f"    {line}\n" in fragment.shown_text
    assert "Pointers find" not in fragment.brief.html


def test_a_lead_of_the_abstract_has_no_credit() -> None:
    fragment, _ = make_fragment(lead={"text": "Pointers find their way.", "source": "abstract"})
    assert "    Pointers find their way.\n" in fragment.shown_text


def test_an_edition_that_froze_no_lead_shows_the_contribution_of_its_abstract() -> None:
    background = "Pointers have been lost for as long as there have been any, and few cared. "
    abstract = f"{background * 3}We propose a way to find each of them in one minute."
    fragment, _ = make_fragment(summary=abstract)
    assert "We propose a way to find each of them in one minute." in fragment.text
    assert "few cared" not in fragment.text


@pytest.mark.parametrize("lead", ["text", {}, {"text": None, "source": "abstract"}, []])
def test_a_lead_that_is_none_is_no_fact_of_a_paper(lead: object) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 (any: the paper is left out)
        make_fragment(lead=lead)


def test_a_lead_that_is_too_long_is_cut() -> None:
    fragment, _ = make_fragment(lead={"text": "word " * 500, "source": "model"})
    assert len(fragment.text) < 1_200


def test_a_paper_without_summary_or_authors_leaves_no_gap() -> None:
    fragment, _ = make_fragment(summary="", authors=[])
    assert "\n\n\n" not in fragment.text


def test_a_long_text_wraps_at_72_columns_after_the_indent() -> None:
    lines = wrap_after_indent("word " * 40).split("\n")
    assert max(map(len, lines)) <= 72
    assert [line.startswith("    ") for line in lines] == [False, True, True, True]


# ── the paper that a digest begins with ──────────────────────────────────────


def test_the_first_paper_has_a_larger_title_and_its_whole_abstract() -> None:
    lead = {"text": "One.", "source": "abstract"}
    fragment = replace(make_fragment(lead=lead)[0], abstract="One <a> & b. " + "Two. " * 30)
    first = fragment.as_first
    assert "26px" in first.html
    assert "26px" not in fragment.html
    assert "One &lt;a&gt; &amp; b. Two." in first.html
    assert "\n    One <a> & b. Two. Two." in first.shown_text
    assert max(map(len, first.shown_text.split("\n"))) <= 80
    assert first.is_intact
    assert first.brief.html.count("Two.") == 0


def test_a_first_paper_without_an_abstract_keeps_its_sentence() -> None:
    fragment, _ = make_fragment(summary="", lead={"text": "One.", "source": "model"})
    assert "One. (summary by a language model)" in fragment.as_first.html
    assert "26px" in fragment.as_first.html


def test_the_abstract_of_the_first_paper_is_bounded() -> None:
    fragment, _ = make_fragment(summary="word " * 1_000)
    assert len(fragment.as_first.shown_text) < 2_600


def test_what_an_earlier_version_froze_looks_alike_in_each_place() -> None:
    fragment, _ = make_fragment(summary="One. Two.", lead={"text": "One.", "source": "abstract"})
    old = replace(fragment, text=fragment.shown_text)
    assert old.as_first is old


def test_no_abstract_brings_a_slot() -> None:
    fragment = replace(make_fragment()[0], abstract=f"a{Slot.READ.value}b")
    assert slots(fragment.as_first.html) == slots(fragment.html)
    assert "ab" in fragment.as_first.shown_text


def test_a_paper_without_feedback_keeps_its_other_links() -> None:
    fragment, _ = make_fragment(code_url="https://github.com/a/b")
    links = BeautifulSoup(fragment.without_feedback.html, "html.parser").select("p.acts a")
    assert [link.get_text() for link in links] == ["Paper", "Code"]
    paragraph = BeautifulSoup(fragment.without_feedback.html, "html.parser").select_one("p.acts")
    assert paragraph is not None
    assert paragraph.get_text() == "Paper · Code"


def test_the_last_link_of_a_paper_without_sources_ends_its_line() -> None:
    fragment, _ = make_fragment(arxiv_url="", code_url="")
    paragraph = BeautifulSoup(fragment.html, "html.parser").select_one("p.acts")
    assert paragraph is not None
    assert paragraph.get_text() == "More like this · Less like this · Save"


def test_headings_are_nested_and_padding_stands_on_cells_and_links() -> None:
    layout, (fragment, _) = make_layout(note="Read *it*."), make_fragment(note="And it.")
    soup = BeautifulSoup(layout.html + fragment.html, "html.parser")
    assert [tag.name for tag in soup.select("h1, h2, h3")] == ["h1", "h2", "h3"]
    padded = {
        it.name for it in soup.select("[style]") if re.search(r"padding: [1-9]", str(it["style"]))
    }
    assert padded <= {"td", "a"}
    assert "transparent" not in layout.html
