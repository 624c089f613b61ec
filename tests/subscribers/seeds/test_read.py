"""What a reader pastes or uploads, in each format, and what of it is not understood."""

from __future__ import annotations

import time

import pytest

from subscribers.seeds.identities import Identity
from subscribers.seeds.read import Reading, newest_first, read
from subscribers.seeds.reference import Reference


def ids(text: str) -> list[str]:
    return [one.identity.value for one in read(text).papers if one.identity]


def unclear(text: str) -> list[tuple[int, str]]:
    """Lines without an id, whether they may be titles or not."""
    found = read(text)
    return [(one.line, one.shown) for one in (*found.titles, *found.unclear)]


@pytest.mark.parametrize(
    "text",
    [
        "1706.03762",
        "\n\n  1706.03762  \r\n",
        "1706.03762\r1706.03762v2",
        "@misc{a, title={T}, eprint={1706.03762}, archivePrefix={arXiv}}",
        "TY  - JOUR\nTI  - T\nUR  - http://arxiv.org/abs/1706.03762\nER  - \n",
        '[{"title": "T", "number": "arXiv:1706.03762"}]',
        "Key,Title,Url\n1,T,http://arxiv.org/abs/1706.03762\n",
        '<p><a href="https://arxiv.org/abs/1706.03762">T</a></p>',
        (
            '<?xml version="1.0"?><rdf:RDF><bib:Article rdf:about="http://arxiv.org/abs/1706.03762"/>'
            "</rdf:RDF>"
        ),
        "%0 Journal Article\n%T T\n%U https://arxiv.org/abs/1706.03762\n",
        "* [Attention](https://arxiv.org/abs/1706.03762)",
        "[Attention](arxiv.org/abs/1706.03762), see also <https://arxiv.org/abs/1706.03762>",
        "> On Monday Ada wrote:\n> look at https://arxiv.org/abs/1706.03762!",
        "1706.03762\x00",
    ],
)
def test_one_paper_is_found_in_each_format(text: str) -> None:
    assert ids(text) == ["1706.03762"]


def test_ids_before_a_bibtex_entry_count_too() -> None:
    assert ids("1810.04805\n@misc{a, eprint={1706.03762}}") == ["1810.04805", "1706.03762"]


def test_an_entry_without_an_id_is_kept_by_its_title() -> None:
    found = read("@misc{a, title={Attention {Is} All You Need}, year={2017}}")
    assert [one.titles for one in found.titles] == [("Attention Is All You Need",)]
    assert found.papers == ()


def test_lines_that_name_nothing_are_reported_with_their_number() -> None:
    assert unclear("1706.03762\n\nhello there\n1810.04805\n???") == [
        (3, "hello there"),
        (5, "???"),
    ]


def test_lists_of_authors_are_found_and_are_no_unclear_lines() -> None:
    text = "https://orcid.org/0000-0002-1825-0097\nwarner_s_1\n1706.03762"
    found = read(text)
    assert found.lists == (
        Identity("orcid", "0000-0002-1825-0097"),
        Identity("author", "warner_s_1"),
    )
    assert unclear(text) == []


def test_the_orcid_id_of_an_author_in_an_entry_names_no_list() -> None:
    text = "@misc{a, eprint={1706.03762}, orcid-numbers={Ada/0000-0002-1825-0097}}"
    assert read(text).lists == ()


@pytest.mark.parametrize("text", ["", " \n\t\n", "\x00\x00", "\ufeff", "\u200b\n"])
def test_nothing_is_nothing(text: str) -> None:
    assert read(text).is_empty


def test_a_library_of_five_thousand_entries_is_read_in_a_second() -> None:
    one = "@article{k%d,\n title = {A study of %d},\n eprint = {%s},\n abstract = {%s},\n}\n"
    text = "".join(one % (n, n, f"2401.{n:05}", "word " * 15) for n in range(5_000))
    began = time.monotonic()
    assert len(read(text).papers) == 5_000
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000, "10.1000/" * 100_000, "10.1000/x)" * 100_000, "<a " * 300_000,
        "<" * 1_000_000, "\n" * 1_000_000, "x y. " * 200_000, "{" * 100_000, "[" * 100_000,
        "1706.03762 " * 90_000, "TY  - \n" * 140_000, 'a,doi\n"x' * 120_000, '"' * 1_000_000,
        "%2525" * 200_000, "<script>" * 120_000, "&amp;" * 200_000, "<a href=" * 120_000,
        "0000-0002-1825-0097 " * 50_000, "-_a" * 300_000, "“abcdefghij" * 90_000,
        "\u202e" * 500_000, "\ud800" * 1000, "é\u0301" * 300_000,
        " " * 1_000_000 + "x", "<div>" + "<script" * 140_000, "<div>" + "<script>" * 120_000,
        "<a href=" + "a" * 1_000_000, "<a " + "href=a " * 140_000, ("." * 3_999 + "x\n") * 250,
        ("a" + " ;" * 1_990 + "x\n") * 250, "@a{b, c={d" + "\n" * 1_000_000,
        '@a{b, c="d' + "\n" * 1_000_000, "@a{b,\n" + " " * 1_000_000, "\ufdfa" * 300_000,
        "<div>" + "<abstract>" * 50_000 + "</abstract>" * 40_000,
    ],
)  # fmt: skip
def test_a_megabyte_of_nonsense_is_over_in_seconds(text: str) -> None:
    began = time.monotonic()
    assert isinstance(read(text), Reading)
    assert time.monotonic() - began < 8


def test_two_texts_are_read_as_one_each_paper_once() -> None:
    both = read("1706.03762\nwarner_s_1") + read("arXiv:1706.03762, 1810.04805")
    assert [one.identity and one.identity.value for one in both.papers] == [
        "1706.03762",
        "1810.04805",
    ]
    assert both.lists == (Identity("author", "warner_s_1"),)


def test_the_newest_come_first_by_month_or_year() -> None:
    found = [
        Reference(1, "", Identity("arxiv", "1706.03762")),
        Reference(2, "", Identity("doi", "10.1/x"), year=2025),
        Reference(3, "", Identity("arxiv", "hep-th/9901001")),
        Reference(4, "", Identity("doi", "10.1/y")),
        Reference(5, "", Identity("arxiv", "1706.01111")),
    ]
    assert [one.line for one in newest_first(found)] == [2, 1, 5, 3, 4]
