"""What a reply says itself is told from the mail that it quotes."""

from __future__ import annotations

import time

import pytest

from mail.inbound.mime import take_apart
from mail.inbound.new_text import LONGEST, file_name, new_text, text_of

QUOTED = "> unsubscribe\n> stop\n"


@pytest.mark.parametrize(
    "introduction",
    [
        "On Fri, 14 Mar 2025 at 09:00, Trending Papers <digest@papers.example.org> wrote:",
        "On Fri, 14 Mar 2025 at 09:00, Trending Papers\n<digest@papers.example.org> wrote:",
        "On Fri, 14 Mar 2025 at 09:00, Trending\nPapers <digest@papers.example.org>\nwrote:",
        "Am 14.03.25 um 09:00 schrieb Trending Papers:",
        "Le ven. 14 mars 2025 à 09:00, Trending Papers a écrit :",
        "El vie, 14 mar 2025 a las 9:00, Trending Papers escribió:",
        "Il giorno ven 14 mar 2025 alle 09:00 Trending Papers ha scritto:",
        "Em sex., 14 de mar. de 2025, Trending Papers escreveu:",
        "Op vr 14 mrt 2025 om 09:00 schreef Trending Papers:",
        "Den 14.03.2025 skrev Trending Papers:",
        "W dniu 14.03.2025 o 09:00, Trending Papers napisał(a):",
        "14 марта 2025, Trending Papers написал:",
        "2025年3月14日 Trending Papers 写道：",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "________________________________",
        "From: Trending Papers <digest@papers.example.org>\nSent: Friday",
        "Von: Trending Papers\nGesendet: Freitag",
        "De : Trending Papers\nEnvoyé : vendredi",
        "差出人: Trending Papers",
        "-- \nBob, Example University",
    ],
)
def test_the_text_ends_where_the_quotation_begins(introduction: str) -> None:
    for between in ("\n", "\n\n"):
        assert new_text(f"Thanks!{between}{introduction}\n{QUOTED}") == "Thanks!"


def test_what_follows_a_quotation_counts_if_nothing_precedes_it() -> None:
    assert new_text(f"{QUOTED}\nPlease send more.\n") == "Please send more."
    introduction = "On 14 Mar 2025, Trending Papers wrote:\n"
    assert new_text(f"{introduction}{QUOTED}\nunsubscribe\n") == "unsubscribe"


@pytest.mark.parametrize(
    "line", ["Sent from my iPhone", "Von meinem iPhone gesendet", "Get Outlook for iOS"]
)
def test_the_advertisement_of_a_phone_is_not_the_readers_text(line: str) -> None:
    assert new_text(f"stop\n\n{line}\n") == "stop"


def test_a_sentence_that_ends_with_wrote_is_no_introduction() -> None:
    assert (
        new_text("I like what they wrote:\nit is clear.") == "I like what they wrote:\nit is clear."
    )


def mail(kind: str, body: str, head: str = "") -> bytes:
    return f"From: bob@example.net\r\nContent-Type: {kind}\r\n{head}\r\n{body}".encode()


def html(body: str) -> str:
    return text_of(take_apart(mail("text/html", f"<html><body>{body}</body></html>")))


def test_html_alone_is_read_without_its_tags() -> None:
    style = "<head><title>Re</title><style>p {color: red}</style></head>"
    assert html(f"{style}<p>unsub<b>scribe</b>&nbsp;me\n\n  now</p>") == "unsubscribe me now"


WROTE = "On Fri, 14 Mar 2025 Trending Papers wrote:"


@pytest.mark.parametrize(
    "quotation",
    [
        f"<p>{WROTE}</p><blockquote type=cite><p>Read it</p><p>stop</p></blockquote>",
        '<div class="gmail_quote">On Friday<blockquote>Read it</blockquote></div>',
        '<div class="gmail_quote"><p class="gmail_attr">jeudi</p><blockquote>Read it</blockquote>',
        f'<div class="moz-cite-prefix">{WROTE}<br></div><blockquote><p>Read it</p></blockquote>',
    ],
)
def test_the_quoted_mail_of_html_is_told_from_what_is_new(quotation: str) -> None:
    above, below = html(f"<div>Thanks</div>{quotation}"), html(f"{quotation}<div>Thanks</div>")
    for text in (above, below):
        assert new_text(text) == "Thanks"
        assert "> Read it" in text.split("\n")
    assert "Thanks" not in new_text(html(quotation))
    between = html(f"Hi<br>{quotation}<p>Why this one?</p>{quotation}")
    assert "Why this one?" in between.split("\n")


@pytest.mark.parametrize(
    "mark",
    [
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Papers</div>',
        '<div id="ydp1yahoo_quoted_7" class="ydp1yahoo_quoted"><div>On Friday:</div>',
        '<div id="mail-editor-reference-message-container">',
    ],
)
def test_behind_the_mark_of_a_program_all_is_quoted(mark: str) -> None:
    text = html(f"<div>Thanks</div>{mark}<div>Read it</div><div>stop</div></div>")
    assert (new_text(text), text.split()[-2:]) == ("Thanks", [">", "stop"])


def test_a_plain_part_is_preferred() -> None:
    both = "--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--b--\r\n"
    assert text_of(take_apart(mail("multipart/alternative; boundary=b", both))) == "plain"


def test_an_attached_text_is_not_read_but_named() -> None:
    both = (
        "--b\r\n\r\nHello\r\n--b\r\nContent-Type: text/plain\r\n"
        'Content-Disposition: attachment; filename="notes.txt"\r\n\r\nstop\r\n--b--\r\n'
    )
    found = take_apart(mail("multipart/mixed; boundary=b", both))
    assert text_of(found) == "Hello"
    assert [file_name(part) for part in found.walk()] == ["", "", "notes.txt"]


@pytest.mark.parametrize(
    "text",
    ["<" * 200_000, "<style" * 40_000, "<p " * 60_000, "wrote:\n" * 30_000, ">" * 200_000,
     "On 1 " * 40_000, "a\n" * 100_000, "&" * 200_000],
)  # fmt: skip
def test_hostile_text_is_read_in_time_and_bounded(text: str) -> None:
    start = time.perf_counter()
    for kind in ("text/plain", "text/html"):
        found = text_of(take_apart(mail(kind, text)))
        assert len(found) <= LONGEST
        assert len(new_text(found)) <= LONGEST
    assert time.perf_counter() - start < 60  # quadratic work takes minutes
