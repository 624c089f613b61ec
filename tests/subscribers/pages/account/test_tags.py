"""The followed and muted terms as a page shows them."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from subscribers.account.matches import Found
from subscribers.pages.account.forms import TermForm
from subscribers.pages.account.tags import Tag, tag_groups
from subscribers.preferences import Preferences
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_each_field_has_its_terms_in_their_order() -> None:
    chosen = Preferences(keywords=("policy, RAG",), authors=("LeCun, Y.",))
    words, authors, muted = tag_groups(chosen, NOON)
    assert words.tags == [
        Tag("policy", "policy", "also policies", Found(0)),
        Tag("RAG", "RAG", "", Found(0)),
    ]
    assert [tag.shown for tag in authors.tags] == ["Y. LeCun"]
    assert (muted.tags, muted.is_muted, words.is_muted) == ([], True, False)


def test_a_form_that_has_to_be_put_right_stands_in_its_group() -> None:
    chosen = Preferences()
    wrong = TermForm("muted", QueryDict("add_muted=…"), start=chosen)
    words, _, muted = tag_groups(chosen, NOON, wrong)
    assert muted.form is wrong
    assert not words.form.is_bound
