"""The files of a paper, its share card, and the pages of authors: addresses, headers, contents."""

from __future__ import annotations

from io import BytesIO

import bibtexparser
import pytest
import rispy
from django.test import Client
from PIL import Image

from papers.cards.stored import draw_cards
from papers.models import Paper, ShareCard
from tests.factories import NOON, make_paper
from tests.papers.page_html import get_page, words

pytestmark = pytest.mark.django_db


# ── BibTeX and RIS ───────────────────────────────────────────────────────────


def test_a_paper_has_a_file_of_bibtex(client: Client) -> None:
    make_paper("Visual Dialog", arxiv_id="1611.08669", authors=["Abhishek Das"])
    answer = client.get("/papers/1611.08669.bib")
    assert answer["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="1611.08669.bib"'
    (entry,) = bibtexparser.loads(answer.content.decode()).entries
    assert (entry["ID"], entry["author"]) == ("das2016visual", "Das, Abhishek")


def test_a_paper_has_a_file_of_ris(client: Client) -> None:
    make_paper("Visual Dialog", arxiv_id="math/0309136", authors=["Abhishek Das"])
    answer = client.get("/papers/math/0309136.ris")
    assert answer["Content-Type"] == "application/x-research-info-systems; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="math-0309136.ris"'
    (record,) = rispy.loads(answer.content.decode())
    assert (record["title"], record["authors"]) == ("Visual Dialog", ["Das, Abhishek"])


def test_a_paper_without_an_arxiv_id_has_its_files_at_its_number(client: Client) -> None:
    paper = make_paper("Visual Dialog", arxiv_id=None)
    answer = client.get(f"/papers/{paper.pk}.bib")
    assert answer["Content-Disposition"] == f'attachment; filename="paper-{paper.pk}.bib"'


@pytest.mark.parametrize("ending", [".bib", ".ris", "/card.png"])
def test_other_forms_of_an_id_lead_to_the_file(client: Client, ending: str) -> None:
    make_paper(arxiv_id="2611.00001")
    answer = client.get(f"/papers/2611.00001v2{ending}")
    assert (answer.status_code, answer["Location"]) == (301, f"/papers/2611.00001{ending}")


@pytest.mark.parametrize("ending", [".bib", ".ris", "/card.png"])
def test_an_unknown_paper_has_no_file(client: Client, ending: str) -> None:
    assert client.get(f"/papers/2611.99999{ending}").status_code == 404


@pytest.mark.parametrize("ending", ["", ".bib", ".ris", "/card.png"])
def test_a_client_that_has_it_gets_no_body(client: Client, ending: str) -> None:
    make_paper(arxiv_id="2611.00001")
    first = client.get(f"/papers/2611.00001{ending}")
    again = client.get(f"/papers/2611.00001{ending}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("ending", ["", ".bib", ".ris", "/card.png"])
def test_nothing_of_a_paper_can_be_posted_to(client: Client, ending: str) -> None:
    make_paper(arxiv_id="2611.00001")
    assert client.post(f"/papers/2611.00001{ending}").status_code == 405


# ── share cards ──────────────────────────────────────────────────────────────


def card_of(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Cache-Control"] == "public, max-age=86400"
    return bytes(answer.content)


def test_a_drawn_card_is_served(client: Client) -> None:
    paper = make_paper(arxiv_id="2611.00001")
    draw_cards([paper.pk], NOON)
    png = card_of(client, "/papers/2611.00001/card.png")
    assert png == bytes(ShareCard.objects.get().png)
    assert Image.open(BytesIO(png)).size == (1200, 630)


def test_a_paper_without_a_card_has_that_of_the_site(client: Client) -> None:
    paper = make_paper(arxiv_id="2611.00001")
    other = make_paper(arxiv_id="2611.00002")
    draw_cards([other.pk], NOON)
    png = card_of(client, "/papers/2611.00001/card.png")
    assert png != bytes(ShareCard.objects.get().png)
    assert Image.open(BytesIO(png)).size == (1200, 630)
    assert not ShareCard.objects.filter(pk=paper.pk).exists()


def test_a_withdrawn_paper_loses_its_card(client: Client) -> None:
    paper = make_paper(arxiv_id="2611.00001")
    draw_cards([paper.pk], NOON)
    before = card_of(client, "/papers/2611.00001/card.png")
    Paper.objects.update(is_withdrawn=True)
    assert card_of(client, "/papers/2611.00001/card.png") != before


# ── authors ──────────────────────────────────────────────────────────────────


def test_an_author_has_a_page_with_their_papers(client: Client) -> None:
    make_paper("Visual Dialog", authors=["Abhishek Das"], arxiv_id="1611.08669")
    make_paper("Another thing", authors=["Ada Roe"])
    page = get_page(client, "/authors/abhishek-das/")
    assert words(page.select_one("h1")) == "Abhishek Das"
    assert [words(line) for line in page.select(".line-title")] == ["Visual Dialog"]
    canonical = page.select_one("link[rel=canonical]")
    assert canonical is not None
    assert canonical["href"] == "http://localhost:8000/authors/abhishek-das/"


def test_the_page_of_an_initial_says_that_it_may_be_several_people(client: Client) -> None:
    for name in ("J. Doe", "Jane Doe", "John Doe"):
        make_paper(authors=[name])
    page = get_page(client, "/authors/j-doe/")
    said = words(page.select_one("main"))
    assert "3 papers here, the newest first. They are by anyone whose name fits J. Doe" in said
    links = {words(link): link["href"] for link in page.select("main .inline-list a")}
    assert links == {"Jane Doe": "/authors/jane-doe/", "John Doe": "/authors/john-doe/"}


def test_the_page_of_a_full_name_says_which_papers_have_an_initial_only(client: Client) -> None:
    for name in ("Jane Doe", "Jane Doe", "Jane B. Doe", "J. Doe", "John Doe"):
        make_paper(authors=[name])
    said = words(get_page(client, "/authors/jane-doe/").select_one("main"))
    assert "4 papers here" in said
    assert "Also printed as Jane B. Doe." in said
    assert "Papers by J. Doe are here too: the initials fit, but it may be somebody else." in said
    assert "John" not in said


def test_the_sign_up_of_an_author_carries_the_name(client: Client) -> None:
    make_paper(authors=["Bernhard Schölkopf"])
    page = get_page(client, "/authors/bernhard-scholkopf/")
    hidden = page.select_one("form[method=post] input[name=author]")
    assert hidden is not None
    assert hidden["value"] == "Bernhard Schölkopf"


def test_the_sign_up_of_a_paper_carries_no_author(client: Client) -> None:
    paper = make_paper(authors=["Ada Roe"])
    page = get_page(client, paper.get_absolute_url())
    assert page.select_one("form[method=post] input[name=email]")
    assert page.select_one("input[name=author]") is None


@pytest.mark.parametrize(
    "path",
    [
        "/authors/Bernhard Schölkopf/",
        "/authors/BERNHARD-SCHOLKOPF/",
        "/authors/scholkopf-bernhard/",
    ],
)
def test_other_spellings_lead_to_the_one_address(client: Client, path: str) -> None:
    make_paper(authors=["Bernhard Schölkopf"])
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (301, "/authors/bernhard-scholkopf/")


def test_a_name_in_another_script_has_one_address(client: Client) -> None:
    make_paper(authors=["王伟"])
    assert words(get_page(client, "/authors/王伟/").select_one("h1")) == "王伟"


def test_an_unknown_author_is_404_with_a_search(client: Client) -> None:
    page = get_page(client, "/authors/ada-<b>roe/", status=404)
    link = page.select_one("main a")
    assert link is not None
    assert link["href"] == "/search/?q=ada%20%3Cb%3Eroe"


@pytest.mark.parametrize("number", ["0", "2", "x", "99999999999", "-1", "1.5"])
def test_a_page_that_is_none_is_404(client: Client, number: str) -> None:
    make_paper(authors=["Ada Roe"])
    assert client.get("/authors/ada-roe/", {"page": number}).status_code == 404


def test_papers_of_an_author_are_divided_into_pages(client: Client) -> None:
    for _ in range(21):
        make_paper(authors=["Ada Roe"])
    first = get_page(client, "/authors/ada-roe/")
    second = get_page(client, "/authors/ada-roe/", page="2")
    assert (len(first.select(".line-title")), len(second.select(".line-title"))) == (20, 1)
    assert [link["href"] for link in first.select(".around a")] == ["/authors/ada-roe/?page=2"]
    assert [link["href"] for link in second.select(".around a")] == ["/authors/ada-roe/"]


@pytest.mark.parametrize("path", ["/authors/%00/", "/authors/%F0%9F%98%80/", "/authors/---/"])
def test_a_name_without_letters_is_404(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_organisation_of_a_paper_is_linked(client: Client) -> None:
    address = "https://huggingface.co/walrus"
    paper = make_paper(authors=["Ada Roe"], organization="Walrus Lab", organization_url=address)
    organization = get_page(client, paper.get_absolute_url()).select_one(".authors .organization")
    assert words(organization) == "Walrus Lab"
    link = organization and organization.select_one("a")
    assert link is not None
    assert link["href"] == address
