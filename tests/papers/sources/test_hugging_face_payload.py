"""The values of a payload, of any age: what is malformed is absent, and named."""

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


def test_the_name_of_an_account_is_clean() -> None:
    found = account({"user": "a\u200bda", "fullname": "Ada\u202e &amp; Co", "type": "us\x00er"})
    assert found == Account("ada", "Ada & Co", type="user")


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
def test_every_malformed_value_is_named_with_its_row(
    outer: dict[str, Any], inner: dict[str, Any]
) -> None:
    payload = HuggingFacePayload({**outer, "paper": inner}, row=7)
    for key in KEYS:
        count = payload.count(key)
        assert (count is None) == (payload.is_missing(key) or named(payload, key, "not a count"))
    _ = payload.published_at, payload.submitted_at, payload.authors, payload.texts("authors", 9)
    assert all(reason.startswith("row 7: ") for reason in payload.left_out)


def named(payload: HuggingFacePayload, key: str, what: str) -> bool:
    return any(reason.startswith(f"row 7: {key} is {what}") for reason in payload.left_out)


@pytest.mark.parametrize("payload", [None, [], {}, {"paper": None}, {"paper": "x"}])
def test_a_row_that_wraps_no_paper_is_an_error(payload: object) -> None:
    assert HuggingFacePayload(payload).authors == []
    with pytest.raises(SourceError, match="row 0: "):
        HuggingFacePayload(payload, row=0)


@pytest.mark.parametrize(
    "value",
    ["yesterday", 7, "0001-01-01T00:00:00+14:00", "2025-03-14T00:00:00+99:00",
     "9999-12-31T23:59:59-14:00", "1990-12-31T00:00:00Z", "2101-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_malformed_time_is_absent_and_named(value: object) -> None:
    payload = HuggingFacePayload({"paper": {"submittedOnDailyAt": value}}, row=0)
    assert (payload.submitted_at, payload.submitted_at) == (None, None)
    assert payload.left_out == (f"row 0: submittedOnDailyAt is not a time: '{value}'",)


def test_a_time_of_another_zone_is_given_in_utc() -> None:
    payload = HuggingFacePayload({"submittedOnDailyAt": "2025-03-13T20:00:00-04:00"})
    assert payload.submitted_at == datetime(2025, 3, 14, tzinfo=UTC)


def test_texts_of_linked_objects_are_clean() -> None:
    linked = {
        "id": "ada/engine",
        "title": "An \u202eengine\x07 &amp; more",
        "tags": ["a\u200bb", 3],
    }
    payload = HuggingFacePayload({"linkedModels": [linked]})
    assert payload.objects("linkedModels") == [
        {"id": "ada/engine", "title": "An engine & more", "tags": ["ab", 3]}
    ]


def test_a_linked_object_that_is_nested_too_deeply_is_cut() -> None:
    nested: list[Any] = []
    for _ in range(500):
        nested = [nested]
    [found] = HuggingFacePayload({"linkedModels": [{"id": "a", "b": nested}]}).objects(
        "linkedModels"
    ) or [{}]
    levels = 0
    value = found["b"]
    while value:
        value, levels = value[0], levels + 1
    assert (levels, value) == (19, None)
