"""The notices among recorded papers: each hit was read by a person, and there is none.

All recorded papers live. What a notice beside a real comment looks like is tested with notices of
our own, added to each of the 3,876 comments.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from papers.text.withdrawal import is_only_notice, withdraws

pytestmark = pytest.mark.shared
# Its real comment says that this version corrects something: then a notice counts as history.
CORRECTED = "2510.09097"


def recorded(shared: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(shared / "data" / f"{name}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def comments(shared: Path) -> dict[str, str]:
    rows = recorded(shared, "arxiv_sample")
    return {row["arxiv_id"]: row["comment"] for row in rows if row["comment"]}


@pytest.mark.parametrize(("name", "length"), [("arxiv_sample", 8199), ("daily_papers", 4852)])
def test_no_recorded_paper_is_taken_for_withdrawn(shared: Path, name: str, length: int) -> None:
    rows = recorded(shared, name)
    hits = {
        row.get("arxiv_id") or row["id"]
        for row in rows
        if withdraws(row.get("comment") or "") or is_only_notice(row["abstract"] or "")
    }
    assert len(rows) == length
    assert hits == set()


@pytest.mark.parametrize("name", ["arxiv_sample", "daily_papers"])
def test_no_sentence_of_a_recorded_abstract_is_a_notice(shared: Path, name: str) -> None:
    """Abstracts speak of withdrawal, retraction and removal too; here each counts as a comment."""
    rows = recorded(shared, name)
    assert not [row["title"] for row in rows if withdraws(row["abstract"] or "")]
    assert not [row["title"] for row in rows if withdraws(row["title"])]


@pytest.mark.parametrize(
    "notice",
    [
        "{}. This paper has been withdrawn by the authors",
        "This paper has been withdrawn due to an error. {}",
        "Withdrawn by arXiv administrators. {}",
        "We withdraw this paper because Lemma 2 is wrong. {}",
        "{} (this paper has been withdrawn)",
    ],
)
def test_a_notice_is_found_beside_every_recorded_comment(shared: Path, notice: str) -> None:
    found = comments(shared)
    assert len(found) == 3876
    assert {key for key, text in found.items() if not withdraws(notice.format(text))} == {CORRECTED}


@pytest.mark.parametrize(
    "remark",
    [
        "{}. A previous version was withdrawn from ICLR",
        "{}. This paper was withdrawn from NeurIPS",
        "{}; extends the withdrawn arXiv:2401.00001",
        "{} (withdrawn from ICML)",
        "{}. The dataset was withdrawn by its authors",
        "A shorter version was withdrawn. {}",
    ],
)
def test_a_remark_about_something_else_is_none(shared: Path, remark: str) -> None:
    assert not [key for key, text in comments(shared).items() if withdraws(remark.format(text))]
