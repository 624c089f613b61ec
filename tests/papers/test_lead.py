"""The lead of a paper: which text it is, whose, and in which forms."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from papers.lead import Lead, lead, lead_of_text
from papers.models import Paper

BACKGROUND = (
    "Summaries are long, and many readers are busy, so most of them stop after a line or two."
)
STATED = r"In this paper, we propose Plover, a reader that needs $O(n \log n)$ steps."
RESULT = "Experiments on nine collections show that it keeps nearly all readers until the very end."
ABSTRACT = f"{BACKGROUND} {STATED} {RESULT}"


def paper(**values: str) -> Paper:
    return Paper(**{"title": "Plover: A Reader", "summary": ABSTRACT, **values})


def test_the_lead_is_the_sentence_that_states_the_contribution() -> None:
    assert lead(paper()) == Lead(
        "We propose Plover, a reader that needs O(n log n) steps.",
        "abstract",
        r"We propose Plover, a reader that needs $O(n \log n)$ steps.",
    )


def test_formulas_of_a_lead_are_mathml_on_a_page() -> None:
    html = lead(paper()).html
    assert html.startswith("We propose Plover, a reader that needs <math ")
    assert html.endswith("</math> steps.")


@pytest.mark.parametrize(
    ("source", "credit"),
    [
        ("hugging_face", "summary by Hugging Face’s model"),
        ("semantic_scholar", "summary by Semantic Scholar’s model"),
        ("model", "summary by a language model"),
    ],
)
def test_a_short_summary_of_a_source_is_the_lead_with_its_credit(source: str, credit: str) -> None:
    found = lead(paper(short_summary="Plover reads fast.", short_summary_source=source))
    assert (found.text, found.source, found.credit) == ("Plover reads fast.", source, credit)


def test_an_abstract_needs_no_credit() -> None:
    assert lead(paper()).credit == ""


def test_a_credit_is_made_in_the_language_of_the_reader() -> None:
    found = lead(paper(short_summary="Plover reads fast.", short_summary_source="model"))
    with override("de"):
        assert isinstance(found.credit, str)


def test_a_short_summary_without_a_source_is_not_shown() -> None:
    assert lead(paper(short_summary="Plover reads fast.")).source == "abstract"


def test_a_short_summary_that_is_an_abstract_gives_its_best_sentence() -> None:
    found = lead(paper(short_summary=f"{ABSTRACT} {RESULT}", short_summary_source="hugging_face"))
    assert found.text == "We propose Plover, a reader that needs O(n log n) steps."
    assert found.source == "hugging_face"


def test_a_paper_without_any_text_has_an_empty_lead() -> None:
    assert lead(paper(summary="")) == Lead("", "", "")


def test_a_lead_in_an_attribute_is_its_text() -> None:
    assert f"{lead_of_text('A short abstract.')}" == "A short abstract."
