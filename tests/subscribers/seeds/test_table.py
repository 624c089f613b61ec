"""Tables with a line of headings."""

from __future__ import annotations

import pytest

from subscribers.seeds.table import entries, separator_of

ZOTERO = (
    '"Key","Item Type","Title","DOI","Url","Extra"\n'
    '"A","journalArticle","One, with a comma","10.1000/x","",""\n'
    '"B","preprint","Two\nlines","","http://arxiv.org/abs/1706.03762","arXiv:1706.03762"\n'
    '"C","preprint","Three","","",""\n'
)


def test_the_rows_have_their_headings_and_lines() -> None:
    assert separator_of(ZOTERO) == ","
    found = list(entries(ZOTERO, ","))
    assert [entry.line for entry in found] == [2, 3, 5]
    assert found[0].fields["title"] == ["One, with a comma"]
    assert found[1].fields["url"] == ["http://arxiv.org/abs/1706.03762"]


@pytest.mark.parametrize(
    ("head", "separator"),
    [("Title;Authors;DOI", ";"), ("id\ttitle\turl", "\t"), ("arXiv ID,note", ",")],
)
def test_the_separator_is_found(head: str, separator: str) -> None:
    assert separator_of(f"\n{head}\n") == separator


@pytest.mark.parametrize(
    "text", ["", "1706.03762, 1810.04805", "Deep learning, a title", "title", "a,b\n1,2"]
)
def test_other_texts_are_no_table(text: str) -> None:
    assert separator_of(text) is None


def test_a_quote_that_is_never_closed_ends_with_the_text() -> None:
    assert len(list(entries('title,doi\n"open,10.1000/x\n' + "y," * 200_000, ","))) <= 1
