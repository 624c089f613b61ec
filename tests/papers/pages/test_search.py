"""The search page: its matches, its filters, its pages, and its suggestions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper
from papers.pages.search import count_in_words
from papers.search import query
from papers.search.spelling import learn_words
from tests.factories import DAY, make_paper, make_paper_topic, make_signal, make_topic
from tests.papers.page_html import get_page, words
from web.page_cache.addresses import address_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with time_machine.travel(datetime(2025, 3, 17, 8, tzinfo=UTC), tick=False):
        yield


def search_page(client: Client, status: int = 200, **params: Any) -> BeautifulSoup:
    return get_page(client, "/search/", status, **params)


def titles(page: BeautifulSoup) -> list[str]:
    return [words(title) for title in page.select(".papers .title")]


def params_of(tag: Tag | None) -> dict[str, str]:
    """The parameters of a link."""
    assert tag is not None
    return {name: values[0] for name, values in parse_qs(urlsplit(str(tag["href"])).query).items()}


def suggestions_of(page: BeautifulSoup) -> dict[str, dict[str, str]]:
    return {words(link): params_of(link) for link in page.select(".tries a")}


# ── matches and filters ──────────────────────────────────────────────────────


def test_a_search_shows_marked_papers_and_their_number(client: Client) -> None:
    paper = make_paper("Dunes of sand", authors=["Ann Lee"], is_sample=True)
    make_signal(paper, 84, read_at=datetime(2025, 3, 16, tzinfo=UTC))
    page = search_page(client, q="sand")
    assert titles(page) == ["Dunes of sand"]
    assert words(page.select_one(".title mark")) == "sand"
    assert words(page.select_one(".count")).startswith("One paper")
    assert "▲ 84" in words(page.select_one(".votes"))
    assert words(page.select_one(".sample")) == "sample data"
    assert "came with the installation" in words(page.select_one(".foot"))


def test_the_search_box_keeps_the_query_escaped(client: Client) -> None:
    page = search_page(client, q='"><script>alert(1)</script>')
    box = page.select_one("input[name=q]")
    assert box is not None
    assert box["value"] == '"><script>alert(1)</script>'
    assert page.select("script") == []


def test_the_form_keeps_the_chosen_filters(client: Client) -> None:
    topic = make_topic("Dunes", slug="dunes")
    wanted = make_paper("Sand here", code_url="https://example.org/")
    make_paper_topic(wanted, topic)
    make_paper("Sand there")
    page = search_page(
        client, q="sand", topic="dunes", since="2025-03-01", until="2025-03-31", code="on"
    )
    assert titles(page) == ["Sand here"]
    form = page.select_one("form.search")
    assert form is not None
    assert form["method"] == "get"
    assert [words(chip).split(" ×")[0] for chip in page.select(".chosen")] == [
        "Dunes",
        "1 March 2025 to 31 March 2025",
        "With code",
    ]
    assert form.select_one("option[value=dunes][selected]")
    assert form.select_one("input[name=since][value='2025-03-01']")
    assert form.select_one("input[name=code][checked]")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"topic": "nope"}, "There is no such topic"),
        ({"since": "yesterday"}, "Write the day like 2026-11-20."),
        ({"until": "20-11-2026"}, "Write the day like 2026-11-20."),
        ({"since": "2025-03-01", "until": "2025-02-01"}, "This is before the first day"),
    ],
)
def test_an_invalid_filter_is_named_and_left_out(
    client: Client, filters: dict[str, Any], expected: str
) -> None:
    make_paper("Sand")
    page = search_page(client, q="sand", **filters)
    assert expected in words(page.select_one(".filters .errorlist"))
    assert titles(page) == ["Sand"]


@pytest.mark.parametrize(
    "pasted", ["https://arxiv.org/abs/2503.04567v2?context=cs.LG", "(2503.04567)", "2503.04567,"]
)
def test_an_arxiv_id_redirects_to_its_paper(client: Client, pasted: str) -> None:
    paper = make_paper(arxiv_id="2503.04567")
    response = client.get("/search/", {"q": pasted})
    assert (response.status_code, response["Location"]) == (302, paper.get_absolute_url())


def test_the_page_says_when_a_query_was_cut(client: Client) -> None:
    make_paper("Sand")
    page = search_page(client, q="sand or " + "x" * 400)
    assert "only the first 250 characters counted" in words(page.select_one(".notice"))
    assert titles(page) == ["Sand"]


# ── pages ────────────────────────────────────────────────────────────────────


def sands(number: int) -> None:
    Paper.objects.bulk_create(
        Paper(title=f"Sand {n}", title_key=f"sand {n}", listed_on=DAY - timedelta(days=n))
        for n in range(number)
    )


def test_pages_link_on_and_back_with_the_filters(client: Client) -> None:
    sands(25)
    second = search_page(client, q="sand", until="2025-03-31", code="", page=2)
    assert params_of(second.select_one("a[rel=next]")) == {
        "q": "sand",
        "until": "2025-03-31",
        "page": "3",
    }
    assert params_of(second.select_one("a[rel=prev]"))["page"] == "1"
    assert words(second.select_one(".paper .rank")) == "11"
    assert "page 2 of 3" in words(second.select_one(".count"))
    assert search_page(client, q="sand", page=3).select("a[rel=next]") == []


@pytest.mark.parametrize("page", ["4", "0", "-1", "x", "99999", "²"])
def test_a_page_number_out_of_range_is_a_404(client: Client, page: str) -> None:
    sands(25)
    assert "Not found" in words(search_page(client, 404, q="sand", page=page).select_one("title"))


def test_the_last_page_says_that_more_papers_match(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "CANDIDATES", 10)
    sands(45)
    page = search_page(client, q="sand")
    assert "These were the best of 45 papers." in words(page.select_one("main"))


@pytest.mark.parametrize(
    ("total", "is_estimate", "expected"),
    [
        (1, False, "one paper"),
        (2, False, "2 papers"),
        (34_102, False, "34,102 papers"),
        (27_367, True, "about 27,000 papers"),
        (1_960, True, "about 2,000 papers"),
        (97, True, "about 97 papers"),
        (1, True, "about 1 paper"),
    ],
)
def test_an_estimated_count_is_marked_as_one(total: int, is_estimate: bool, expected: str) -> None:
    assert count_in_words(total, is_estimate=is_estimate) == expected


# ── without matches ──────────────────────────────────────────────────────────


def test_an_empty_search_shows_examples_and_searches_nothing(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):  # the topics of the filter, and the newest issue
        page = search_page(client)
    examples = [params_of(link)["q"] for link in page.select(".facts-list a")]
    assert '"state space" or mamba' in examples
    assert page.select(".papers") == []


def test_a_search_without_matches_has_suggestions(client: Client) -> None:
    page = search_page(client, q='"red house" lake -sea', code="on")
    assert "No paper matches within these filters." in words(page.select_one(".blank"))
    found = suggestions_of(page)
    assert found["Search without the filters"] == {"q": '"red house" lake -sea'}
    assert found["Let the words stand anywhere"] == {"q": "red house lake -sea", "code": "on"}
    assert found["Look for any of the words"] == {"q": "red or house or lake", "code": "on"}


def test_a_slip_gets_a_suggestion_that_keeps_the_filters(client: Client) -> None:
    make_paper("Gaussian splatting", code_url="https://example.org/")
    learn_words()
    page = search_page(client, q='"gaussian splating" -mesh', code="on")
    meant = page.select_one(".meant")
    assert words(meant) == 'Did you mean "gaussian splatting" -mesh ?'
    assert meant is not None
    link = params_of(meant.select_one("a"))
    assert link == {"q": '"gaussian splatting" -mesh', "code": "on"}
    assert titles(search_page(client, q=link["q"], code="on")) == ["Gaussian splatting"]


def test_a_slip_is_named_even_where_its_beginning_matches(client: Client) -> None:
    make_paper("Gaussian splatting")  # "splat" and an ending, as in "splating"
    make_paper("Quantization")
    learn_words()
    page = search_page(client, q="gaussian splating")
    assert titles(page) == ["Gaussian splatting"]
    assert words(page.select_one(".meant a")) == "gaussian splatting"
    assert search_page(client, q="quantizat").select(".meant") == []


def test_a_few_matches_stay_beside_the_suggestion(client: Client) -> None:
    for n in range(12):
        make_paper(f"Dunes {n}")
    make_paper("Dunas")
    learn_words()
    page = search_page(client, q="dunas")
    assert titles(page) == ["Dunas"]
    assert words(page.select_one(".meant a")) == "dunes"
    assert search_page(client, q="dunes").select(".meant") == []


def test_a_suggestion_of_another_filter_is_not_shown(client: Client) -> None:
    make_paper("Gaussian splatting")
    learn_words()
    assert search_page(client, q="splating", code="on").select(".meant") == []


def test_the_page_names_the_fields(client: Client) -> None:
    page = search_page(client)
    hint = words(page.select_one("#how"))
    assert all(field in hint for field in ("au:", "ti:", "cat:"))
    queries = [params_of(link)["q"] for link in page.select(".facts-list a")]
    assert {'au:"Yann LeCun"', "Y. LeCun", "cat:cs.CL tokenizer"} <= set(queries)


def test_the_beginning_of_a_word_shows_and_marks_what_it_became(client: Client) -> None:
    make_paper("Quantization")
    page = search_page(client, q="quantiza")
    assert titles(page) == ["Quantization"]
    assert words(page.select_one(".title mark")) == "Quantization"


def test_one_plain_word_has_no_suggestions(client: Client) -> None:
    assert list(suggestions_of(search_page(client, q="zebra"))) == ["See what trends this week"]


def test_an_unknown_arxiv_id_links_to_arxiv(client: Client) -> None:
    page = search_page(client, q="arXiv:2503.99999v1")
    link = page.select_one(".tries a")
    assert link is not None
    assert link["href"] == "https://arxiv.org/abs/2503.99999"
    assert "We do not know arXiv:2503.99999v1." in words(page.select_one(".blank"))


@pytest.mark.parametrize("query", ["the", "-sand", '"'])
def test_a_query_without_a_word_is_explained(client: Client, query: str) -> None:
    make_paper("Sand")
    assert "no word in this to look for" in words(search_page(client, q=query).select_one(".blank"))


# ── the page itself ──────────────────────────────────────────────────────────


def test_crawlers_are_kept_out_of_searches(client: Client) -> None:
    assert search_page(client, q="sand").select_one("meta[name=robots][content=noindex]")
    assert "Disallow: /search/" in client.get("/robots.txt").content.decode()


def test_every_other_page_has_a_search_box(client: Client) -> None:
    page = BeautifulSoup(client.get("/").content, "html.parser")
    form = page.select_one(".masthead form.find")
    assert form is not None
    assert (form["action"], form["method"]) == ("/search/", "get")
    assert page.select_one(".masthead a[href='/search/']")
    assert search_page(client, q="x").select("form.find") == []


def test_an_unchanged_search_is_a_304(client: Client) -> None:
    make_paper("Sand")
    first = client.get("/search/", {"q": "sand"})
    again = client.get("/search/", {"q": "sand"}, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_the_search_allows_only_reading(client: Client) -> None:
    assert client.post("/search/", {"q": "sand"}).status_code == 405


def test_links_of_a_search_hold_only_what_it_reads(client: Client, db: None) -> None:
    for number in range(21):
        make_paper(f"Lakes {number}")
    page = search_page(client, q="lakes", ref="a stranger", page="1")
    [later] = [link["href"] for link in page.select("a[rel=next]")]
    assert later == "/search/?q=lakes&page=2"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("q=lakes&topic=&since=&until=&code=", "code=&q=lakes&since=&topic=&until="),
        ("q=lakes&topic=agents&since=2025-01-01&until=2025-12-31&code=on&page=2", None),
        ("q=lakes&ref=a+stranger", "q=lakes"),
    ],
)
def test_a_search_with_its_filters_is_one_page(sent: str, kept: str | None) -> None:
    found = address_of("/search/", sent)
    assert found is not None
    assert sorted(found.query.split("&")) == sorted((kept or sent).split("&"))


@pytest.mark.parametrize("sent", ["q=a&since=soon", "q=a&page=0", "q=a&q=b", "q=a&code=off"])
def test_a_search_with_another_value_is_for_the_view(sent: str) -> None:
    assert address_of("/search/", sent) is None
