"""Two spellings of a title have one key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.titles import title_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zero-Shot: A Survey", "zero shot -- a   survey."),
        ("E\ufb03cient Nets", "Efficient nets"),
        ("STRASSE", "Straße"),
        ("Schro\u0308dinger", "Schrödinger"),
        ("Two\n  Lines", "Two Lines"),
        ("Non\u00a0breaking", "non breaking"),
        ("τ-bench: A Benchmark", r"$\tau$-bench: A Benchmark"),
        ("τ²-Bench", r"$\tau^2$-Bench"),
        ("τ^2-Bench", r"$τ^{2}$-bench"),
        ("π0: A Model", r"$\pi_0$: A Model"),
        ("π_{0.5}: A Model", r"$\pi_{0.5}$: A Model"),
        ("π₀.₅: A Model", "π_0.5: a model"),
        ("A^3-Bench", r"$A^3$-Bench"),
        ("V_{0.5}: A Model", "V0.5: A Model"),
        ("DiM³: Maps", r"DiM\textsuperscript{3}: Maps"),
        ("ϵ-greedy", r"$\varepsilon$-greedy"),
        ("In O(n log n)", r"In $\mathcal{O}(n\log n)$"),
        ("ℝᵈ and Rd", r"$\mathbb{R}^d$ and Rd"),
        ("SWE_bench", r"$\texttt{SWE\_bench}$"),
        ("SWE-bench", "SWE_bench"),
        (r"Schr\"odinger and \textbf{more}", "Schrödinger and more"),
        ("Q&amp;A", "Q&A"),
        ("Q&amp;amp;A", "Q & A"),
        ("Andr&eacute; &#8211; Maps", "André – Maps"),
        ("100\\% of It", "100% of it"),
        ("“Quoted”: it’s", '"Quoted": it\'s'),
        ("L<sub>2</sub> and <i>Deep</i> Nets", "$L_2$ and Deep Nets"),
        (r"A$^*$ Search", r"$A^{\star}$ search"),
        (r"$L_\infty$ Norms", "L∞ norms"),
        (r"CLIP$^+$ and C\#", "CLIP+ and C#"),
        (r"$3\times 3$ Kernels", "3x3 kernels"),
        (r"100$\times$ Faster", "100x Faster"),
        ("A + B", "A+B"),
        ("A Title*", "A Title"),
    ],
)
def test_two_spellings_of_a_title_have_the_same_key(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


def test_titles_with_another_word_digit_or_mark_differ() -> None:
    titles = ["GPT-3", "GPT-4", "GPT", "हिंदी", "हदी", "τ-bench", "tau-bench", "bench"]
    titles += ["C", "C++", "C#", "A* Search", "A Search", "CLIP", "CLIP+", "L Norm", "L∞ Norm"]
    titles += [
        "Part I",
        "Part II",
        "GPT-4o",
        "α-Net",
        "β-Net",
        "AT&T",
        "AT&nt",
        "Resume",
        "Résumé",
        "x_1",
        "x_2",
        "costs $5",
        "costs $6",
    ]
    assert len({title_key(title) for title in titles}) == len(titles)


@given(st.text() | st.text(st.characters(max_codepoint=127)))
def test_a_key_stays_the_same_when_it_is_normalised_again(title: str) -> None:
    assert title_key(title_key(title)) == title_key(title)


@given(st.text(st.characters(exclude_characters="\\$&^_{")))
def test_a_letter_beyond_ascii_changes_nothing_else_in_a_key(title: str) -> None:
    assert title_key(f"{title} é") == f"{title_key(title)} é".strip()


def test_a_title_of_symbols_has_an_empty_key() -> None:
    assert title_key("∞ — ???") == ""
