"""Which papers a mail has room for."""

from __future__ import annotations

import pytest

from newsletter.editions.rendering.fitting import encoded_html, fitting_papers
from newsletter.editions.rendering.fragments import PaperFragment
from tests.newsletter.editions.digests import make_fragment

pytestmark = pytest.mark.usefixtures("site")


def test_what_fits_stays_as_it_is() -> None:
    papers = [make_fragment(1), make_fragment(2)]
    assert fitting_papers(papers, 76_000) == [(0, papers[0][0]), (1, papers[1][0])]


def test_the_last_paper_loses_its_abstract_first() -> None:
    papers = [make_fragment(1), make_fragment(2)]
    whole = sum(fragment.html_size + len(encoded_html(why)) for fragment, why in papers)
    (first, _), (last, _) = papers
    assert fitting_papers(papers, whole - 1) == [(0, first), (1, last.brief)]


def test_one_paper_that_was_frozen_without_bounds_costs_only_itself() -> None:
    (small, why), (stored, _) = make_fragment(1), make_fragment(2)
    giant = PaperFragment(
        title="Giant", html=stored.html.replace("Pointers", "x" * 150_000), text=stored.text
    )
    assert fitting_papers([(giant, why), (small, why)], 70_000) == [(1, small.brief)]
    assert fitting_papers([(giant, why)], 70_000) == [(0, giant.brief)]


def test_a_reason_is_escaped_and_encoded() -> None:
    assert encoded_html("R&D \N{EM DASH} é") == b"R&amp;D =E2=80=94 =C3=A9"
