"""What every mail uses of HTML and CSS, beside what mail programs know, and whether it is valid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.emails.accepted import ACCEPTED, UNTESTED, Accepted
from tests.emails.css import Declaration, declarations, rules
from tests.emails.features import Use, uses
from tests.emails.findings import findings
from tests.emails.mails import Mail, mails
from tests.page_checks import MAILS, html_problems

__all__ = ["mails"]  # a fixture
pytestmark = pytest.mark.django_db
PADDED = '<p style="padding: 4px">'


@pytest.fixture
def used(mails: Sequence[Mail]) -> set[Use]:
    return {use for mail in mails for use in uses(mail.html)}


def test_each_mail_program_knows_what_mails_use_or_loses_nothing(used: set[Use]) -> None:
    assert findings(used, ACCEPTED, UNTESTED).refused == []


def test_no_line_of_the_table_is_out_of_date(used: set[Use]) -> None:
    assert findings(used, ACCEPTED, UNTESTED).stale == []


def test_every_mail_is_valid_html(mails: Sequence[Mail], tmp_path: Path) -> None:
    for number, mail in enumerate(mails):
        (tmp_path / f"{number} {mail.name}.html").write_text(mail.html)
    assert html_problems(tmp_path, MAILS) == []


def test_invalid_html_of_a_mail_is_found(tmp_path: Path) -> None:
    (tmp_path / "mail.html").write_text("<!DOCTYPE html><p><table></p>")
    assert html_problems(tmp_path, MAILS) != []


# ── the comparison itself ────────────────────────────────────────────────────


def refused(html: str, *accepted: Accepted) -> dict[str, list[str]]:
    """The programs that lack something in this HTML, by feature; those that Word renders alone."""
    sentences = findings(uses(html), accepted, {}).refused
    return {
        sentence.split()[0]: re.findall(r"(outlook windows(?:-mail)?) \(", sentence)
        for sentence in sentences
        if "no test" not in sentence
    }


def test_padding_of_a_paragraph_is_refused() -> None:
    assert refused(PADDED) == {"css-padding": ["outlook windows", "outlook windows-mail"]}


def test_an_acceptance_holds_for_its_programs_and_elements_only() -> None:
    windows = Accepted("css-padding", "outlook windows", "why")
    assert refused(PADDED, windows) == {"css-padding": ["outlook windows-mail"]}
    cells = Accepted("css-padding", "outlook windows*", "why", r"^td \| ")
    assert refused(PADDED, cells) == refused(PADDED)
    assert refused(PADDED.replace("p ", "td "), cells) == {}


def test_a_feature_that_nobody_has_tested_is_refused_until_it_is_listed() -> None:
    used = uses('<p style="text-box: trim-both">')
    [sentence] = findings(used, (), {}).refused
    assert sentence == "css-text-box on p: caniemail.com has no test of it"
    assert findings(used, (), {"css-text-box": "why"}).refused == []


def test_a_line_that_no_mail_needs_is_out_of_date() -> None:
    found = findings(set(), [Accepted("css-float", "*", "why")], {"css-text-box": "why"})
    assert found.stale == ["css-float: why", "css-text-box"]


def test_word_reads_comments_for_it_and_nothing_of_what_is_not_for_it() -> None:
    for_word = f"<!--[if mso]>{PADDED}<![endif]-->"
    assert refused(for_word) == refused(PADDED)
    assert refused(f"<!--[if !mso]><!-->{PADDED}<!--<![endif]-->") == {}
    assert refused(f"<!--[if !mso]><!--><p><!--<![endif]-->{PADDED}") == refused(PADDED)


def test_programs_that_drop_a_rule_need_not_know_what_is_in_it() -> None:
    media = "<style>@media (max-width: 480px) { td { position: fixed; } }</style>"
    clients = {use.feature: use.within for use in uses(media)}
    assert clients["css-position"] == {"html-style", "css-at-media"}
    [found] = [one for one in findings(uses(media), (), {}).refused if "css-position" in one]
    assert "gmail ios (no)" in found
    assert "outlook windows" not in found
    assert "gmail mobile-webmail" not in found


def test_css_is_divided_as_programs_read_it() -> None:
    assert declarations("font: 600 20px/1.25 'A; B', serif; color: RED !important;") == [
        Declaration("font", "600 20px/1.25 'A; B', serif"),
        Declaration("font-size", "20px"),
        Declaration("font-weight", "600"),
        Declaration("line-height", "1.25"),
        Declaration("color", "RED !important"),
    ]
    sheet = "/* { */ @media (a) { b, c > d { e: f(1;2) } g { h: i } } j { k: l }"
    assert [(rule.around, rule.selector) for rule in rules(sheet)] == [
        (("@media (a)",), "b, c > d"),
        (("@media (a)",), "g"),
        ((), "j"),
    ]


@pytest.mark.parametrize(
    ("html", "features"),
    [
        ('<a href="mailto:a@example.org">', {"html-a", "html-mailto-links"}),
        ('<h2 lang="en">', {"html-h1-h6", "html-lang"}),
        ('<p style="margin-top: 1rem">', {"html-p", "css-margin", "css-unit-rem"}),
        ('<p style="color: rgb(1 2 3)">', {"html-p", "css-color", "css-rgb"}),
        ('<p style="--a: b">', {"html-p", "css-variables"}),
        ('<p style="display: flex">', {"html-p", "css-display", "css-display-flex"}),
        ("<style>a:hover > b { }</style>", {
            "html-style", "css-pseudo-class-hover", "css-selector-child", "css-selector-type",
        }),
        ("<style>.a.b, [c] { }</style>", {
            "html-style", "css-selector-chaining", "css-selector-class", "css-selector-grouping",
            "css-selector-attribute",
        }),
        ("<style>@import url(a.css);</style>", {"html-style", "css-at-import"}),
    ],
)  # fmt: skip
def test_html_and_css_are_named_as_the_data_names_them(html: str, features: set[str]) -> None:
    assert {use.feature for use in uses(html)} == features
