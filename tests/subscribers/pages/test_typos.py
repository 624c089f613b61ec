"""Which address was meant by one that is mistyped, and which domains are never questioned."""

from __future__ import annotations

import pytest

from subscribers.pages.typos import is_near, meant, near_domain

MISTYPED = """
gmial.com gmail.com, gnail.com gmail.com, gmai.com gmail.com, gmail.con gmail.com,
gmail.cmo gmail.com, gmail.co gmail.com, gmail.cm gmail.com, gmail.om gmail.com,
gmal.com gmail.com, gmaill.com gmail.com, gimal.com gmail.com, ggmail.com gmail.com,
gmail.comm gmail.com, gmail.co.uk gmail.com, gmail.de gmail.com, gmial.con gmail.com,
gmail.com.br gmail.com, hotmial.com hotmail.com, hotmial.co.uk hotmail.co.uk,
hotmal.fr hotmail.fr, hotmail.con hotmail.com, hotmail.co hotmail.com, homtail.com hotmail.com,
outlok.com outlook.com, outlok.de outlook.de, oulook.com outlook.com, outlook.cm outlook.com,
yaho.com yahoo.com, yahooo.com yahoo.com, yaho.co.uk yahoo.co.uk, yahoo.cim yahoo.com,
iclod.com icloud.com, icloud.con icloud.com, googlmail.com googlemail.com,
gogglemail.com googlemail.com, protonmial.com protonmail.com, live.con live.com,
aol.cmo aol.com, web.ed web.de, gmx.ed gmx.de, t-onlin.de t-online.de, comcast.ner comcast.net,
comcst.net comcast.net, university.con university.com, lab.university.ogr lab.university.org,
mit.eud mit.edu
"""
REAL = """
gmail.com googlemail.com gmx.de gmx.net gmx.at gmx.ch gmx.com gmx.co.uk mail.com email.com
ymail.com qmail.com vmail.com hushmail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.com.br
outlook.com outlook.de outlook.com.au live.com live.nl live.co.uk msn.com yahoo.com yahoo.co.jp
yahoo.co.in yahoo.fr yahoo.com.br rocketmail.com aol.com aol.de icloud.com me.com mac.com
cloud.com proton.me protonmail.com protonmail.ch pm.me fastmail.com fastmail.fm zoho.com
zoho.eu hey.com tuta.io posteo.de web.de web.com t-online.de freenet.de mail.ru yandex.ru ya.ru
qq.com 163.com 126.com sina.com naver.com hanmail.net orange.fr orange.com free.fr wanadoo.fr
laposte.net laposte.fr libero.it comcast.net comcast.com verizon.net verizon.com att.com
mit.edu ox.ac.uk ethz.ch love.com five.com line.me life.com gmail.ibm.com gmail.example.org
example.cm startup.co nic.om proton.org hotmail.example.org live.unc.edu umail.ucsb.edu
icloud.example.com nate.com inria.fr example
"""


@pytest.mark.parametrize(("typed", "right"), [pair.split() for pair in MISTYPED.split(",")])
def test_a_domain_near_a_large_provider_is_asked_about(typed: str, right: str) -> None:
    assert near_domain(typed) == right
    assert meant(f"Ada+x@{typed.upper()}") == f"ada+x@{right}"
    assert near_domain(right) == ""


@pytest.mark.parametrize("domain", REAL.split())
def test_a_real_domain_is_never_questioned(domain: str) -> None:
    assert near_domain(domain) == ""


@pytest.mark.parametrize(
    "typed",
    [
        "ada@gmail",
        "ada@gmailcom",
        "ada@@gmail.com",
        "ada@gmail,com",
        "ada@gmail.com,",
        "ada @ gmail.com",
        "ada@gmail .com",
        "ada@gmail..com",
        "ada.@gmail.com",
        "ada@.gmail.com",
        "ada@gmail.com/",
        "Ada Lovelace <ada@gmail.com>",
        "mailto:ada@gmail.com?subject=papers",
        '"ada@gmail.com"',
        "ada at gmail dot com",
        "ada(at)gmail.com",
        "ada [at] gmail [dot] com",
        "ada.gmail.com",
        "adagmail.com",
        "ADA @gmial.con",
        "ada＠gmail，com",
    ],
)
def test_an_address_that_can_be_made_out_is_found(typed: str) -> None:
    assert meant(typed) == "ada@gmail.com"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@gmail.com",
        "gmail.com",
        "ada@uni",
        "ada lovelace@gmail.com",
        "ada@example.org, bob@example.org",
        "ada@gmail@com",
        "ädä@gmial.com",
        "ada@localhost",
        "x" * 70 + "@gmail.com",
        "ada@example.org\nBcc: bob@example.org",
        "ada\x00@gmial.com",
        "ada@example.org",
    ],
)
def test_nothing_is_guessed_where_nothing_or_too_much_can_be_meant(typed: str) -> None:
    assert meant(typed) == ""


@pytest.mark.parametrize(
    ("typed", "known", "answer"),
    [
        ("gmal", "gmail", True),  # missing
        ("gmaiil", "gmail", True),  # too many
        ("gnail", "gmail", True),  # wrong
        ("gmial", "gmail", True),  # in the wrong place
        ("gmaili", "gmail", True),  # at the end
        ("gmail", "gmail", False),  # it is the name itself
        ("mail", "gmail", False),  # another first letter
        ("email", "gmail", False),
        ("gnial", "gmail", False),  # two errors
        ("", "gmail", False),
    ],
)
def test_one_error_is_near_and_two_are_not(typed: str, known: str, answer: bool) -> None:
    assert is_near(typed, known) is answer
