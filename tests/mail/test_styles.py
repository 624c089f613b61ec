"""The style of mails as attributes."""

from __future__ import annotations

from mail.styles import inlined, inlined_fragment


def test_a_rule_becomes_an_attribute_and_a_media_rule_stays() -> None:
    page = inlined(
        "<html><head><style>@media (max-width: 480px) { p { color: red } }</style></head>"
        '<body><p class="name">x</p></body></html>'
    )
    assert "@media" in page
    assert "font-size:" in page.split("<p", 1)[1].split(">")[0]


def test_a_fragment_gets_its_rules_and_no_page_around_it() -> None:
    assert inlined_fragment("<a>x</a>").startswith('<a style="')
