"""Marks around the words of a query, in texts that are escaped."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.search.highlight import Highlight, highlight, passage
from papers.search.query import parse
from papers.search.stems import forget
from tests.factories import make_paper

pytestmark = pytest.mark.django_db
FILLER = "Nothing to see in this sentence, which only takes its place here. "


def marked(query: str, **values: Any) -> Highlight:
    parsed = parse(query)
    (found,) = highlight(parsed.marks if parsed else "", [make_paper(**values)])
    return found


def test_words_are_marked_in_every_form() -> None:
    found = marked("network learning", title="Networked Learners", summary="It learns.")
    assert found.title == "<mark>Networked</mark> Learners"
    assert found.opening == "It <mark>learns</mark>."


def test_marked_words_keep_their_accents() -> None:
    found = marked("schrodinger", title="On Schrödinger bridges, naïvely")
    assert found.title == "On <mark>Schrödinger</mark> bridges, naïvely"


def test_a_letter_with_a_combining_accent_is_marked_whole() -> None:
    assert marked("schrodinger", title="Schro\u0308dinger").title == "<mark>Schrödinger</mark>"


def test_math_is_converted_before_it_is_marked() -> None:
    found = marked("divergence", title=r"The $\alpha$-divergence")
    assert found.title == "The α-<mark>divergence</mark>"


@pytest.mark.parametrize(
    ("title", "html"),
    [
        ("<b>sand</b> & <i>", "&lt;b&gt;<mark>sand</mark>&lt;/b&gt; &amp; &lt;i&gt;"),
        ("a <mark> of sand", "a &lt;mark&gt; of <mark>sand</mark>"),
        ("sand&amp;sand", "<mark>sand</mark>&amp;amp;<mark>sand</mark>"),
        ("\ue000sand\ue001 here", "\ue000<mark>sand</mark>\ue001 here"),
        ("x < sand and sand > y", "x &lt; <mark>sand</mark> and <mark>sand</mark> &gt; y"),
    ],
)
def test_the_texts_of_a_paper_are_escaped(title: str, html: str) -> None:
    assert marked("sand", title=title).title == html


@pytest.mark.parametrize(
    ("query", "title", "html"),
    [
        ("GPT 4", "On GPT-4", "On <mark>GPT-4</mark>"),
        ("gpt4", "On GPT-4o, GPT4", "On <mark>GPT</mark>-4o, <mark>GPT4</mark>"),
        ("qwen", "Qwen2.5-VL", "<mark>Qwen</mark>2.5-VL"),
        ("qwen2.5", "Qwen2.5-VL", "<mark>Qwen2.5</mark>-VL"),
        ("video audio", "Audio/Video!", "<mark>Audio/Video</mark>!"),
        ("llama cpp", "With llama.cpp", "With <mark>llama.cpp</mark>"),
        (
            "finetuning",
            "Fine-Tuned fine\u2010tuning",
            "<mark>Fine-Tuned</mark> <mark>fine‐tuning</mark>",
        ),
        ("fine tuning", "Finetuning", "<mark>Finetuning</mark>"),
        ("dino", "A DINOv2", "A <mark>DINO</mark>v2"),
        ("t5", "T-5 and t5", "<mark>T-5</mark> and <mark>t5</mark>"),
        ("net", "A ﬁne net", "A ﬁne <mark>net</mark>"),
        ("sand -water", "Sand, water", "<mark>Sand</mark>, water"),
        ("sand water", "Sand, water", "<mark>Sand</mark>, <mark>water</mark>"),
    ],
)
def test_a_word_is_marked_in_the_form_that_the_text_has(query: str, title: str, html: str) -> None:
    assert marked(query, title=title).title == html


@pytest.mark.parametrize("beginning", ["diffusio", "diffus", "diff", "diffusion"])
def test_the_beginning_of_a_word_marks_what_it_became(beginning: str) -> None:
    parsed = parse(beginning)
    assert parsed is not None
    assert parsed.wider is not None
    (found,) = highlight(parsed.wider.marks, [make_paper("Latent Diffusion")])
    assert found.title == "Latent <mark>Diffusion</mark>"


def test_initials_mark_the_surname_of_the_author() -> None:
    found = marked("Y. LeCun", title="Y", authors=["Bo Li", "Cy Ma", "Di Na", "Yann LeCun"])
    assert found.title == "Y"
    assert found.authors == "B. Li, C. Ma, Yann <mark>LeCun</mark> and 1 more"


def test_a_marked_author_is_shown_with_the_full_name() -> None:
    authors = ["Abhishek Das", "Satwik Kottur", "Stefan Lee", "Dhruv Batra", "José <Moura>"]
    found = marked("batra", authors=authors)
    assert found.authors == "A. Das, S. Kottur, Dhruv <mark>Batra</mark> and 2 more"
    found = marked("moura", authors=authors[-1:])
    assert found.authors == "José &lt;<mark>Moura</mark>&gt;"


@pytest.mark.parametrize(
    ("authors", "line"),
    [
        ([], ""),
        (["Ann Lee"], "A. Lee"),
        (["Ann Lee", "Bo Li"], "A. Lee and B. Li"),
        (["Ann Lee", "Bo Li", "Cy Ma"], "A. Lee, B. Li and C. Ma"),
        (["Ann Lee", "Bo Li", "Cy Ma", "Di Na", " "], "A. Lee, B. Li and 2 more"),
    ],
)
def test_authors_without_marks_are_shown_as_on_every_page(authors: list[str], line: str) -> None:
    assert marked("sand", authors=authors).authors == line


def test_a_long_abstract_opens_with_the_marked_sentence() -> None:
    found = marked("amber", summary=FILLER * 6 + "Here is amber at last. " + FILLER * 4)
    assert found.opening.startswith("… Here is <mark>amber</mark> at last.")
    assert len(found.opening) < 320
    assert found.summary.count("<mark>") == 1


def test_an_abstract_opens_with_its_beginning_without_later_marks() -> None:
    early = marked("amber", summary="Amber comes first. " + FILLER * 8 + "Amber comes last.")
    assert early.opening.startswith("<mark>Amber</mark> comes first.")
    nowhere = marked("amber", title="Amber", summary=FILLER * 8)
    assert nowhere.opening.startswith("Nothing to see")
    assert "<mark>" not in nowhere.summary


def test_a_short_abstract_is_shown_once() -> None:
    found = marked("amber", summary="Only amber.")
    assert (found.opening, found.summary) == ("Only <mark>amber</mark>.", "")


def test_a_word_deep_in_a_long_sentence_is_shown() -> None:
    text = "word " * 120 + "amber " + "word " * 120
    first, last = passage(text.strip(), [(600, 605)])
    assert first < 600
    assert last > 605
    assert last - first < 300


def test_without_a_query_nothing_is_marked_and_no_query_runs(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    paper = make_paper("Sand")
    with django_assert_num_queries(0):
        (found,) = highlight("", [paper])
    assert found.title == "Sand"


def test_all_papers_of_a_page_are_marked_with_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    papers = [make_paper("Sand", authors=["A B", "C D"]), make_paper("More sand", summary="Sand.")]
    forget()
    with django_assert_num_queries(1):
        first, second = highlight("'sand'", papers)
    assert (first.title, second.title) == ("<mark>Sand</mark>", "More <mark>sand</mark>")
    with django_assert_num_queries(0):  # the stems of these words are known
        highlight("'sand'", papers)


@pytest.mark.parametrize(
    ("query", "title", "html"),
    [
        ("नमस्ते", "नमस्ते दुनिया", "<mark>नमस्ते</mark> दुनिया"),
        ("数据", "数据 and 模型", "<mark>数据</mark> and 模型"),
        (
            "nodes",
            "“Nodes” • node’s—nodes…",
            "“<mark>Nodes</mark>” • <mark>node’s</mark>—<mark>nodes</mark>…",
        ),
        ("gpt 4", "GPT4all, gpt44", "<mark>GPT4</mark>all, <mark>gpt</mark>44"),
        ("node", "Nodeless node", "Nodeless <mark>node</mark>"),
        ("4", "3d in 4d and 14, 4!", "3d in 4d and 14, <mark>4</mark>!"),
    ],
)
def test_whole_words_are_marked_in_every_script(query: str, title: str, html: str) -> None:
    assert marked(query, title=title).title == html


def test_marks_of_one_text_do_not_reach_into_the_next() -> None:
    found = marked("lake", title="A lake", summary="Lake", authors=["Lake", "Bo Lake"])
    assert (found.title, found.opening) == ("A <mark>lake</mark>", "<mark>Lake</mark>")
    assert found.authors == "<mark>Lake</mark> and Bo <mark>Lake</mark>"


@pytest.mark.parametrize("query", ["cat:cs.LG", "cat:cs.LG or cat:cs.CL", "cat:cs"])
def test_a_category_alone_marks_nothing(query: str) -> None:
    parsed = parse(query)
    assert parsed is not None
    assert parsed.marks == ""
    assert marked(query, title="Sand", categories=["cs.LG"]).title == "Sand"
