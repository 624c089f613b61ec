"""The tag that shows a reader's digest at a balance."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from newsletter.templatetags import learned_digest
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db


def shown(address: str = "192.0.2.1") -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    template = Template("{% load learned_digest %}{% learned_digest reader 80 %}")
    return template.render(Context({"reader": make_subscriber(), "request": request}))


def test_before_the_first_edition_it_says_so() -> None:
    assert "There is no edition yet" in shown()


def test_many_previews_of_one_network_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned_digest, "_RATE", "1/5 minutes")
    assert "many previews" not in shown("198.51.100.7")
    assert "many previews" in shown("198.51.100.7")
