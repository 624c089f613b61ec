"""A single mail: styled once, filled in for each reader."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.utils.translation import override

from subscribers.single_mails.rendering import Value, _skeleton, render, render_html

CONTEXT: dict[str, Value] = {
    "address": "ada@example.com",
    "link": "https://papers.example.org/confirm/one/",
    "site_url": "https://papers.example.org",
    "postal_address": "",
    "contact_email": "editors@example.org",
    "days": 2,
}


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    _skeleton.cache_clear()


def test_the_style_is_inlined_once_for_all_readers() -> None:
    for number in range(5):
        own = {"address": f"reader{number}@example.com", "link": f"https://example.org/{number}/"}
        html = render_html("confirm", {**CONTEXT, **own})
        assert f"reader{number}@example.com" in html
        assert f'href="https://example.org/{number}/"' in html
        assert "reader9" not in html
    assert _skeleton.cache_info().misses == 1


def test_each_language_and_each_number_has_its_own() -> None:
    render_html("confirm", CONTEXT)
    with override("de"):
        assert '<html lang="de"' in render_html("confirm", CONTEXT)
    assert "one day" in render_html("confirm", {**CONTEXT, "days": 1})
    assert _skeleton.cache_info().misses == 3


def test_a_text_that_is_empty_leaves_out_its_part() -> None:
    without = render_html("confirm", CONTEXT)
    assert " · " not in without
    assert " · 1 Main Street" in render_html(
        "confirm", {**CONTEXT, "postal_address": "1 Main Street"}
    )


def test_an_edited_template_shows_at_once_where_pages_are_developed(
    settings: LazySettings,
) -> None:
    settings.DEBUG = True
    assert render_html("confirm", CONTEXT) == render_html("confirm", CONTEXT)
    assert _skeleton.cache_info().currsize == 0


def test_a_text_is_escaped_and_brings_no_tag() -> None:
    html = render_html("link", {**CONTEXT, "paper_link": '"><b>', "title": "<i>A</i> & B"})
    assert "&lt;i&gt;A&lt;/i&gt; &amp; B" in html
    assert 'href="&quot;&gt;&lt;b&gt;"' in html


def test_a_text_that_looks_like_a_place_stays_a_text() -> None:
    words = "slot0123456789abcdef0123456789abcdef {{ link }} {% now %}"
    html = render_html("link", {**CONTEXT, "paper_link": "https://example.org/", "title": words})
    assert words in html


def test_every_rule_is_an_attribute_and_the_head_holds_only_those_for_dark_screens() -> None:
    html = render_html("confirm", CONTEXT)
    head, body = html.split("</head>")
    assert "@media (prefers-color-scheme: dark)" in head
    assert "<link" not in html
    assert 'class="button"' in body
    assert "padding: 13px 24px" in body


def test_the_text_is_wrapped_and_has_no_two_empty_lines() -> None:
    subject, text, _ = render("confirm", CONTEXT)
    assert subject == "Confirm your address for Trending Papers"
    assert text.startswith("TRENDING PAPERS\nOne step is left\n\n-----")
    assert text.endswith("Trending Papers\nhttps://papers.example.org/\n")
    assert "\n\n\n" not in text
