"""What SpamAssassin prints is read; without it a preview says so."""

from __future__ import annotations

import pytest

from newsletter.previews.spam import SpamReport, read_report, spam_report

PRINTED = """X-Spam-Status: No, score=-0.1 required=5.0 tests=NO_RELAYS,
\tHTML_MESSAGE autolearn=no

 9.9 FORGED_BY_THE_MAIL  a line of the mail itself

 pts rule name              description
---- ---------------------- -----------
-0.2 NO_RELAYS              Informational: message was not relayed via SMTP
 0.1 HTML_MESSAGE           BODY: HTML included in message
"""


def test_the_score_and_its_rules_are_read() -> None:
    rules = (("NO_RELAYS", -0.2), ("HTML_MESSAGE", 0.1))
    assert read_report(PRINTED) == SpamReport(-0.1, rules)


def test_other_output_gives_no_score() -> None:
    assert read_report("error").score is None


def test_without_the_program_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert spam_report(b"") == SpamReport(None, why="SpamAssassin is not installed.")
