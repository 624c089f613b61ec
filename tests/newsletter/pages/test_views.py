"""The public pages of editions: what each shows, and what is a 404."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter.editions.cards.stored import draw_edition_card
from newsletter.editions.compose import compose
from newsletter.models import Edition, EditionCard
from tests.factories import DAY, NOON, make_candidate, make_edition, make_paper, make_signal
from tests.papers.page_html import get_page, words

pytestmark = pytest.mark.django_db
LATER = datetime(2025, 3, 20, 9, tzinfo=UTC)
EDITION = "/editions/weekly/2025-03-14"


@pytest.fixture
def edition() -> Edition:
    for votes, title in ((90, "Sand <on> Mars"), (9, "Second")):
        make_signal(make_paper(title, summary="It says much.", authors=["Ann Lee"]), votes)
    edition = compose("weekly", DAY, LATER)
    edition.note = "Mind the <gap>."
    edition.save()
    return edition


def test_the_archive_leads_to_each_edition(client: Client, edition: Edition) -> None:
    page = get_page(client, "/editions/")
    assert words(page.select_one("h1")) == "Editions"
    assert [words(month) for month in page.select("h2.month")] == ["March 2025"]
    link = page.select_one(".issue h3 a")
    assert link
    assert (link["href"], words(link)) == (EDITION, "8 to 14 March 2025")
    said = words(page.select_one(".issue"))
    assert "Weekly edition · 2 papers" in said
    assert "Sand <on> Mars · Second" in said
    assert "Mind the <gap>." in said


def test_an_empty_archive_says_when_the_first_edition_comes(client: Client) -> None:
    page = get_page(client, "/editions/monthly/")
    assert "There is no edition yet" in words(page.select_one("main"))
    current = page.select_one(".windows [aria-current]")
    assert words(current) == "Monthly"


def test_the_archive_names_its_canonical_address_and_its_feed(client: Client) -> None:
    page = get_page(client, "/editions/daily/", page="1", utm="x")
    assert page.select_one("link[rel=canonical]")["href"] == (  # type: ignore[index]
        "http://localhost:8000/editions/daily/"
    )
    assert page.select_one('link[href="/feeds/editions/daily.atom"]')


def test_an_edition_shows_its_note_and_its_papers(client: Client, edition: Edition) -> None:
    page = get_page(client, EDITION)
    assert words(page.select_one("h1")) == "8 to 14 March 2025"
    assert [words(title) for title in page.select(".paper .title")] == ["Sand <on> Mars", "Second"]
    assert words(page.select_one(".edition-note p")) == "Mind the <gap>."
    said = words(page.select_one("main"))
    assert "2 papers as it stood on 20 March 2025, 09:00 UTC" in said
    assert "90 votes" in said


def test_an_edition_names_its_address_for_machines(client: Client, edition: Edition) -> None:
    page = get_page(client, EDITION, page="1", utm="x")
    canonical = page.select_one("link[rel=canonical]")
    assert canonical
    assert canonical["href"] == f"http://localhost:8000{EDITION}"
    named = {tag["property"]: tag["content"] for tag in page.select("meta[property]")}
    assert named == {
        "og:type": "article",
        "og:site_name": "Trending Papers",
        "og:title": "Weekly edition, 8 to 14 March 2025",
        "og:description": "Sand <on> Mars · Second",
        "og:url": f"http://localhost:8000{EDITION}",
        "og:image": f"http://localhost:8000{EDITION}/card.png",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Weekly edition, 8 to 14 March 2025",
        "article:published_time": "2025-03-20T09:00:00+00:00",
    }


def test_an_edition_has_a_picture_of_its_own(client: Client, edition: Edition) -> None:
    draw_edition_card(edition, NOON)
    answer = client.get(f"{EDITION}/card.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Cache-Control"] == "public, max-age=86400"
    assert answer.content == bytes(EditionCard.objects.get().png)
    again = client.get(f"{EDITION}/card.png", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("day", ["2025-03-13", "20250314", "x"])
def test_no_other_day_has_a_picture(client: Client, edition: Edition, day: str) -> None:
    assert client.get(f"/editions/weekly/{day}/card.png").status_code == 404


def test_a_picture_of_an_edition_cannot_be_posted_to(client: Client, edition: Edition) -> None:
    assert client.post(f"{EDITION}/card.png").status_code == 405


def test_an_edition_offers_itself_by_mail(client: Client, edition: Edition) -> None:
    page = get_page(client, EDITION)
    form = page.select_one("form[action='/subscribe/']")
    assert form
    assert form.select_one("input[name=email]")
    assert words(page.select_one(".inbox h2")) == "Get this in your inbox"
    assert client.post("/subscribe/", {"email": "ada@example.org"}).status_code == 200


def test_the_mail_of_an_edition_stands_in_a_page(client: Client, edition: Edition) -> None:
    page = get_page(client, f"{EDITION}/mail")
    assert words(page.select_one("h1")) == "This is the mail"
    assert "Sand <on> Mars" in words(page.select_one(".mail"))
    assert "Sand <on> Mars, and one" not in words(page.select_one(".envelope"))
    assert words(page.select_one(".envelope")).endswith("Subject Sand <on> Mars, and 1 more paper")
    assert not page.select("[style], style")
    assert page.select_one("meta[name=robots][content=noindex]")


@pytest.mark.parametrize("path", ["/editions/", EDITION, f"{EDITION}/mail"])
def test_a_page_of_editions_is_public_and_the_same_for_all(
    client: Client, edition: Edition, path: str
) -> None:
    response = client.get(path)
    assert response["Cache-Control"] == "public, no-cache"
    assert not response.cookies
    assert client.get(path, headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/editions/weekly/2025-03-15",
        "/editions/weekly/20250314",
        "/editions/weekly/2025-W11-5",
        "/editions/weekly/2025-02-30",
        "/editions/weekly/today",
        "/editions/weekly/0001-01-01",
        "/editions/weekly/٢٠٢٥-٠٣-١٤",
        "/editions/hourly/2025-03-14",
        "/editions/hourly/",
        f"{EDITION}?page=0",
        f"{EDITION}?page=2",
        f"{EDITION}?page=-1",
        f"{EDITION}?page=x",
        f"{EDITION}?page=99999999999999999999",
        "/editions/?page=2",
        "/editions/weekly/2025-03-15/mail",
    ],
)
def test_an_address_without_a_page_is_a_404(client: Client, edition: Edition, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.get(EDITION).status_code == 200


@pytest.mark.parametrize("values", [{"state": "open"}, {"cancelled_at": NOON}])
def test_an_open_or_cancelled_edition_has_no_page(client: Client, values: dict[str, Any]) -> None:
    make_candidate(make_edition(**values), make_paper())
    for path in (EDITION, f"{EDITION}/mail"):
        assert client.get(path).status_code == 404
    assert "8 to 14 March" not in client.get("/editions/").content.decode()


def test_an_edition_whose_papers_are_all_withdrawn_says_so(client: Client) -> None:
    make_candidate(make_edition(), make_paper(is_withdrawn=True))
    assert "were withdrawn" in words(get_page(client, EDITION).select_one("main"))
    assert client.get(f"{EDITION}/mail").status_code == 404


def test_the_newest_edition_has_an_address_that_stays(client: Client, edition: Edition) -> None:
    make_candidate(make_edition(day=DAY - timedelta(days=7)), make_paper())
    assert client.get("/editions/weekly/latest")["Location"] == EDITION
    assert client.get("/editions/daily/latest")["Location"] == "/editions/daily/"
