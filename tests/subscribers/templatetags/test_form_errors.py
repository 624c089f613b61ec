"""The summary of a form's errors: a link to each field, and the focus on the first."""

from __future__ import annotations

import re

import pytest
from django.forms import BaseForm
from django.http import QueryDict
from django.template import Context, Template

from subscribers.pages.forms import ChoicesForm, SignUpForm
from subscribers.preferences import Preferences

pytestmark = pytest.mark.django_db
PAGE = """{% load form_errors %}{% form_errors form choices said="Nothing was saved." %}
{% if form %}{{ form.email }}{% endif %}{% for field in choices %}{{ field }}{% endfor %}"""
CHOICES = "cadence=weekly&weekday=4&timezone=UTC&digest_size=10"


def shown(form: BaseForm | None, choices: BaseForm | None) -> str:
    return Template(PAGE).render(Context({"form": form, "choices": choices}))


def choices(query: str) -> ChoicesForm:
    return ChoicesForm(QueryDict(query), start=Preferences())


def test_each_error_has_a_link_to_a_field_of_the_page() -> None:
    page = shown(SignUpForm(QueryDict("email=")), choices(f"{CHOICES}&hour=99&cadence=hourly"))
    links = re.findall(r'<a href="#(\w+)"><strong>([^<]+)<', page)
    assert links == [
        ("id_email", "Your email address"),
        ("id_cadence_0", "How often"),
        ("id_hour", "At"),
    ]
    assert all(f' id="{name}"' in page for name, _ in links)
    assert "3 things have to be put right" in page
    assert "Nothing was saved." in page


def test_only_the_first_field_with_an_error_has_the_focus() -> None:
    page = shown(SignUpForm(QueryDict("email=ada@example.com")), choices(f"{CHOICES}&hour=99"))
    focused = re.findall(r"<\w+ [^>]*autofocus[^>]*>", page)
    assert len(focused) == 1
    assert 'name="hour"' in focused[0]
    assert "One thing has to be put right" in page


def test_of_a_group_of_buttons_only_the_first_has_the_focus() -> None:
    page = shown(None, choices(f"{CHOICES}&hour=8&cadence=hourly"))
    assert re.findall(r'<input[^>]*autofocus[^>]*id="(\w+)"', page) == ["id_cadence_0"]


def test_a_field_with_an_error_is_marked_and_says_which() -> None:
    page = shown(None, choices(f"{CHOICES}&hour=99"))
    [field] = re.findall(r'<select name="hour"[^>]*>', page)
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_hour_error"' in field


@pytest.mark.parametrize("form", [None, SignUpForm(), SignUpForm(QueryDict("email=a@example.org"))])
def test_without_errors_nothing_is_shown_and_nothing_has_the_focus(form: BaseForm | None) -> None:
    page = shown(form, choices(f"{CHOICES}&hour=8"))
    assert "put right" not in page
    assert "autofocus" not in page


@pytest.mark.parametrize(
    ("email", "title"), [("ada@", "Error: Hello · "), ("a@b.example", "Hello · ")]
)
def test_the_title_of_a_page_with_errors_says_so_first(email: str, title: str) -> None:
    source = (
        "{% load form_errors %}{% has_errors form None as is_wrong %}"
        '{% include "pages/subscribers/_title.html" with title="Hello" %}'
    )
    page = Template(source).render(Context({"form": SignUpForm(QueryDict(f"email={email}"))}))
    assert page.strip() == f"{title}Trending Papers"
