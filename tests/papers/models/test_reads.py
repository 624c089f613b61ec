"""Signals and payloads: what is stored once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from papers.models import SUBMITTER, RawRecord, Signal
from tests.factories import DAY, NOON, make_paper, make_signal

pytestmark = pytest.mark.django_db


def test_a_counter_has_one_value_at_one_time() -> None:
    paper = make_paper()
    make_signal(paper, 5)
    with pytest.raises(IntegrityError, match="signal_read_once"), transaction.atomic():
        make_signal(paper, 6)
    make_signal(paper, 6, source="listing")
    assert Signal.objects.filter(paper=paper, read_at=NOON).count() == 2


@pytest.mark.parametrize(
    "payload",
    [
        {"submittedBy": {"name": "ada"}},
        {"paper": {"submittedOnDailyBy": {"user": "ada"}}},
        {"submittedBy": {"name": "ada"}, "paper": {"submittedOnDailyBy": {"user": "bob"}}},
    ],
)
def test_the_submitter_is_found_in_both_forms_of_a_payload(payload: dict[str, object]) -> None:
    RawRecord.objects.create(
        paper=make_paper(), source="hugging_face", day=DAY, payload_hash="0", payload=payload
    )
    assert RawRecord.objects.filter(pk__gt=0).alias(name=SUBMITTER).filter(name="ada").exists()
