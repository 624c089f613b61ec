"""Ids in texts: arXiv ids, DOIs, ORCID iDs and arXiv authors, however they are written."""

from __future__ import annotations

import pytest

from subscribers.seeds.identities import (
    Identity,
    arxiv_of_doi,
    is_doi,
    is_orcid,
    lists_in,
    papers_in,
)

ATTENTION = Identity("arxiv", "1706.03762")


@pytest.mark.parametrize(
    "text",
    [
        "1706.03762",
        "1706.03762v5",
        " arXiv:1706.03762 ",
        "arxiv: 1706.03762v1 [cs.CL]",
        "[1706.03762] Attention Is All You Need",
        "https://arxiv.org/abs/1706.03762",
        "http://www.arxiv.org/pdf/1706.03762v5.pdf",
        "https://arxiv.org/html/1706.03762v7#S3",
        "https://export.arxiv.org/abs/1706.03762",
        "https://ar5iv.labs.arxiv.org/html/1706.03762",
        "ar5iv.org/abs/1706.03762",
        "https://www.alphaxiv.org/abs/1706.03762v7",
        "https://huggingface.co/papers/1706.03762",
        "hf.co/papers/1706.03762",
        "https://www.semanticscholar.org/arxiv/1706.03762",
        "https://api.semanticscholar.org/arXiv:1706.03762",
        "https://doi.org/10.48550/arXiv.1706.03762",
        "10.48550/ARXIV.1706.03762",
        "https%3A%2F%2Farxiv.org%2Fabs%2F1706.03762%3Fcontext=cs",
        "\u202ehttps://arxiv.org/abs/1706.03762\u202c",
        "１７０６．０３７６２",
        "1706\u200b.03762",
        "1706.03762.pdf",
        "1706.03762v5.Attention_Is_All_You_Need.pdf",
        "oai:arXiv.org:1706.03762",
        "https://scholar.archive.org/search?q=arxiv%3A1706.03762",
        "https://www.connectedpapers.com/main/arXiv:1706.03762/graph",
    ],
)
def test_an_arxiv_id_is_found_in_every_form(text: str) -> None:
    assert papers_in(text) == [ATTENTION]


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("hep-th/9901001", "hep-th/9901001"),
        ("math.GT/0309136v1", "math/0309136"),
        ("https://arxiv.org/abs/quant-ph/0512258v2", "quant-ph/0512258"),
        ("arXiv:cs.CL/0001001", "cs/0001001"),
        ("0704.0001", "0704.0001"),
    ],
)
def test_old_ids_are_found(text: str, identity: str) -> None:
    assert papers_in(text) == [Identity("arxiv", identity)]


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1038/S41586-021-03819-2.", "10.1038/s41586-021-03819-2"),
        ("doi:10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://doi.org/10.1162/neco.1997.9.8.1735", "10.1162/neco.1997.9.8.1735"),
        ("http://dx.doi.org/10.1162/neco.1997.9.8.1735)", "10.1162/neco.1997.9.8.1735"),
        ("(see 10.1016/S0004-3702(97)00043-X)", "10.1016/s0004-3702(97)00043-x"),
        ("https://dl.acm.org/doi/pdf/10.1145/3292500.3330701?dl=1", "10.1145/3292500.3330701"),
        ("https://link.springer.com/article/10.1007/s11263-015-0816-y#Abs1",
         "10.1007/s11263-015-0816-y"),
        ("https://www.frontiersin.org/articles/10.3389/fnins.2020.00001/full",
         "10.3389/fnins.2020.00001"),
        ("https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full.pdf",
         "10.1101/2020.01.01.123456"),
        ("https://doi.org/10.1000%2Fxyz123", "10.1000/xyz123"),
        ("https://aclanthology.org/2020.acl-main.1/", "10.18653/v1/2020.acl-main.1"),
        ("https://aclanthology.org/N19-1423.pdf", "10.18653/v1/n19-1423"),
        ("10.1093/bioinformatics/btz682,", "10.1093/bioinformatics/btz682"),
    ],
)  # fmt: skip
def test_a_doi_is_found_without_what_stands_around_it(text: str, doi: str) -> None:
    assert papers_in(text) == [Identity("doi", doi)]
    assert is_doi(doi)


@pytest.mark.parametrize(
    "text",
    [
        "", "tea", "2017", "12345", "1713.03762", "3.14159", "page 1706", "+49 30 1706", "10.48",
        "10.1000/", "192.168.10.1/24", "https://example.org/nothing", "1.1706.03762.5",
        "10.1000/" + "x" * 400,
    ],
)  # fmt: skip
def test_other_numbers_and_addresses_name_nothing(text: str) -> None:
    assert papers_in(text) == []


def test_a_number_within_the_doi_of_another_publisher_is_no_arxiv_id() -> None:
    assert papers_in("10.1109/2301.01234") == [Identity("doi", "10.1109/2301.01234")]


def test_each_paper_is_named_once() -> None:
    found = papers_in("1706.03762, arXiv:1706.03762v2; 10.48550/arXiv.1706.03762 1810.04805")
    assert found == [ATTENTION, Identity("arxiv", "1810.04805")]


@pytest.mark.parametrize(
    "text",
    [
        "0000-0002-1825-0097",
        "https://orcid.org/0000-0002-1825-0097",
        "ORCID iD: 0000\u20110002\u20111825\u20110097",
        "orcid:0000-0002-1825-0097.",
    ],
)
def test_an_orcid_id_is_found(text: str) -> None:
    assert lists_in(text) == [Identity("orcid", "0000-0002-1825-0097")]


def test_the_last_digit_of_an_orcid_id_may_be_an_x() -> None:
    assert lists_in("0000-0002-1694-233x") == [Identity("orcid", "0000-0002-1694-233X")]


@pytest.mark.parametrize("text", ["0000-0002-1825-0098", "0000-0002-1825", "1-0000-0002-1825-0097"])
def test_a_mistyped_orcid_id_is_none(text: str) -> None:
    assert lists_in(text) == []
    assert not is_orcid(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://arxiv.org/a/warner_s_1", "warner_s_1"),
        ("http://arxiv.org/a/warner_s_1.atom2", "warner_s_1"),
        ("arxiv.org/a/Van-Der-Berg_J_12/", "van-der-berg_j_12"),
        ("warner_s_1", "warner_s_1"),
        ("https://arxiv.org/a/0000-0002-1825-0097.html", "0000-0002-1825-0097"),
    ],
)
def test_the_page_of_an_arxiv_author_is_found(text: str, name: str) -> None:
    assert lists_in(text) == [Identity("author", name)]


@pytest.mark.parametrize(
    "text", ["https://arxiv.org/a/../../etc", "https://arxiv.org/a/x", "snake_case_1x", "a_b"]
)
def test_other_addresses_name_no_author(text: str) -> None:
    assert lists_in(text) == []


def test_a_doi_of_arxiv_is_its_id() -> None:
    assert arxiv_of_doi("10.48550/arXiv.1706.03762") == "1706.03762"
    assert arxiv_of_doi("10.1000/x") is None
