"""Saving a paper by what a reader pastes."""

from __future__ import annotations

import pytest

from subscribers.account.saved import save_pasted
from subscribers.feedback.save import saved_papers
from subscribers.models import Feedback
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    [
        "1706.03762",
        "https://arxiv.org/abs/1706.03762v5",
        "arXiv:1706.03762",
        " https://arxiv.org/pdf/1706.03762.pdf ",
        "https://huggingface.co/papers/1706.03762",
        "doi:10.48550/arXiv.1706.03762",
        "@misc{vaswani, eprint={1706.03762}, archivePrefix={arXiv}}",
    ],
)
def test_what_people_paste_saves_its_paper(text: str) -> None:
    ada, paper = make_subscriber(), make_paper(arxiv_id="1706.03762")
    assert save_pasted(ada, text, NOON) == ("saved", paper)
    assert saved_papers(ada).get().paper == paper


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", "no id"),
        ("attention is all you need", "no id"),
        ("https://doi.org/10.1000/182", "no id"),
        ("\0", "no id"),
        ("1706.03762 and 1409.0473, both on arXiv", "no id"),
        ("1409.0473", "unknown"),
    ],
)
def test_what_is_no_known_paper_saves_nothing(text: str, result: str) -> None:
    ada = make_subscriber()
    make_paper(arxiv_id="1706.03762")
    assert save_pasted(ada, text, NOON) == (result, None)
    assert not Feedback.objects.exists()
