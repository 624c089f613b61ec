"""A paper as Markdown."""

from __future__ import annotations

import pytest
from django.test import Client

from papers.api.markdown import markdown
from papers.models import Paper
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["2503.00001", "2503.00001v3"])
def test_a_paper_is_a_page_of_markdown(client: Client, name: str) -> None:
    make_paper("Tea", arxiv_id="2503.00001", authors=["Ada"], summary="Leaves.")
    answer = client.get(f"/papers/{name}.md")
    page = Paper.objects.get().get_absolute_url()
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.content.decode() == (
        "# Tea\n\nAda\n\n[arXiv](https://arxiv.org/abs/2503.00001) · "
        f"[Trending Papers](http://localhost:8000{page})\n\n## Abstract\n\nLeaves.\n"
    )


def test_missing_parts_are_left_out_of_the_markdown(client: Client) -> None:
    make_paper("Tea", arxiv_id="2503.00001")
    text = client.get("/papers/2503.00001.md").content.decode()
    assert "Abstract" not in text
    assert "Code" not in text
    assert "\n\n\n" not in text


def test_an_unknown_paper_has_no_markdown(client: Client) -> None:
    assert client.get("/papers/2503.00009.md").status_code == 404


def test_all_links_of_a_paper_are_in_one_line() -> None:
    paper = Paper(
        pk=7,
        title="Tea",
        code_url="https://example.org/code",
        project_url="https://example.org/tea",
    )
    assert markdown(paper) == (
        "# Tea\n\n[Code](https://example.org/code) · [Project](https://example.org/tea) · "
        "[Trending Papers](http://localhost:8000/papers/7)\n"
    )


def test_an_unchanged_page_is_a_304(client: Client) -> None:
    make_paper("Tea", arxiv_id="2503.00001")
    first = client.get("/papers/2503.00001.md")
    again = client.get("/papers/2503.00001.md", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert client.post("/papers/2503.00001.md").status_code == 405
