"""The part of an abstract that says what its paper contributes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.summaries.contribution import (
    LONGEST,
    contribution,
    stated_in,
)
from papers.text.tex import unicode_math

BACKGROUND = (
    "Birds have long been admired for what they read. Yet most of them remain unable to read the "
    "abstract of a paper, which is a serious problem for science and for the birds themselves."
)
STATED = "We propose Plover, a bird that reads the abstracts of ten papers in less than a minute."
RESULT = "Experiments on nine large trees show that Plover outperforms all other birds by far."
TITLE = "Plover: A Bird that Reads Abstracts"


def of(*sentences: str, title: str = TITLE) -> str:
    return contribution(title, " ".join(sentences))


def test_the_sentence_that_states_the_contribution_is_taken_whole() -> None:
    assert of(BACKGROUND, STATED, RESULT) == STATED


@pytest.mark.parametrize(
    "opener", ["To this end,", "In this paper,", "However, to address this issue,", "Here"]
)
def test_it_does_not_point_back_to_the_sentence_before(opener: str) -> None:
    assert of(BACKGROUND, f"{opener} w{STATED[1:]}", RESULT) == STATED


def test_a_short_abstract_is_shown_whole_and_on_one_line() -> None:
    assert of("Birds are slow.\n\nWe propose Plover.") == "Birds are slow. We propose Plover."


def test_a_short_sentence_takes_the_next_one_with_it() -> None:
    first, second = (
        "We propose Plover, a bird.",
        "Plover reads the abstracts of ten papers at once.",
    )
    assert of(BACKGROUND, first, second, RESULT, RESULT) == f"{first} {second}"


def test_a_short_sentence_does_not_take_a_result_or_an_address_with_it() -> None:
    first, link = "We propose Plover, a bird.", "Code is available at https://example.org/plover."
    assert of(BACKGROUND, first, RESULT, RESULT) == first
    assert of(BACKGROUND, first, link, RESULT) == first


def test_a_proposal_comes_before_results_and_details() -> None:
    details = "Specifically, we first train it on books, and we then show it nine trees in a row."
    assert of(BACKGROUND, RESULT, details, STATED) == STATED


def test_the_first_of_two_proposals_is_the_main_one() -> None:
    second = "We propose Lapwing, a nest in which the bird that reads can sleep for a day or two."
    assert of(BACKGROUND, STATED, second).startswith(STATED)


def test_words_of_the_title_decide_between_two_proposals() -> None:
    nest = "We propose a nest, in which a tired animal can sleep for a day or two if it wants."
    assert of(BACKGROUND, nest, STATED) == STATED


def test_the_system_of_the_title_may_be_the_subject() -> None:
    claim = "FlashPlover-4 cuts the time that reading takes by half on all of the larger trees."
    others = "The bird is a popular animal that many papers have studied for years in many trees."
    found = contribution("FlashPlover-4: Faster Birds", f"{BACKGROUND} {others} {claim} {RESULT}")
    assert found == claim


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    long = f"{STATED[:-1]}, which helps {'the many readers of papers and books ' * 6}in all trees."
    found = of(BACKGROUND, long)
    assert found.startswith("We propose Plover, a bird that reads the abstracts of ten papers")
    assert found.endswith(" …")
    assert LONGEST / 2 < len(found) <= LONGEST


def test_a_formula_is_never_cut() -> None:
    formula = r"$\frac{a_1 + a_2 + a_3}{b_1 + b_2 + b_3} + \sum_{i=1}^{n} x_i y_i z_i$"
    long = f"We prove that {' and '.join([formula] * 8)} are bounded by what the bird has read."
    found = of(BACKGROUND, long)
    assert found.endswith(" …")
    assert found.count("$") % 2 == 0
    assert len(unicode_math(found)) <= LONGEST


def test_the_letters_of_a_formula_count_as_they_are_shown() -> None:
    formula = r"$\mathcal{O}(\mathrm{n} \log \mathrm{n})$"
    sentence = f"We propose Plover, which needs {', '.join([formula] * 9)} steps for its trees."
    assert of(BACKGROUND, sentence) == sentence
    assert len(sentence) > LONGEST > len(unicode_math(sentence))


def test_abbreviations_and_citations_end_no_sentence() -> None:
    sentence = (
        r"We extend the birds of Roe et al. and J. Doe \cite{Roe et al. 2020}, e.g. Plover, to "
        "read 3.5 papers at once, as Fig. 3 shows."
    )
    assert of(BACKGROUND, sentence) == sentence


def test_a_notice_of_withdrawal_is_no_contribution() -> None:
    notice = "This paper has been withdrawn by the authors due to an error in the proof of a claim."
    assert of(notice, BACKGROUND, STATED, RESULT) == STATED


def test_a_text_that_is_only_a_notice_is_shown() -> None:
    notice = "This paper has been withdrawn by the authors due to an error in the proof of a claim."
    assert of(notice, notice, notice) == f"{notice} {notice}"


def test_without_a_statement_the_opening_is_shown() -> None:
    first, second = "Birds are admired in many countries of this world.", "Trees are tall and old."
    third = "Stones are heavier than either of them, and they were there long before all others."
    assert of(first, second, third, third, title="Nature") == f"{first} {second} {third}"


def test_another_language_gives_its_opening() -> None:
    german = "Vögel werden seit langem bewundert, weil sie lesen. " * 3
    assert of(german * 3, title="Lesen") == (german + german).strip()[:207]


def test_chinese_gives_its_opening() -> None:
    first = "鸟类因其阅读能力而长期受到人们的喜爱。"
    assert of(first * 20) == first * (LONGEST // len(first))


def test_a_label_of_a_structured_abstract_is_no_part_of_the_lead() -> None:
    labelled = f"Background: {BACKGROUND} Methods: {STATED} Results: {RESULT}"
    assert of(labelled) == STATED


@pytest.mark.parametrize("text", ["", " ", "\n", "…"])
def test_a_text_without_words_gives_none(text: str) -> None:
    assert of(text).strip("…") == ""


def test_stated_in_numbers_the_sentences_from_0() -> None:
    assert stated_in(TITLE, f"{BACKGROUND} {STATED} {RESULT}") == 2
    assert stated_in("Nature", "Birds are admired. Trees are tall.") is None


@given(st.text(max_size=900), st.text(max_size=80))
def test_a_lead_of_any_text_is_short_and_on_one_line(text: str, title: str) -> None:
    found = contribution(title, text)
    assert len(unicode_math(found)) <= LONGEST + 2
    assert "\n" not in found


@given(st.text(alphabet="We propose $x$ {a}. (b), and\\frac\n", min_size=1, max_size=700))
def test_an_abstract_with_words_has_a_lead(text: str) -> None:
    assert bool(contribution("", text)) == bool(text.strip())
