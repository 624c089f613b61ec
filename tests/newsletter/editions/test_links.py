from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from newsletter.editions import links

ALL = {"page_url": "/papers/1/", "arxiv_url": "https://arxiv.org/abs/1", "code_url": "https://x.y"}


def test_a_link_is_a_token_and_a_number_and_no_url(settings: Settings) -> None:
    settings.SITE_URL = "https://papers.test"
    assert links.addresses(2, ALL, "T") == {
        "page": "https://papers.test/r/T/6",
        "arxiv": "https://papers.test/r/T/7",
        "code": "https://papers.test/r/T/8",
    }


def test_a_paper_without_code_has_no_code_link() -> None:
    assert "code" not in links.addresses(1, {**ALL, "code_url": ""}, "T")


def test_the_links_of_feedback_say_what_of_which_paper(settings: Settings) -> None:
    settings.SITE_URL = "https://papers.test"
    assert links.feedback_addresses(2, "T") == {
        "more": "https://papers.test/w/T/6",
        "less": "https://papers.test/w/T/7",
        "save": "https://papers.test/w/T/8",
    }
    assert [links.resolve_feedback(number) for number in (6, 7, 8, 9)] == [
        (2, "more"), (2, "less"), (2, "save"), (3, "more"),
    ]  # fmt: skip


@given(st.integers(1, 10_000))
def test_every_number_resolves_to_its_paper_and_kind(position: int) -> None:
    for kind, address in links.addresses(position, ALL, "T").items():
        assert links.resolve(int(address.rpartition("/")[2])) == (position, kind)
