"""The digest of posted choices within the page of their form."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from subscribers.pages.forms import ChoicesForm
from subscribers.preferences import Preferences
from tests.subscribers.page_text import CHOICES

pytestmark = pytest.mark.django_db


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
