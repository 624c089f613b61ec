"""The characters of texts from outside."""

from __future__ import annotations

from papers.text.clean import fold, fold_paragraphs


def test_it_folds_white_space_and_removes_invisible_characters() -> None:
    assert fold(" A\u00a0title\n  in\ttwo\u200b lines\ufeff ") == "A title in two lines"


def test_it_folds_each_paragraph_to_a_line() -> None:
    assert fold_paragraphs("one\ntwo\n \n\n three ") == "one two\n\nthree"
