"""BibTeX as reference managers and people write it."""

from __future__ import annotations

import time

import pytest

from subscribers.seeds.bibtex import entries, is_bibtex, outside

GOOD = """% Encoding: UTF-8
@Comment{jabref-meta: databaseType:bibtex;}
@string{corr = "CoRR"}

@misc{vaswani2017,
  title = {Attention Is All You Need},
  author = {Vaswani, Ashish and Shazeer, Noam},
  eprint={1706.03762}, archivePrefix={arXiv},
  year = 2017
}
@ARTICLE (other, title = "A {Q}uoted title", doi="10.1000/x")
"""


def fields(text: str) -> list[dict[str, list[str]]]:
    return [dict(entry.fields) for entry in entries(text)]


def test_entries_have_their_fields_and_lines() -> None:
    first, second = entries(GOOD)
    assert (first.line, second.line) == (5, 11)
    assert first.fields["title"] == ["Attention Is All You Need"]
    assert first.fields["eprint"] == ["1706.03762"]
    assert first.fields["year"] == ["2017"]
    assert second.fields["title"] == ["A {Q}uoted title"]
    assert second.fields["doi"] == ["10.1000/x"]


def test_a_missing_brace_costs_no_other_field_or_entry() -> None:
    text = (
        "@article{a,\n title = {Broken {title},\n url = {https://arxiv.org/abs/1810.04805},\n}\n"
        "@article{b,\n title = {Whole},\n}\n"
    )
    first, second = fields(text)
    assert first["url"] == ["https://arxiv.org/abs/1810.04805"]
    assert first["title"][0].startswith("Broken")
    assert second["title"] == ["Whole"]


def test_one_brace_too_few_does_not_swallow_the_next_fields() -> None:
    [found] = fields(
        "@article{a,\n title = {Never closed,\n author = {X}, year = {2017},\n"
        " eprint = {1706.03762}\n}"
    )
    assert found["eprint"] == ["1706.03762"]
    assert found["year"] == ["2017"]


def test_a_missing_comma_or_quote_is_no_harm() -> None:
    [found] = fields('@misc{a,\n title = "Never closed\n eprint = {1706.03762}\n year = {2017}\n}')
    assert found["eprint"] == ["1706.03762"]


def test_an_entry_on_one_line_is_read() -> None:
    [found] = fields("@misc{a,title={T},eprint={1706.03762}}")
    assert found == {"title": ["T"], "eprint": ["1706.03762"]}


def test_an_entry_without_a_key_is_read() -> None:
    [found] = fields("@misc{title={T}, year=2017}")
    assert found["title"] == ["T"]


@pytest.mark.parametrize(
    "text", ["", "ada@example.org", "@", "@{", "@comment{x}", "https://x.org/@ada{", "@article"]
)
def test_other_texts_are_no_bibtex(text: str) -> None:
    assert not is_bibtex(text)
    assert list(entries(text)) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1706.03762\n@misc{a, title={T}}", "1706.03762\n"),
        ("@misc{a,\n title={T}}\n1706.03762\nDeep", "\n\n1706.03762\nDeep"),
        ("@misc{a, title={T}} x\n@misc{b, title={U}}", " x\n"),
        ("@misc{a, title={T}\nlost\n@misc{b, title={U}}\nkept", "\n\n\nkept"),
        ("@misc(a, title={T})\nlost", "\n"),
        ("@misc{a, title={T}},\n year = {2017},\n}\nkept", "\n\n\nkept"),
    ],
    ids=[
        "before",
        "after",
        "between",
        "no end",
        "parentheses",
        "a brace too many",
    ],
)
def test_what_stands_beside_the_entries_is_kept_on_its_line(text: str, kept: str) -> None:
    assert outside(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "@a{x," + "a={" * 300_000, "@a{" * 300_000, "@a{x, a=" + "{" * 900_000,
        "@a{x," + " a={}" * 200_000, "@" * 1_000_000, '@a{x, b="' * 100_000, "\n@ " * 300_000,
        "@a{x,\n" + "a = {\n" * 150_000,
    ],
)  # fmt: skip
def test_a_megabyte_of_nonsense_is_over_in_seconds(text: str) -> None:
    began = time.monotonic()
    is_bibtex(text)
    list(entries(text))
    assert time.monotonic() - began < 8
