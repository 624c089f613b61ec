"""docs/sweep.md: what the rules for texts do to 13,051 real papers."""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from papers.sources.links import code_url
from papers.text.names import initials, is_group, names_of, split_names
from papers.text.tex import unicode_math
from papers.text.titles import title_key
from papers.text.withdrawal import is_only_notice, withdraws

pytestmark = pytest.mark.shared
PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "sweep.md"
ROW: Final = re.compile(
    r"^\| (?P<what>[^|]+) \| (?P<of>[\d,]+) [^|]+ \| [\d,]+ \| (?P<now>[\d,]+) \|$"
)


@cache
def papers(folder: Path) -> list[dict[str, Any]]:
    found = []
    for name in ("arxiv_sample", "daily_papers"):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines]
    return found


@pytest.fixture
def rows(shared: Path) -> list[dict[str, Any]]:
    return papers(shared / "data")


@cache
def documented() -> dict[str, tuple[int, int]]:
    """What the page says, by the words of the first column: of how many, and how many now."""
    found = [match for line in PAGE.read_text().splitlines() if (match := ROW.match(line))]
    return {
        row["what"]: (int(row["of"].replace(",", "")), int(row["now"].replace(",", "")))
        for row in found
    }


def of_page(words: str) -> tuple[int, int]:
    (found,) = [counts for what, counts in documented().items() if words in what]
    return found


def test_no_living_paper_is_taken_for_withdrawn(rows: list[dict[str, Any]]) -> None:
    hits = [
        row["arxiv_id"]
        for row in rows
        if withdraws(row.get("comment") or "") or is_only_notice(row["abstract"] or "")
    ]
    assert (len(rows), len(hits)) == of_page("withdrawn"), hits


@pytest.mark.parametrize(
    ("field", "command", "words"),
    [
        ("abstract", r"\\[a-zA-Z]", "abstracts in which a TeX command"),
        ("title", r"\\[a-zA-Z]", "titles in which a TeX command"),
        ("abstract", r"\\href", r"`\href`"),
    ],
)
def test_commands_that_are_left_are_counted(
    rows: list[dict[str, Any]], field: str, command: str, words: str
) -> None:
    with_tex = [row[field] for row in rows if re.search(r"[\\$]", row[field] or "")]
    left = [text for text in with_tex if re.search(command, unicode_math(text))]
    assert (len(with_tex), len(left)) == of_page(words), left


def test_no_byline_abbreviates_a_group(rows: list[dict[str, Any]]) -> None:
    names = {name for row in rows for name in row.get("authors") or []}
    groups = {name for name in names if " " in name and is_group(name)}
    assert (len(groups), sum(initials(name) != name for name in groups)) == of_page("byline")


def test_affiliations_split_no_author_list(rows: list[dict[str, Any]]) -> None:
    lists = [list(names_of(row.get("authors") or [])) for row in rows]
    several = [names for names in lists if len(names) > 1]
    wrong = [
        names for names in several if split_names(", ".join(with_affiliations(names))) != names
    ]
    assert (len(several), len(wrong)) == of_page("affiliations"), wrong


def with_affiliations(names: list[str]) -> list[str]:
    """Three of every four authors with a place in brackets, as feeds write them."""
    return [f"{name} (MIT, Cambridge, USA)" if n % 4 else name for n, name in enumerate(names)]


def test_links_to_code_are_counted(rows: list[dict[str, Any]]) -> None:
    links = [code_url(row.get("comment") or "", row["abstract"] or "") for row in rows]
    assert (len(links), sum(map(bool, links))) == of_page("link to code")


def test_two_spellings_of_a_title_have_one_key(rows: list[dict[str, Any]]) -> None:
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        titles[row["arxiv_id"]].add(" ".join(row["title"].split()))
    several = [found for found in titles.values() if len(found) > 1]
    wrong = [found for found in several if len(set(map(title_key, found))) > 1]
    assert (len(several), len(wrong)) == of_page("title keys"), wrong
