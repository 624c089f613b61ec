"""RIS, PubMed's format and EndNote's."""

from __future__ import annotations

from subscribers.seeds.tagged import entries, is_tagged

RIS = """TY  - JOUR
TI  - A title that goes on
      in the next line
AU  - Byron, Ada
DO  - 10.1000/x
UR  - https://example.org/
ER  -

TY  - RPRT
T1  - Another
M1  - arXiv:1706.03762
"""


def test_ris_has_entries_with_their_lines() -> None:
    first, second = entries(RIS)
    assert (first.line, second.line) == (1, 9)
    assert first.fields["ti"] == ["A title that goes on in the next line"]
    assert first.fields["do"] == ["10.1000/x"]
    assert second.fields["m1"] == ["arXiv:1706.03762"]


def test_ris_with_other_line_ends_and_a_mark_is_read() -> None:
    [found] = entries("\ufeffTY - JOUR\r\nDO - 10.1000/x\r\nER - \r\n")
    assert found.fields["do"] == ["10.1000/x"]


def test_pubmed_is_read() -> None:
    [found] = entries("PMID- 1\nTI  - A title\nLID - 10.1000/x [doi]\n")
    assert found.fields["lid"] == ["10.1000/x [doi]"]


def test_endnote_is_read() -> None:
    first, second = entries("%0 Journal Article\n%T One\n%R 10.1000/x\n\n%0 Generic\n%T Two\n")
    assert first.fields["r"] == ["10.1000/x"]
    assert second.fields["t"] == ["Two"]


def test_a_file_without_an_entry_has_none() -> None:
    assert not is_tagged("AU  - Ada\n")
    assert list(entries("AU  - Ada\nsomething\n")) == []
