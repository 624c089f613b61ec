"""Values of a payload in the JSON of the API: times, people, authors."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from papers.api.serializers import (
    _authors,
    _organization,
    _person,
    published_at,
    submitted_at,
    written,
)
from papers.models import Paper
from papers.sources.hugging_face_payload import Account, HuggingFacePayload
from tests.papers.api.payloads import DAY, make_row

EMPTY = HuggingFacePayload({})


def test_before_2025_the_row_was_submitted_when_it_was_published() -> None:
    row = make_row(submittedOnDailyAt=None)
    row["publishedAt"] = "2025-03-14T03:50:58.348Z"
    payload = HuggingFacePayload(row)
    assert submitted_at(payload, DAY) == "2025-03-14T03:50:58.348Z"
    assert published_at(payload, date(2025, 3, 12)) == "2025-03-12T17:59:03.000Z"


def test_a_time_of_another_day_than_the_stored_one_is_not_shown() -> None:
    payload = HuggingFacePayload(make_row())
    assert submitted_at(payload, date(2025, 3, 13)) == "2025-03-13T00:00:00.000Z"
    assert published_at(payload, date(2025, 3, 1)) == "2025-03-01T00:00:00.000Z"


def test_without_a_payload_the_stored_days_are_shown() -> None:
    assert submitted_at(EMPTY, DAY) == "2025-03-14T00:00:00.000Z"
    assert published_at(EMPTY, DAY) == "2025-03-14T00:00:00.000Z"
    assert published_at(EMPTY, None) is None


def test_without_a_stored_day_the_time_of_the_payload_is_shown() -> None:
    assert published_at(HuggingFacePayload(make_row()), None) == "2025-03-12T17:59:03.000Z"


@pytest.mark.parametrize("value", ["yesterday", 7, None, "0001-01-01T00:00:00+14:00"])
def test_a_malformed_time_is_not_shown(value: object) -> None:
    payload = HuggingFacePayload({"submittedOnDailyAt": value})
    assert submitted_at(payload, DAY) == "2025-03-14T00:00:00.000Z"


def test_an_instant_is_written_as_the_client_reads_it() -> None:
    assert written(datetime(2025, 3, 14, 1, 2, 3, 4_000, tzinfo=UTC)) == "2025-03-14T01:02:03.004Z"


def test_a_person_has_both_spellings_of_each_key() -> None:
    picture = "https://x.example.org/a.png"
    found = _person(Account("ada", "Ada L.", picture, is_pro=True, type="user"))
    assert found is not None
    assert found.model_dump() == {
        "user": "ada",
        "name": "ada",
        "fullname": "Ada L.",
        "avatar_url": picture,
        "avatar": picture,
        "is_pro": True,
        "type": "user",
    }
    assert _person(None) is None


def test_an_organization_has_both_spellings_of_its_picture() -> None:
    picture = "https://x.example.org/a.png"
    found = _organization(Account("tea", "The Tea House", picture), Paper(organization="Other"))
    assert found is not None
    assert found.model_dump() == {
        "name": "tea", "fullname": "The Tea House", "avatar_url": picture, "avatar": picture,
    }  # fmt: skip
    assert _organization(None, Paper()) is None


def test_authors_are_the_stored_ones_with_the_accounts_of_the_payload() -> None:
    ada, other = _authors(["Ada Lovelace", "A. Nother"], HuggingFacePayload(make_row()))
    assert ada.user is not None
    assert (ada.user.user, ada.hidden) == ("ada", False)
    assert (other.name, other.user, other.hidden) == ("A. Nother", None, None)
