"""Curators' notes in templates."""

from __future__ import annotations

from django.template import Context, Template


def shown(source: str, note: str) -> str:
    return Template("{% load curators_notes %}" + source).render(Context({"note": note}))


def test_a_note_is_html_where_it_is_shown_whole() -> None:
    assert shown("{{ note|as_note }}", "Read *it*. <b>") == "<p>Read <em>it</em>. &lt;b&gt;</p>"


def test_a_note_is_plain_text_in_a_list() -> None:
    assert shown("{{ note|as_note_line }}", "Read *it*.\n\n- now & <b>") == (
        "Read it. - now &amp; &lt;b&gt;"
    )
