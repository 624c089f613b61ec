"""The links of a paper's page."""

from __future__ import annotations

import pytest

from papers.pages.links import paper_links
from tests.papers.citation.hostile_titles import paper


def test_a_paper_of_today_has_every_link() -> None:
    full = paper(
        arxiv_id="2611.00001",
        code_url="https://www.github.com/batra/visdial",
        project_url="http://visualdialog.org/",
    )
    links = paper_links(full, {"hugging_face", "arxiv"})
    assert [(one.text, one.url, one.host, one.media_type) for one in links] == [
        ("PDF", "https://arxiv.org/pdf/2611.00001", "", "application/pdf"),
        ("arXiv", "https://arxiv.org/abs/2611.00001", "", ""),
        ("HTML", "https://arxiv.org/html/2611.00001", "", ""),
        ("Code", "https://www.github.com/batra/visdial", "github.com", ""),
        ("Project", "http://visualdialog.org/", "visualdialog.org", ""),
        ("Discussion", "https://huggingface.co/papers/2611.00001", "huggingface.co", ""),
    ]


@pytest.mark.parametrize(
    ("arxiv_id", "has_html"),
    [("2311.99999", False), ("2312.00001", True), ("math/0309136", False), ("1611.08669", False)],
)
def test_arxiv_has_html_since_december_2023(arxiv_id: str, has_html: bool) -> None:
    texts = [one.text for one in paper_links(paper(arxiv_id=arxiv_id), set())]
    assert ("HTML" in texts) == has_html


def test_without_an_arxiv_id_there_is_no_link_of_arxiv_or_hugging_face() -> None:
    assert paper_links(paper(arxiv_id=None), {"hugging_face"}) == []


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.org/", "//x.org", "http://[", ""])
def test_what_is_no_address_of_the_web_is_no_link(url: str) -> None:
    assert paper_links(paper(arxiv_id=None, code_url=url, project_url=url), set()) == []
