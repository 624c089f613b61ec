"""The feeds of papers, as feed readers parse them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from papers import feeds
from papers.models import Paper
from tests.atom import check_feed, read_feed
from tests.factories import DAY, make_paper, make_paper_topic, make_topic

pytestmark = pytest.mark.django_db
ALL = "/feeds/papers.atom"
NOON = datetime(2025, 3, 14, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


# ── entries ──────────────────────────────────────────────────────────────────


def test_an_entry_has_the_values_of_its_paper(client: Client) -> None:
    paper = make_paper(
        r"The $\alpha$ & the <omega>",
        authors=["Ann Lee", "Bo Li"],
        summary=r"We bound $x^2$ for 50% of & <all> cases.",
        categories=["cs.LG"],
        arxiv_id="2503.01234",
        code_url="https://github.com/example/alpha",
    )
    make_paper_topic(paper, make_topic("Dunes", slug="dunes"))
    (entry,) = read_feed(client, ALL).entries
    assert entry.title == "The α & the <omega>"
    assert entry.title_detail.type == "text/plain"
    assert entry.summary == "We bound x² for 50% of & <all> cases."
    assert [author.name for author in entry.authors] == ["Ann Lee", "Bo Li"]
    assert entry.link == f"http://localhost:8000{paper.get_absolute_url()}"
    related = {link.title: link.href for link in entry.links if link.rel == "related"}
    assert related == {
        "arXiv": "https://arxiv.org/abs/2503.01234",
        "code": "https://github.com/example/alpha",
    }
    assert {(term.term, term.label) for term in entry.tags} == {
        ("dunes", "Dunes"),
        ("cs.LG", "cs.LG"),
    }


def test_an_entry_has_the_lead_as_its_summary_and_the_abstract_as_its_content(
    client: Client,
) -> None:
    background = "Sand moves when the wind blows, and nobody has counted each grain of it so far. "
    abstract = f"{background * 3}We propose a way to count $n$ grains of sand in the wind."
    make_paper("Sand", summary=abstract)
    (entry,) = read_feed(client, ALL).entries
    assert entry.summary == "We propose a way to count n grains of sand in the wind."
    assert [(one.type, one.value) for one in entry.content] == [
        ("text/plain", abstract.replace("$n$", "n"))
    ]


def test_a_summary_of_a_source_names_it(client: Client) -> None:
    make_paper(
        summary="Grains.", short_summary="Sand is counted.", short_summary_source="hugging_face"
    )
    (entry,) = read_feed(client, ALL).entries
    assert entry.summary == "Sand is counted. (summary by Hugging Face’s model)"
    assert entry.content[0].value == "Grains."


def test_sample_papers_are_marked(client: Client) -> None:
    make_paper(summary="Invented.", is_sample=True)
    (entry,) = read_feed(client, ALL).entries
    assert entry.summary == "Sample data. Invented."
    assert "sample data" in {term.label for term in entry.tags}


def test_control_characters_and_a_missing_abstract_give_a_valid_entry(
    client: Client,
) -> None:
    make_paper("Bell \x07 and \ufffe", summary="", authors=["A \x1b"], code_url="")
    (entry,) = read_feed(client, ALL).entries
    assert entry.summary == "There is no abstract yet."
    assert "\x07" not in entry.title


def test_an_entry_has_at_most_fifty_authors(client: Client) -> None:
    make_paper(authors=[f"Author {n}" for n in range(3_000)])
    (entry,) = read_feed(client, ALL).entries
    assert len(entry.authors) == 50


# ── ids, dates, links ────────────────────────────────────────────────────────


def test_an_id_stays_when_the_title_changes(client: Client) -> None:
    paper = make_paper()
    before = read_feed(client, ALL).entries[0].id
    Paper.objects.filter(pk=paper.pk).update(title="Another title")
    assert read_feed(client, ALL).entries[0].id == before
    assert re.fullmatch(r"tag:localhost,2026:paper/\d+", before)


def test_an_entry_has_the_dates_of_listing_and_update(client: Client, clock: Any) -> None:
    paper = make_paper(listed_on=DAY - timedelta(days=2))
    clock.shift(3600)
    paper.title = "Corrected"
    paper.save()
    feed = read_feed(client, ALL)
    assert feed.entries[0].published == "2025-03-12T00:00:00+00:00"
    assert feed.entries[0].updated == "2025-03-14T13:00:00+00:00"
    assert feed.feed.updated == feed.entries[0].updated


def test_an_entry_is_never_updated_before_its_listing(client: Client) -> None:
    make_paper(listed_on=DAY + timedelta(days=1))
    read_feed(client, ALL)


def test_links_start_with_the_address_of_the_site(client: Client, settings: Any) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://papers.example.org", ["*"]
    make_paper()
    response = client.get(ALL, headers={"host": "evil.example"})
    check_feed(response.content)
    assert b"evil.example" not in response.content
    assert b'href="https://papers.example.org/feeds/papers.atom"' in response.content


# ── the papers of a feed ─────────────────────────────────────────────────────


def test_the_newest_hundred_papers_come_first(client: Client) -> None:
    Paper.objects.bulk_create(
        Paper(title=f"P {n}", title_key=f"p {n}", listed_on=DAY - timedelta(days=n))
        for n in range(feeds.MAX_ENTRIES + 3)
    )
    entries = read_feed(client, ALL).entries
    assert len(entries) == 100
    assert [entry.title for entry in entries[:2]] == ["P 0", "P 1"]


def test_withdrawn_papers_are_left_out(client: Client) -> None:
    make_paper(is_withdrawn=True)
    assert read_feed(client, ALL).entries == []


def test_a_topic_feed_has_only_its_papers(client: Client) -> None:
    topic = make_topic("Dunes", slug="dunes", description="Sand & wind.")
    wanted = make_paper("Wanted")
    make_paper_topic(wanted, topic)
    make_paper("Other")
    feed = read_feed(client, "/feeds/topics/dunes.atom")
    assert [entry.title for entry in feed.entries] == ["Wanted"]
    assert feed.feed.title == "Dunes · Trending Papers"
    assert feed.feed.subtitle == "Sand & wind."
    assert feed.feed.link == "http://localhost:8000/topics/dunes/"
    assert feed.feed.id != read_feed(client, ALL).feed.id


@pytest.mark.parametrize("slug", ["nothing", "hidden"])
def test_a_missing_or_inactive_topic_has_no_feed(client: Client, slug: str) -> None:
    make_topic("Hidden", slug="hidden", is_active=False)
    assert client.get(f"/feeds/topics/{slug}.atom").status_code == 404


def test_an_empty_feed_is_valid_and_keeps_its_etag(client: Client, clock: Any) -> None:
    read_feed(client, ALL)
    tag = client.get(ALL)["ETag"]
    clock.shift(86_400)
    assert client.get(ALL)["ETag"] == tag


# ── conditional requests ─────────────────────────────────────────────────────


def test_an_unchanged_feed_is_a_304(client: Client) -> None:
    make_paper()
    first = client.get(ALL)
    assert first["Cache-Control"] == "public, max-age=900"
    by_tag = client.get(ALL, headers={"if-none-match": first["ETag"]})
    by_date = client.get(ALL, headers={"if-modified-since": first["Last-Modified"]})
    assert [by_tag.status_code, by_date.status_code] == [304, 304]
    assert by_tag.content == by_date.content == b""
    assert first["Last-Modified"] == "Fri, 14 Mar 2025 12:00:00 GMT"


def test_a_changed_feed_is_sent_in_full(client: Client, clock: Any) -> None:
    paper = make_paper()
    first = client.get(ALL)
    clock.shift(60)
    paper.title = "Corrected"
    paper.save()
    headers = {"if-none-match": first["ETag"], "if-modified-since": first["Last-Modified"]}
    assert client.get(ALL, headers=headers).status_code == 200


def test_a_head_request_has_no_body(client: Client) -> None:
    make_paper()
    response = client.head(ALL)
    assert response.content == b""
    assert int(response["Content-Length"]) == len(client.get(ALL).content)


# ── links to feeds ───────────────────────────────────────────────────────────


def feeds_linked_from(client: Client, page: str) -> list[str]:
    soup = BeautifulSoup(client.get(page).content, "html.parser")
    found = soup.select("link[rel=alternate][type='application/atom+xml']")
    return [str(link["href"]) for link in found]


def test_every_page_links_to_its_feeds(client: Client) -> None:
    topic = make_topic("Dunes", slug="dunes")
    make_paper_topic(make_paper(), topic)
    assert feeds_linked_from(client, "/") == [ALL, "/feeds/editions/weekly.atom"]
    assert feeds_linked_from(client, "/day/2025-03-14/")[1] == "/feeds/editions/daily.atom"
    assert feeds_linked_from(client, "/month/2020-01-01/")[1] == "/feeds/editions/monthly.atom"
    assert feeds_linked_from(client, "/topics/dunes/") == [ALL, "/feeds/topics/dunes.atom"]
    for page in ("/", "/topics/dunes/"):
        for address in feeds_linked_from(client, page):
            assert client.get(address).status_code == 200


# ── the check of the tests ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (r"<entry>.*?<title>[^<]*</title>", "<entry>"),
        (r"<updated>[^<]*</updated>", "<updated>2025-03-14T12:00:00</updated>"),
        (r"<published>[^<]*</published>", "<published>2030-01-01T00:00:00Z</published>"),
        (r'href="http://localhost:8000/papers/', 'href="/papers/'),
        (r"<id>tag:[^<]*</id>", "<id>tag:localhost,2026:one</id>"),
        (r"<summary.*?</summary>", ""),
        (r'term="[^"]*"', 'term=""'),
        (r"<author>.*?</author>", ""),
        (r"</feed>", "<unknown/></feed>"),
    ],
)
def test_the_check_rejects_an_invalid_feed(client: Client, good: str, bad: str) -> None:
    make_paper(is_sample=True)
    feed = client.get(ALL).content.decode()
    check_feed(feed.encode())
    broken = re.sub(good, bad, feed, flags=re.DOTALL)
    assert broken != feed
    with pytest.raises(AssertionError):
        check_feed(broken.encode())


# ── pages ────────────────────────────────────────────────────────────────────


def page_links(client: Client, url: str) -> dict[str, str]:
    links = read_feed(client, url).feed.links
    return {link.rel: link.href for link in links if link.rel in ("next", "previous")}


def test_each_page_leads_to_the_next_and_the_previous(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 2)
    topic = make_topic("Dunes", slug="dunes")
    for number in range(5):
        make_paper_topic(make_paper(f"On {number}"), topic)
    for url in (ALL, "/feeds/topics/dunes.atom"):
        site = f"http://localhost:8000{url}"
        assert page_links(client, url) == {"next": f"{site}?page=2"}
        assert page_links(client, f"{url}?page=2") == {"previous": site, "next": f"{site}?page=3"}
        assert page_links(client, f"{url}?page=3") == {"previous": f"{site}?page=2"}
        titles = [
            entry.title
            for page in (1, 2, 3)
            for entry in read_feed(client, f"{url}?page={page}").entries
        ]
        assert sorted(titles) == [f"On {number}" for number in range(5)]


@pytest.mark.parametrize("page", ["0", "-1", "two", "1.5", "02", "2", "99999", "999999999999"])
def test_a_page_that_does_not_exist_is_a_404(client: Client, page: str) -> None:
    make_paper()
    assert client.get(f"{ALL}?page={page}").status_code == 404


def test_papers_that_were_read_last_come_first_on_a_busy_day(client: Client) -> None:
    for number in range(150):
        make_paper(f"Announced {number}")
    for number in range(10):
        make_paper(f"Listed {number}", listed_at=NOON + timedelta(hours=1))
    titles = [entry.title for entry in read_feed(client, ALL).entries]
    assert titles[:10] == [f"Listed {number}" for number in range(10)]
