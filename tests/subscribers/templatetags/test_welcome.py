from __future__ import annotations

import pytest
from django.template import Context, Template

from subscribers.models import Subscriber
from tests.factories import NOON, make_edition, make_subscriber

pytestmark = pytest.mark.django_db


def comes_at_once(subscriber: Subscriber) -> bool:
    source = "{% load welcome %}{% welcome_comes_at_once subscriber as comes %}{{ comes }}"
    return Template(source).render(Context({"subscriber": subscriber})) == "True"


def test_a_digest_that_is_due_comes_at_once_if_there_is_an_edition() -> None:
    reader = make_subscriber(welcome_due_at=NOON)
    assert not comes_at_once(reader)
    make_edition()
    assert comes_at_once(reader)


def test_none_comes_to_who_is_due_none() -> None:
    make_edition()
    assert not comes_at_once(make_subscriber())
