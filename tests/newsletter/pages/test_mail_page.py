"""A mail's HTML as a part of a page: its words and links, and nothing that a page may not hold."""

from __future__ import annotations

import pytest

from newsletter.pages.mail_page import mail_part


@pytest.mark.parametrize(
    ("html", "part"),
    [
        ("<html><head><title>x</title></head><body><p>Hi</p></body></html>", "<p>Hi</p>"),
        ("<head><style>p { color: red }</style></head><p>Hi</p>", "<p>Hi</p>"),
        ('<p style="color: red" class="title big">Hi</p>', '<p class="mail-title mail-big">Hi</p>'),
        ('<div class="preheader">First · <b>Second</b></div><p>Hi</p>', "<p>Hi</p>"),
        ('<p onclick="x()" id="main" align="left">Hi</p>', "<p>Hi</p>"),
        (
            '<table role="presentation" cellpadding="0" width="9"><tr><td>A</td></tr></table>',
            '<table role="presentation"><tr><td>A</td></tr></table>',
        ),
        ("<p>a &lt;b&gt; &amp; c</p>", "<p>a &lt;b&gt; &amp; c</p>"),
        ('<p>say class="x" &quot;y&quot;</p>', '<p>say class="x" "y"</p>'),
        ("<p>one<br>two<br/>three</p>", "<p>one<br>two<br>three</p>"),
        ("<p>a<!-- hidden -->b</p>", "<p>ab</p>"),
        ('<p lang="de">Ja</p>', '<p lang="de">Ja</p>'),
        ("<script>alert('<p>1</p>')</script><p>Hi</p>", "<p>Hi</p>"),
        ("<h1>A</h1><h2>B</h2><h3>C</h3>", "<h2>A</h2><h3>B</h3><h4>C</h4>"),
        ("<!--[if mso]><table><tr><td><![endif]--><p>Hi</p>", "<p>Hi</p>"),
        ("<p>left open <b>twice", "<p>left open <b>twice</b></p>"),
        ("</p></div><p>Hi</p>", "<p>Hi</p>"),
    ],
)
def test_words_and_structure_stay_and_presentation_goes(html: str, part: str) -> None:
    assert mail_part(html) == part


def test_a_link_to_another_host_gets_no_hold_of_the_page() -> None:
    assert mail_part('<a href="https://a.example/x?b=1&amp;c=2">A</a>') == (
        '<a href="https://a.example/x?b=1&amp;c=2" rel="noopener">A</a>'
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "", " vbscript:x"])
def test_a_link_that_is_no_address_leaves_its_text(address: str) -> None:
    assert mail_part(f'<p><a href="{address}">A <b>b</b></a> c</p>') == "<p>A <b>b</b> c</p>"


def test_a_link_gets_the_address_that_the_page_gives_it() -> None:
    part = mail_part('<a href="x">A</a> <a href="y">B</a>', {"x": "/papers/1", "y": ""}.__getitem__)
    assert part == '<a href="/papers/1">A</a> B'


def test_an_address_cannot_leave_its_attribute() -> None:
    part = mail_part("""<a href='/x"><script>alert(1)</script>'>A</a>""")
    assert part == '<a href="/x&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">A</a>'
