"""The address of a paper's page, and the other forms that lead to it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("arxiv_id", "form"),
    [
        ("2611.00001", "/papers/2611.00001/"),
        ("2611.00001", "/papers/2611.00001v2"),
        ("2611.00001", "/papers/2611.00001v12/"),
        ("math/0309136", "/papers/math.GT/0309136v1"),
        ("math/0309136", "/papers/math/0309136/"),
    ],
)
def test_other_forms_of_an_arxiv_id_lead_to_the_page(
    client: Client, arxiv_id: str, form: str
) -> None:
    make_paper(arxiv_id=arxiv_id)
    answer = client.get(form)
    assert (answer.status_code, answer["Location"]) == (301, f"/papers/{arxiv_id}")
    assert client.get(answer["Location"]).status_code == 200


def test_the_number_of_a_paper_leads_to_its_arxiv_id(client: Client) -> None:
    paper = make_paper(arxiv_id="2611.00001")
    answer = client.get(f"/papers/{paper.pk}/")
    assert (answer.status_code, answer["Location"]) == (301, "/papers/2611.00001")


def test_a_paper_without_an_arxiv_id_is_at_its_number(client: Client) -> None:
    paper = make_paper(arxiv_id=None)
    assert client.get(f"/papers/{paper.pk}").status_code == 200
    assert client.get(f"/papers/{paper.pk}/")["Location"] == f"/papers/{paper.pk}"


@pytest.mark.parametrize(
    "path", ["/papers/2611.99999", "/papers/999999999999999999", "/papers/abc", "/papers/"]
)
def test_an_unknown_paper_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
