"""The digest of posted choices within the page of their form."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from subscribers.pages.forms import ChoicesForm
from subscribers.pages.named_papers.pasted import PastedPapers
from subscribers.preferences import Preferences
from subscribers.seeds.name import Matched
from subscribers.seeds.reference import Reference
from tests.factories import make_candidate, make_edition, make_paper
from tests.subscribers.page_text import CHOICES

pytestmark = pytest.mark.django_db
FACTS = {
    "title": "Walruses", "summary": "", "authors": [], "since": "this week",
    "upvotes_window_gain": 3, "stars": 0, "position": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("hour", "sentence"), [("6", "There is no edition yet"), ("99", "cannot be used")]
)
def test_a_page_shows_the_preview_of_its_form(hour: str, sentence: str) -> None:
    posted = QueryDict(mutable=True)
    posted.update({**CHOICES, "hour": hour})
    choices = ChoicesForm(posted, start=Preferences())
    template = Template("{% load digest_preview %}{% digest_preview choices %}")
    context = Context({"choices": choices, "request": RequestFactory().post("/")})
    assert sentence in template.render(context)


def test_papers_that_the_page_has_read_are_taken_into_account() -> None:
    posted = QueryDict(mutable=True)
    posted.update({**CHOICES, "cadence": "weekly"})
    make_candidate(make_edition(), make_paper(), facts=FACTS)
    matched = Matched(papers=((Reference(1, ""), make_paper()),))
    context = Context({
        "choices": ChoicesForm(posted, start=Preferences()),
        "pasted": PastedPapers(matched=matched, is_empty=False),
        "request": RequestFactory().post("/"),
    })  # fmt: skip
    template = Template("{% load digest_preview %}{% digest_preview choices %}")
    assert "The paper that you named counts." in template.render(context)
