"""The values of a payload, of any age: leniently for the API, strictly for ingest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sources import SourceError
from papers.sources.hugging_face_payload import Account, HuggingFacePayload, account
from tests.papers.api.payloads import make_row

EMPTY = HuggingFacePayload({})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = [*make_row(), *make_row()["paper"], "linkedModels", "numTotalModels"]


# ── of any age ───────────────────────────────────────────────────────────────


def test_a_row_and_a_paper_alone_have_the_same_values() -> None:
    row = make_row()
    for payload in map(HuggingFacePayload, (row, {"paper": row["paper"]}, row["paper"])):
        assert payload.text("ai_summary") == "Tea leaves do as well as a coin."
        assert payload.submitted_at == datetime(2025, 3, 14, 0, 44, 54, 555_000, UTC)
        assert payload.submitter is not None
        assert payload.submitter.name == "grace"


def test_the_two_levels_have_two_times_of_publication() -> None:
    payload = HuggingFacePayload(make_row())
    assert payload.published_at == datetime(2025, 3, 12, 17, 59, 3, tzinfo=UTC)
    assert payload.row_published_at == datetime(2025, 3, 12, 13, 59, 3, tzinfo=UTC)


def test_a_paper_alone_has_one_time_of_publication() -> None:
    payload = HuggingFacePayload(make_row()["paper"])
    assert payload.published_at == datetime(2025, 3, 12, 17, 59, 3, tzinfo=UTC)
    assert payload.row_published_at is None


def test_an_empty_payload_has_no_values() -> None:
    assert (EMPTY.submitter, EMPTY.organization, EMPTY.discussion_id) == (None, None, None)
    assert (EMPTY.published_at, EMPTY.submitted_at, EMPTY.row_published_at) == (None, None, None)
    assert (EMPTY.authors, EMPTY.items("authors"), EMPTY.objects("linkedModels")) == ([], [], None)
    assert (EMPTY.text("id"), EMPTY.count("upvotes"), EMPTY.has("id")) == (None, None, False)


# ── people ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", ["user", "name"])
def test_an_account_has_one_name_in_either_spelling(key: str) -> None:
    picture = "https://x.example.org/a.png"
    found = account({key: "ada", "fullname": "Ada L.", "avatarUrl": picture})
    assert found == Account("ada", "Ada L.", picture)


def test_a_picture_without_a_host_is_at_hugging_face() -> None:
    found = account({"user": "ada", "avatarUrl": "/avatars/ada.svg"})
    assert found == Account("ada", picture="https://huggingface.co/avatars/ada.svg")


@pytest.mark.parametrize("picture", ["javascript:alert(1)", "data:image/png;base64,x", "http://["])
def test_a_picture_that_is_no_web_address_is_dropped(picture: str) -> None:
    assert account({"name": "tea", "avatar": picture}) == Account("tea")


@pytest.mark.parametrize("value", [None, "ada", [], {}, {"name": 7}, {"name": ""}])
def test_there_is_no_account_without_a_name(value: object) -> None:
    assert account(value) is None


def test_an_author_has_a_name_without_stray_spaces() -> None:
    row = make_row(authors=[{"name": " Ada \u200b Lovelace ", "hidden": True}, "A. Nother"])
    ada, other = HuggingFacePayload(row).authors
    assert (ada.name, ada.is_hidden) == ("Ada Lovelace", True)
    assert (other.name, other.is_hidden, other.account) == ("A. Nother", None, None)


# ── of any kind ──────────────────────────────────────────────────────────────


@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_payload_breaks_the_lenient_reader(outer: dict[str, Any], inner: dict[str, Any]) -> None:
    payload = HuggingFacePayload({**outer, "paper": inner})
    for key in KEYS:
        assert payload.count(key) is None or payload.count(key) >= 0  # type: ignore[operator]
        assert all(str(link).startswith("http") for link in payload.links(key) or [])
        assert all(one["id"] for one in payload.objects(key) or [])
        assert payload.text(key) != ""
    times = (payload.published_at, payload.submitted_at, payload.row_published_at)
    assert all(time is None or time.tzinfo is UTC for time in times)
    assert all(author.name for author in payload.authors)
    assert payload.discussion_id is None or len(payload.discussion_id) == 24
    assert payload.submitter is None or payload.submitter.name
    assert payload.organization is None or payload.organization.name


@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.dictionaries(st.sampled_from(KEYS), JSON))
def test_the_strict_reader_raises_only_source_errors(
    outer: dict[str, Any], inner: dict[str, Any]
) -> None:
    try:
        payload = HuggingFacePayload({**outer, "paper": inner}, row=7)
        for key in KEYS:
            _ = payload.text(key), payload.items(key), payload.count(key)
        _ = payload.published_at, payload.submitted_at, payload.authors
    except SourceError as error:
        assert error.reason.startswith("row 7: ")  # noqa: PT017 (most payloads are malformed)


@pytest.mark.parametrize(
    "value", ["yesterday", 7, "0001-01-01T00:00:00+14:00", "2025-03-14T00:00:00+99:00"]
)
def test_a_malformed_time_is_absent_or_an_error(value: object) -> None:
    payload = {"paper": {"submittedOnDailyAt": value}}
    assert HuggingFacePayload(payload).submitted_at is None
    with pytest.raises(SourceError, match="row 0: submittedOnDailyAt is not a time"):
        _ = HuggingFacePayload(payload, row=0).submitted_at


def test_a_time_of_another_zone_is_given_in_utc() -> None:
    payload = HuggingFacePayload({"submittedOnDailyAt": "2025-03-13T20:00:00-04:00"})
    assert payload.submitted_at == datetime(2025, 3, 14, tzinfo=UTC)
