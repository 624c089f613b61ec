"""The page of the saved papers."""

from __future__ import annotations

import re

import bibtexparser
import pytest
import rispy
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from subscribers.feedback.save import save_paper
from subscribers.models import Feedback, Subscriber
from tests.factories import NOON, make_paper, make_subscriber
from tests.subscribers.page_text import preferences_path, text_of

pytestmark = pytest.mark.django_db


def path_of(subscriber: Subscriber) -> str:
    return f"{preferences_path(subscriber)}saved/"


def test_without_papers_it_says_how_to_save_one(visitor: Client) -> None:
    page = text_of(visitor.get(path_of(make_subscriber())))
    assert "No paper is saved yet." in page
    assert 'name="pasted"' in page


def test_it_lists_own_papers_only(visitor: Client) -> None:
    ada, bob = make_subscriber(), make_subscriber()
    save_paper(ada, make_paper("Mine", authors=["Ada Byron"]), NOON)
    save_paper(bob, make_paper("Another reader's"), NOON)
    page = text_of(visitor.get(path_of(ada)))
    assert "Mine" in page
    assert "A. Byron" in page
    assert "Another reader" not in page
    assert "Another reader's" in text_of(visitor.get(path_of(bob)))


def test_a_pasted_paper_is_saved_once(visitor: Client) -> None:
    ada = make_subscriber()
    make_paper("Attention", arxiv_id="1706.03762")
    sent = {"pasted": "https://arxiv.org/abs/1706.03762v5"}
    said = [visitor.post(path_of(ada), sent)["Location"].partition("=")[2] for _ in range(2)]
    assert said == ["kept", "kept-before"]
    assert Feedback.objects.get().paper.title == "Attention"


@pytest.mark.parametrize(
    ("pasted", "error"),
    [("", "no arXiv number"), ("<b>tea</b>", "no arXiv number"), ("1409.0473", "is not here")],
)
def test_what_is_no_known_paper_is_shown_again(visitor: Client, pasted: str, error: str) -> None:
    answer = visitor.post(path_of(make_subscriber()), {"pasted": pasted})
    assert answer.status_code == 422
    page = text_of(answer)
    assert error in page
    assert "Error: Saved papers" in " ".join(page.split())
    assert b"<b>tea" not in answer.content
    assert not Feedback.objects.exists()


def test_a_button_of_another_page_saves_and_leads_back(visitor: Client) -> None:
    ada, paper = make_subscriber(), make_paper()
    path = preferences_path(ada)
    answer = visitor.post(f"{path}saved/", {"paper": str(paper.pk), "back": "digests"})
    assert answer["Location"] == f"{path}digests/?done=kept"
    assert Feedback.objects.get().paper == paper


@pytest.mark.parametrize("number", ["", "0", "-1", "9" * 30, "x", "１"])
def test_a_button_without_a_paper_saves_nothing(visitor: Client, number: str) -> None:
    ada = make_subscriber()
    make_paper()
    for name in ("paper", "remove"):
        assert visitor.post(path_of(ada), {name: number}).status_code == 303
    assert not Feedback.objects.exists()


def test_a_paper_is_removed_from_the_own_list_only(visitor: Client) -> None:
    ada, bob, paper = make_subscriber(), make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    save_paper(bob, paper, NOON)
    path = path_of(ada)
    answer = visitor.post(path, {"remove": str(paper.pk)})
    assert answer["Location"] == f"{path}?done=removed"
    assert Feedback.objects.get().subscriber == bob


@pytest.mark.parametrize("length", [1, 3])
def test_the_list_takes_the_same_queries_for_each_length(
    visitor: Client, django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    ada = make_subscriber()
    for _ in range(length):
        save_paper(ada, make_paper(), NOON)
    with django_assert_num_queries(4):  # the reader, the count, the papers, what was said of them
        visitor.get(path_of(ada))


def test_more_papers_than_a_page_holds_have_pages(visitor: Client) -> None:
    ada = make_subscriber()
    for number in range(51):
        save_paper(ada, make_paper(f"Paper {number:02}"), NOON)
    first, second = (text_of(visitor.get(f"{path_of(ada)}?page={n}")) for n in (1, 2))
    assert ("Paper 50" in first, "Paper 00" in first) == (True, False)
    assert ("Paper 50" in second, "Paper 00" in second) == (False, True)
    assert 'rel="next"' in first
    assert visitor.get(f"{path_of(ada)}?page=x").status_code == 200


def test_all_saved_papers_are_one_file_that_reference_managers_read(visitor: Client) -> None:
    ada, bob = make_subscriber(), make_subscriber()
    for title in ("Pointer Networks", "Visual Dialog"):
        save_paper(ada, make_paper(title, authors=["Ada Byron"]), NOON)
    save_paper(bob, make_paper("Another reader's"), NOON)
    path = path_of(ada).removesuffix("/")
    assert f'href="{path}.bib"' in text_of(visitor.get(f"{path}/"))
    entries = bibtexparser.loads(text_of(visitor.get(f"{path}.bib"))).entries
    assert sorted(re.sub("[{}]", "", one["title"]) for one in entries) == [
        "Pointer Networks",
        "Visual Dialog",
    ]
    records = rispy.loads(text_of(visitor.get(f"{path}.ris")))
    assert sorted(one["title"] for one in records) == ["Pointer Networks", "Visual Dialog"]


def test_a_file_of_nothing_is_empty(visitor: Client) -> None:
    path = path_of(make_subscriber()).removesuffix("/")
    assert text_of(visitor.get(f"{path}.bib")).strip() == ""
    assert visitor.get(f"{path}.ris").status_code == 200


def test_a_row_votes_and_takes_the_vote_back(visitor: Client) -> None:
    ada, paper = make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    page = text_of(visitor.post(path_of(ada), {"say": f"more:{paper.pk}"}, follow=True))
    assert "You want more like this." in page
    assert ada.feedback.filter(paper=paper, kind="more").exists()
    page = text_of(visitor.post(path_of(ada), {"say": f"none:{paper.pk}"}, follow=True))
    assert "You want more like this." not in page
    assert ada.feedback.get().kind == "save"


@pytest.mark.parametrize("button", ["", "more", "more:", "more:x", "more:0", "seed:1", ":1"])
def test_a_button_that_is_none_changes_nothing(visitor: Client, button: str) -> None:
    ada = make_subscriber()
    assert visitor.post(path_of(ada), {"say": button}).status_code == 303
    assert not Feedback.objects.exists()


def test_a_formula_in_a_title_is_drawn_as_in_all_lists(visitor: Client) -> None:
    ada = make_subscriber()
    save_paper(ada, make_paper("On $\\alpha$ divergence"), NOON)
    page = text_of(visitor.get(path_of(ada)))
    assert '<math alttext="α">' in page
    assert 'aria-label="Remove On α divergence"' in page
