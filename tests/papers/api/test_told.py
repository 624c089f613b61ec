"""What is read out of a payload, of any age and of any kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.api.told import Told, organization, person, written
from tests.papers.api.payloads import DAY, make_row

NOTHING = Told({})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = [*make_row(), *make_row()["paper"], "linkedModels", "numTotalModels"]


# ── of any age ───────────────────────────────────────────────────────────────


def test_a_list_s_row_and_a_paper_alone_tell_the_same() -> None:
    row = make_row()
    for told in (Told(row), Told({"paper": row["paper"]}), Told(row["paper"])):
        assert told.text("ai_summary") == "Tea leaves do as well as a coin."
        assert told.submitted_at(DAY) == "2025-03-14T00:44:54.555Z"
        assert told.submitter is not None
        assert told.submitter.user == "grace"


def test_before_2025_a_row_was_submitted_when_it_says_it_was_published() -> None:
    row = make_row(submittedOnDailyAt=None)
    row["publishedAt"] = "2025-03-14T03:50:58.348Z"
    assert Told(row).submitted_at(DAY) == "2025-03-14T03:50:58.348Z"
    assert Told(row).published_at(date(2025, 3, 12)) == "2025-03-12T17:59:03.000Z"


def test_what_contradicts_the_day_on_file_is_not_told() -> None:
    told = Told(make_row())
    assert told.submitted_at(date(2025, 3, 13)) == "2025-03-13T00:00:00.000Z"
    assert told.published_at(date(2025, 3, 1)) == "2025-03-01T00:00:00.000Z"


def test_without_a_payload_the_days_on_file_speak() -> None:
    assert NOTHING.submitted_at(DAY) == "2025-03-14T00:00:00.000Z"
    assert NOTHING.published_at(DAY) == "2025-03-14T00:00:00.000Z"
    assert NOTHING.published_at(None) is None
    assert (NOTHING.submitter, NOTHING.organization, NOTHING.discussion_id) == (None, None, None)


# ── people ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", ["user", "name"])
def test_a_person_has_both_spellings_whichever_was_told(key: str) -> None:
    found = person({key: "ada", "fullname": "Ada L.", "avatarUrl": "https://x.example.org/a.png"})
    assert found is not None
    assert (found.user, found.name, found.fullname) == ("ada", "ada", "Ada L.")
    assert found.avatar == found.avatar_url == "https://x.example.org/a.png"


def test_a_picture_without_a_host_is_at_hugging_face() -> None:
    found = person({"user": "ada", "avatarUrl": "/avatars/ada.svg"})
    assert found is not None
    assert found.avatar_url == "https://huggingface.co/avatars/ada.svg"


@pytest.mark.parametrize("picture", ["javascript:alert(1)", "data:image/png;base64,x", "http://["])
def test_a_picture_is_on_the_web_or_nowhere(picture: str) -> None:
    found = organization({"name": "tea", "avatar": picture})
    assert found is not None
    assert found.avatar_url == ""


@pytest.mark.parametrize("nobody", [None, "ada", [], {}, {"name": 7}, {"name": ""}])
def test_nobody_is_nobody(nobody: object) -> None:
    assert person(nobody) is None
    assert organization(nobody) is None


def test_authors_are_those_on_file_with_what_is_told_of_the_same_name() -> None:
    ada, other = Told(make_row()).authors(["Ada Lovelace", "A. Nother"])
    assert ada.user is not None
    assert (ada.user.user, ada.hidden) == ("ada", False)
    assert (other.name, other.user, other.hidden) == ("A. Nother", None, None)


def test_an_author_is_known_by_the_name_without_stray_spaces() -> None:
    row = make_row(authors=[{"name": " Ada \u200b Lovelace ", "hidden": True}])
    (ada,) = Told(row).authors(["Ada Lovelace"])
    assert ada.hidden is True


# ── of any kind ──────────────────────────────────────────────────────────────


@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_payload_breaks_it(outer: dict[str, Any], inner: dict[str, Any]) -> None:
    told = Told({**outer, "paper": inner})
    told.authors(["Ada Lovelace"])
    assert told.submitted_at(DAY).endswith("Z")
    for key in KEYS:
        assert told.count(key) is None or told.count(key) >= 0  # type: ignore[operator]
        assert all(str(link).startswith("http") for link in told.links(key) or [])
        assert all(one["id"] for one in told.objects(key) or [])
        assert told.text(key) != ""
    assert told.discussion_id is None or len(told.discussion_id) == 24
    assert told.submitter is None or told.submitter.user
    assert told.organization is None or told.organization.name


def test_an_instant_is_written_as_the_client_reads_it() -> None:
    assert written(datetime(2025, 3, 14, 1, 2, 3, 4_000, tzinfo=UTC)) == "2025-03-14T01:02:03.004Z"


@pytest.mark.parametrize(
    "told", ["yesterday", 7, None, "0001-01-01T00:00:00+14:00", "2025-03-14T00:00:00+99:00"]
)
def test_what_is_no_instant_is_not_told(told: object) -> None:
    assert Told({"submittedOnDailyAt": told}).submitted_at(DAY) == "2025-03-14T00:00:00.000Z"


def test_an_instant_of_another_zone_is_told_in_ours() -> None:
    told = Told({"submittedOnDailyAt": "2025-03-13T20:00:00-04:00"})
    assert told.submitted_at(DAY) == "2025-03-14T00:00:00.000Z"
