"""Short summaries that models wrote: what is removed from them, and which are refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.summaries.short import LONGEST_SHORT, short_summary

GOOD = "Plover reads the abstracts of ten papers in a minute."


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"  {GOOD}\n",
        f"**{GOOD}**",
        f"TL;DR: {GOOD}",
        f"tldr - {GOOD}",
        f"Summary: {GOOD}",
        f"**Summary:** {GOOD}",
        f"Here is a one-sentence summary of the paper: {GOOD}",
        f"Sure! Here's the summary: {GOOD}",
        f'"{GOOD}"',
        f"“{GOOD}”",
        f'Summary: "{GOOD}"',
        f"- {GOOD}",
        f"# {GOOD}",
        f"<p>{GOOD}</p>",
        "Plover reads the `abstracts` of *ten* papers<br> in a minute.",
        "Plover reads the abstracts &#111;f ten papers in a\u202e minute.",
        "Plover reads\nthe abstracts of\n\nten papers in a minute.",
    ],
)
def test_labels_quotes_and_markup_are_removed(text: str) -> None:
    assert short_summary(text) == GOOD


@pytest.mark.parametrize(
    "text",
    [
        "Error correction for A* search needs 2 * n steps at most.",
        'The "walrus" operator and the "seal" are compared here.',
        "No-regret learning in games of many birds is studied.",
        "Unfortunately common birds are found by a new method.",
        "None of the known birds reads abstracts, as is shown here.",
        "Abstract reasoning of birds is measured on nine tests.",
        "A model with x < 3 and y > 2 is trained on nine trees.",
        r"A bound of $\mathcal{O}(n)$ for snake_case__names is proven.",
        "我们提出了一种能够在一分钟之内阅读十篇论文摘要的鸟类模型。",
    ],
)
def test_an_honest_summary_stays_as_it_is(text: str) -> None:
    expected = text.replace("__", "")  # emphasis of Markdown, wherever it stands
    assert short_summary(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Too short.",
        "N/A",
        "none",
        "No summary available for this paper at the moment.",
        "I'm sorry, but I cannot summarise this text for you.",
        "I cannot summarise a text that was not given to me.",
        "As an AI language model, I do not read papers at all.",
        "Sorry, the abstract is missing, so there is nothing to say.",
        "The provided abstract does not contain any information.",
        "The abstract is empty, so no summary can be given of it.",
        "Please provide the abstract that you want summarised.",
        "Summary: I cannot summarise this text for you today.",
        "word " * LONGEST_SHORT,
    ],
)
def test_what_is_no_summary_is_refused(text: str) -> None:
    assert short_summary(text) == ""


def test_the_title_again_is_no_summary() -> None:
    title = "Plover: A Bird that Reads Abstracts"
    assert short_summary(f"{title}.", title) == ""
    assert short_summary(f"{title} well.", title) == f"{title} well."


def test_nearly_all_real_summaries_stay_as_they_are(shared: Path) -> None:
    with gzip.open(shared / "data" / "daily_papers.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [row["ai_summary"] for row in rows if row["ai_summary"]]
    changed = [text for text in texts if short_summary(text) != text]
    assert len(texts) > 2_000
    assert len(changed) <= 20


@given(st.text(max_size=300))
def test_a_summary_is_one_line_and_is_cleaned_once(text: str) -> None:
    found = short_summary(text)
    assert "\n" not in found
    assert found == found.strip()
