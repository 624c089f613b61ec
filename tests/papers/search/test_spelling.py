"""Suggestions for a typing slip, from the words of stored papers."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper, SearchWord
from papers.search.query import Filters
from papers.search.spelling import closest_words, did_you_mean, learn_words, slips_between
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db


def suggestion(query: str, total: int = 0) -> str:
    return did_you_mean(query, total, Filters())


def count_of(word: str) -> int:
    return SearchWord.objects.get(word=word).papers


@pytest.fixture
def catalogue() -> None:
    make_paper("Latent diffusion", authors=["Yann LeCun", "Ashish Vaswani"])
    make_paper("Diffusion transformers", summary="A Mamba hyperparameter, and attention.")
    make_paper("Gaussian splatting", summary="With GPT-4 and Schrödinger bridges.")
    learn_words()


def test_a_query_of_known_words_that_is_only_unfinished_has_no_slip(catalogue: None) -> None:
    for _ in range(11):
        make_paper("On yang leaves", authors=["Yang Le"])
    learn_words()
    assert did_you_mean("yann le", 0, Filters()) == "yang le"
    assert did_you_mean("yann le", 0, Filters(), completed=2) == ""


# ── the words ────────────────────────────────────────────────────────────────


def test_words_count_the_papers_that_have_them() -> None:
    make_paper("Sand and sand", summary="Sand, in water.", authors=["Ann Sand"])
    make_paper("Wet sand")
    learn_words()
    assert (count_of("sand"), count_of("water")) == (2, 1)


def test_new_papers_are_added_to_the_counts_and_old_ones_not_again() -> None:
    make_paper("Sand")
    learn_words()
    learn_words()
    make_paper("Sand again")
    learn_words()
    assert (count_of("sand"), count_of("again")) == (2, 1)


def test_words_are_learned_as_the_search_compares_them() -> None:
    make_paper("Schrödinger's GPT-4 fine-tuning of the Qwen2.5", summary="ab 12345")
    learn_words()
    found = set(SearchWord.objects.values_list("word", flat=True))
    assert found >= {"schrodinger", "fine", "tuning", "qwen"}
    assert not found & {"gpt", "fine-tuning", "ab", "12345", "schrödinger"}


def test_a_withdrawn_paper_teaches_no_word() -> None:
    Paper.objects.create(title="Sand", title_key="sand", listed_on=DAY, is_withdrawn=True)
    assert learn_words() == 0


# ── the suggestion ───────────────────────────────────────────────────────────


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("difusion", "diffusion"),
        ("diffussion", "diffusion"),
        ("difufsion", "diffusion"),
        ("tiffusion", "diffusion"),
        ("Difusion", "diffusion"),
        ("difusoin", "diffusion"),
        ("gaussian splating", "gaussian splatting"),
        ("gausian splating", "gaussian splatting"),
        ("mabma", "mamba"),
        ("namba", "mamba"),
        ("transfromers", "transformers"),
        ("hyperparamter", "hyperparameter"),
        ("atention", "attention"),
        ("lecum", "lecun"),
        ("au:lecum", "au:lecun"),
        ('au:"yann lecum"', 'au:"yann lecun"'),
        ("vaswanni", "vaswani"),
        ("shrodinger", "schrodinger"),
        ("latent difusion -sand", "latent diffusion -sand"),
        ('"latent difusion" or sand', '"latent diffusion" or sand'),
        ("ti:difusion", "ti:diffusion"),
        ("difusion cat:cs", ""),
        ("diffusion mambba or sand", "diffusion mamba or sand"),
    ],
)
def test_a_slip_is_corrected_at_its_place(typed: str, meant: str) -> None:
    assert suggestion(typed) == meant


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "the",
        "zebra",
        "gpt5",
        "2503.99999",
        "-difusion",
        "cat:difusion",
        "abc",
        "splatting mamba",
    ],
)
def test_a_query_without_a_slip_has_no_suggestion(typed: str) -> None:
    assert suggestion(typed) == ""


@pytest.mark.usefixtures("catalogue")
def test_a_suggestion_matches_papers_together_with_the_other_words() -> None:
    assert suggestion("splating latent") == ""
    assert suggestion("latnt difusion") == "latent diffusion"


@pytest.mark.usefixtures("catalogue")
def test_a_query_of_many_unknown_words_is_left_alone(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2):  # the beginning of a word, the known ones
        assert suggestion("difusion transfromers mabma atention") == ""
    assert suggestion("difusion transfromers mabma") == "diffusion transformers mamba"


def test_a_rarer_word_is_never_suggested() -> None:
    for n in range(12):
        make_paper(f"Dunes {n}")
    make_paper("Dunas")
    learn_words()
    assert suggestion("dunas", total=1) == "dunes"
    assert closest_words("dunes", papers=12) == []


def test_a_query_with_a_match_needs_ten_times_as_many() -> None:
    make_paper("Dunas")
    for n in range(9):
        make_paper(f"Dunes {n}")
    learn_words()
    assert suggestion("dunas", total=1) == ""
    assert suggestion("duness", total=1) == ""
    assert suggestion("duness", total=0) == "dunes"


@pytest.mark.parametrize(
    ("typed", "meant", "slips"),
    [
        ("sand", "sand", 0),
        ("sad", "sand", 1),
        ("sannd", "sand", 1),
        ("samd", "sand", 1),
        ("sadn", "sand", 1),
        ("asnd", "sand", 1),
        ("snda", "sand", 2),
        ("", "sand", 4),
        ("sand", "", 4),
        ("water", "sand", 4),
    ],
)
def test_slips_are_letters_missing_added_wrong_or_exchanged(
    typed: str, meant: str, slips: int
) -> None:
    assert slips_between(typed, meant) == slips


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=100) | st.text(alphabet="difusonau:\"-' ,éor", max_size=60))
def test_no_query_is_an_error(typed: str) -> None:
    assert did_you_mean(typed.replace("\0", ""), 0, Filters()) == ""
