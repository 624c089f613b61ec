"""Expressions for one of many terms."""

from __future__ import annotations

import re

from papers.text.summaries.alternatives import any_of


def test_each_term_matches_and_no_other_text_does() -> None:
    pattern = re.compile(any_of("we show,we prov(?:e|ed),ours"))
    found = [text for text in ("we show", "we proved", "ours", "our") if pattern.fullmatch(text)]
    assert found == ["we show", "we proved", "ours"]
