"""The lead of real abstracts, against sentences that a person marked as the contribution."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from papers.text.clean import fold_paragraphs
from papers.text.summaries.contribution import LONGEST, contribution, stated_in
from papers.text.tex import unicode_math
from tests.papers.text.summaries.labelled import HELD_OUT, SEEN

Abstracts = dict[str, tuple[str, str]]  # title and abstract by arXiv id


@pytest.fixture(scope="module")
def abstracts() -> Abstracts:
    return {}


@pytest.fixture
def papers(shared: Path, abstracts: Abstracts) -> Abstracts:
    """All papers of the recorded data; read once for this module."""
    if not abstracts:
        abstracts |= _seed(shared / "data")
        for name in ("arxiv_sample", "daily_papers"):
            with gzip.open(shared / "data" / f"{name}.jsonl.gz", "rt") as lines:
                for row in map(json.loads, lines):
                    abstracts[row["arxiv_id"]] = row["title"], fold_paragraphs(row["abstract"])
    return abstracts


def _seed(data: Path) -> Abstracts:
    blocks = [part.strip() for part in re.split(r"\n\s*\n", (data / "seed_page.txt").read_text())]
    facts = json.loads((data / "seed_papers.json").read_text())
    return {
        one["arxiv_id"]: (one["title"], fold_paragraphs(blocks[blocks.index(one["title"]) + 1]))
        for one in facts
    }


@pytest.mark.parametrize("arxiv_id", SEEN)
def test_a_labelled_abstract_leads_with_its_contribution(papers: Abstracts, arxiv_id: str) -> None:
    assert stated_in(*papers[arxiv_id]) in SEEN[arxiv_id]


def test_nine_in_ten_of_the_others_do(papers: Abstracts) -> None:
    right = [key for key, places in HELD_OUT.items() if stated_in(*papers[key]) in places]
    assert len(right) >= 0.9 * len(HELD_OUT)


def test_a_lead_of_a_real_abstract_is_whole_or_marked_as_cut(papers: Abstracts) -> None:
    for title, abstract in list(papers.values())[::20]:
        found = contribution(title, abstract)
        assert 0 < len(unicode_math(found)) <= LONGEST
        assert found.endswith(" …") or found.split()[-1] in abstract
