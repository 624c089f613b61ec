"""Where sentences of abstracts end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.summaries.sentences import HIDDEN, LONGEST_READ, hidden, sentences


def split(text: str) -> list[str]:
    return [text[one.start : one.end] for one in sentences(hidden(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Many models, e.g. Transformers, are slow.",
        "Some inputs (i.e. Images) are large.",
        "The method of Roe et al. Outperforms it.",
        "As Fig. 3 and Eq. (4) show, it holds.",
        "See Sec. IV for the proof.",
        "J. Doe and A. B. Roe disagree.",
        "Dr. Roe and Prof. Doe agree.",
        "Cats vs. Dogs is easy.",
        "It gains 3.5 points, from 1.2 to 4.7.",
        "It gains 3. 85% over the others.",
        "The loss $f(x) = a. B$ is convex.",
        r"We follow \cite{Roe et al. 2020. A. Title} here.",
        "It is (see the proof. It is short) correct.",
        "Models w.r.t. Users and a.k.a. Names differ.",
        "The code is at https://example.org/a.B?c and works.",
        "Built for the U.S. Army and the U.K. Navy.",
        "Version v. 2 and No. 5 are in Vol. 3.",
        "Our parts are: 1. Trees that grow, and 2. Grass that does not.",
        "Wait ... there is more.",
    ],
)
def test_this_is_one_sentence(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It reads images, sounds, etc.", "We show why."),
        ("It follows Roe et al.", "However, it is faster."),
        ("It is sold in the U.S.", "The price is low."),
        ("The answer is no.", "Readers disagree."),
        ("Is it so?", "It is!"),
        ('He said "yes."', "She did not."),
        ("It is slow (very slow).", "We speed it up."),
        ("Small models learn.", "mT5 does not."),
        ("Small models learn.", "nnU-Net does."),
        ("It runs on GPT-4.", "We do not."),
        ("It began in 2020.", "5 models followed."),
        (r"It costs $O(n)$.", "$n$ is the length."),
        ("One line", "another paragraph"),
    ],
)
def test_these_are_two_sentences(first: str, second: str) -> None:
    gap = "\n\n" if first == "One line" else " "
    assert split(f"{first}{gap}{second}") == [first, second]


def test_chinese_and_hindi_have_full_stops_of_their_own() -> None:
    assert split("我们提出一种方法。实验很好。") == ["我们提出一种方法。", "实验很好。"]
    assert split("यह एक वाक्य है। यह दूसरा है।") == ["यह एक वाक्य है।", "यह दूसरा है।"]


def test_a_parenthesis_that_is_never_closed_ends_no_other_sentence() -> None:
    assert split("It (is open. It goes on. It ends.") == ["It (is open.", "It goes on.", "It ends."]


def test_a_hidden_text_keeps_every_place() -> None:
    text = r"Let $x. Y$ be \emph{a. B} there."
    plain = hidden(text)
    assert len(plain) == len(text)
    assert plain == f"Let {HIDDEN * 6} be {HIDDEN * 11} there."


def test_only_whole_sentences_of_the_beginning_are_read() -> None:
    text = "A sentence of words. " * 1_000
    found = split(text)
    assert set(found) == {"A sentence of words."}
    assert len(" ".join(found)) <= LONGEST_READ


def test_a_text_without_an_end_is_one_sentence_of_its_beginning() -> None:
    assert split("word " * 5_000) == [("word " * 2_000).strip()]


@given(st.text(max_size=400))
def test_sentences_do_not_overlap_and_have_no_space_around(text: str) -> None:
    found = sentences(hidden(text))
    for one, following in pairwise(found):
        assert one.end <= following.start
    for one in found:
        assert text[one.start : one.end].strip() == text[one.start : one.end] != ""
