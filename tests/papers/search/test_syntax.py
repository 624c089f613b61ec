"""The terms of a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.search.syntax import Term, read_terms


def shape(query: str) -> list[list[str]]:
    """Each term as text: `-ti:"a b"`."""
    return [[_written(term) for term in terms] for terms in read_terms(query)]


def _written(term: Term) -> str:
    text = f'"{term.text}"' if term.is_phrase else term.text
    return f"{'-' * term.is_excluded}{f'{term.field}:' * bool(term.field)}{text}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("graph networks", [["graph", "networks"]]),
        ('"graph networks" -toy', [['"graph networks"', "-toy"]]),
        ("a or b OR c", [["a"], ["b"], ["c"]]),
        ("or or a", [["a"]]),
        ('"or"', [['"or"']]),
        ("oracle", [["oracle"]]),
        ("“graph networks”", [['"graph networks"']]),
        ('"unclosed phrase', [["unclosed", "phrase"]]),
        ('graph"networks"', [["graph", '"networks"']]),
        ('""', []),
        ("au:lecun", [["au:lecun"]]),
        ('author:"Yann LeCun" x', [['au:"Yann LeCun"', "x"]]),
        ("AU: lecun", [["au:lecun"]]),
        ("au：lecun", [["au:lecun"]]),
        ("-ti:survey", [["-ti:survey"]]),
        ("title:a abstract:b category:c", [["ti:a", "abs:b", "cat:c"]]),
        ("au:", []),
        ("au: ", []),
        ("ti:a-b/c", [["ti:a-b", "ti:c"]]),
        ("cat:cs.LG,cs.CV", [["cat:cs.LG,cs.CV"]]),
        ("foo:bar", [["foo", "bar"]]),
        ("beau:x", [["beau", "x"]]),
        ("audio/video, text", [["audio", "video,", "text"]]),
        ("LeCun, Y.", [["LeCun,", "Y."]]),
        ("Y.LeCun J.-B.Alayrac", [["Y.", "LeCun", "J.-B.", "Alayrac"]]),
        ("llama.cpp 2.5 a-b", [["llama.cpp", "2.5", "a-b"]]),
        ("a - b", [["a", "b"]]),
        ("--a", [["-a"]]),
        ("-audio/video", [["-audio/video"]]),
        ("(a) [b]", [["a", "b"]]),
    ],
)
def test_a_query_is_its_terms(query: str, expected: list[list[str]]) -> None:
    assert shape(query) == expected


@given(st.text(max_size=60) | st.text('auti:"- or/,.', max_size=40))
def test_every_term_stands_at_its_place(query: str) -> None:
    for terms in read_terms(query):
        for term in terms:
            found = query[term.start : term.end]
            assert len(found) == len(term.text) > 0
            assert term.text.isascii() <= (found.isascii() or "-" in term.text or ":" in term.text)
