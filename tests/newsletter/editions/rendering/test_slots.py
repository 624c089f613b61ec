"""Slots: a place to fill stands where the renderer put it, and text cannot make one."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.editions.rendering.body import DigestBody
from newsletter.editions.rendering.fragments import render_fragment, render_layout
from newsletter.editions.rendering.message import build_digest
from newsletter.editions.rendering.slots import (
    Marks,
    Slot,
    encoded_pieces,
    pieces,
    upgraded_fragment,
    upgraded_layout,
)
from tests.newsletter.editions.digests import FACTS, make_digest, make_fragment, make_layout

pytestmark = pytest.mark.usefixtures("site")

OLD = "\ue000"
CHARACTERS = [OLD, *(slot.value for slot in Slot)]
# What texts of strangers may hold: any character, our own slots in links, in every escape.
evil = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.text(st.sampled_from([*CHARACTERS, "\0", "a", " ", "<", '"', "&", "=", "\n"]), max_size=20),
    st.sampled_from(
        [
            form.format(character)
            for form, character in product(
                ("http://evil.example/?t={}", "https://papers.test/u/{}", "/r/{}/3", "</a>{}"),
                [
                    *CHARACTERS,
                    *("&#xe008;", "&#57344;", "=EE=80=88", "%EE%80%88", "\\ue008"),
                    *("{{ placeholders.why }}", "slot" + "0" * 32),
                ],
            )
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_text_brings_a_token_to_another_place(data: st.DataObject) -> None:
    def text() -> str:
        return data.draw(evil)

    facts: dict[str, Any] = FACTS | {
        "title": text(), "authors": [text(), text()], "summary": text(), "topics": [text()],
        "since": text(), "upvotes_gain": 3, "code_url": text(), "arxiv_url": text(),
    }  # fmt: skip
    layout = render_layout(
        {
            "edition": type("Edition", (), {"cadence": text()}),
            "note": text(), "span": text(), "byline": text(), "postal_address": text(),
        }
    )  # fmt: skip
    fragment = render_fragment(1, facts)
    digest = build_digest(
        delivery_id=7, subscriber_id=3, secret="s", to="ada@example.com",
        dated_at=make_digest().dated_at, body=DigestBody(layout, [(fragment, text())]),
    )  # fmt: skip
    links = 1 + bool(facts["code_url"]) + bool(facts["arxiv_url"])
    encoded = re.sub("=\r\n", "", digest.as_bytes().decode())
    for whole, [read, unsubscribe, preferences, feedback] in (
        (digest.html, [links + 2, 4, 1, 3]),
        (digest.text, [links + 1, 2, 1, 1]),
        (encoded, [2 * links + 3, 7, 2, 4]),  # one of them in a header
    ):
        counts = {"d": read - links * (1 + (whole == encoded)), "u": unsubscribe, "p": preferences}
        counts["w"] = feedback
        own = digest.tokens
        assert whole.count(own.read) == read
        assert whole.count(f"https://papers.test/r/{own.read}/") == read - counts["d"]
        tokens = {"d": own.read, "u": own.unsubscribe, "p": own.preferences, "w": own.feedback}
        for path, token in tokens.items():
            assert whole.count(f"https://papers.test/{path}/{token}") == counts[path]
        found = [whole.count(token) for token in own[1:4]]
        assert found == [unsubscribe, preferences, feedback]


def test_a_rendering_has_marks_of_its_own() -> None:
    first, second = Marks(), Marks()
    assert not {first[slot] for slot in Slot} & {second[slot] for slot in Slot}
    assert first.stored(f"a {first[Slot.READ]} b") == f"a {Slot.READ.value} b"
    assert first.stored(f"a {second[Slot.READ]} b") == f"a {second[Slot.READ]} b"


def test_what_is_stored_has_no_other_slot() -> None:
    marks = Marks()
    text = f"{Slot.WHY.value}x\0{OLD}{marks[Slot.RANK]}\uf8ffy"
    assert marks.stored(text) == f"x{Slot.RANK.value}y"


def test_texts_and_slots_stand_in_turn() -> None:
    assert pieces(f"a{Slot.READ.value}b") == ["a", Slot.READ, "b"]
    assert encoded_pieces(f"a{Slot.READ.value}b".encode()) == [b"a", Slot.READ, b"b"]
    assert encoded_pieces(b"=EE=80=88") == [b"=EE=80=88"]


class TestOfTheFirstRenderer:
    """Texts that were stored with one slot for all tokens."""

    def test_a_fragment_gets_the_slot_to_read(self) -> None:
        stored = f'<a href="https://papers.test/r/{OLD}/3">A</a> https://papers.test/r/{OLD}/4'
        assert upgraded_fragment(stored, [3, 4]) == stored.replace(OLD, Slot.READ.value)

    @pytest.mark.parametrize(
        "stranger", ["http://evil.example/?t=\ue000", "http://evil.example/r/\ue000/3", "\ue000"]
    )
    def test_a_fragment_with_a_slot_of_a_stranger_is_refused(self, stranger: str) -> None:
        with pytest.raises(ValueError, match="outside of our own links"):
            upgraded_fragment(f"https://papers.test/r/{OLD}/3 by {stranger}", [3])

    def test_a_fragment_of_today_stays_as_it_is(self) -> None:
        fragment, _ = make_fragment()
        assert upgraded_fragment(fragment.html, [3, 4]) is fragment.html

    def test_a_layout_gets_a_slot_for_each_purpose(self) -> None:
        layout = make_layout()
        for whole in (layout.html, layout.text):
            # That time had no feedback, and no links to fewer mails.
            stored = re.sub("\\S*(?:\ue00b|\\?fewer=)\\S*", "", whole)
            old = re.sub("[\ue008\ue009\ue00a]", OLD, stored)
            assert upgraded_layout(old) == stored
        assert upgraded_layout(layout.html) is layout.html

    def test_a_layout_loses_the_slots_of_strangers(self) -> None:
        old = f"See http://evil.example/u/{OLD} or {OLD}.\nhttps://papers.test/u/{OLD}\n"
        new = f"See http://evil.example/u/ or .\nhttps://papers.test/u/{Slot.UNSUBSCRIBE.value}\n"
        assert upgraded_layout(old) == new

    def test_a_layout_without_our_link_keeps_no_slot(self) -> None:
        assert upgraded_layout(f"{OLD} nothing") == " nothing"
