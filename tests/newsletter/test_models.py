"""Query sets of the newsletter's models."""

from __future__ import annotations

import pytest

from newsletter.models import Edition
from tests.factories import make_edition

pytestmark = pytest.mark.django_db


def test_a_light_edition_is_read_without_its_rendered_mail() -> None:
    made = make_edition(html="x" * 10_000, text="y" * 10_000, note="A quiet day.")
    light = Edition.objects.filter(state="frozen").light().get()
    assert (light, light.note) == (made, "A quiet day.")
    assert light.get_deferred_fields() == {"html", "text"}
