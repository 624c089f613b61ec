"""The names and rules of the JSON of the API."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from papers.api.schemas import Organization, PaperRow, Person, Problem, TopicFields


def test_keys_are_in_camel_case() -> None:
    person = Person(
        user="ada", name="ada", avatar_url="https://example.org/a.png", avatar="", is_pro=True
    )
    keys = person.model_dump(by_alias=True, exclude_none=True)
    assert keys == {
        "user": "ada",
        "name": "ada",
        "fullname": "",
        "avatarUrl": "https://example.org/a.png",
        "avatar": "",
        "isPro": True,
    }


def test_keys_of_ai_keep_their_underscore() -> None:
    keys = {field.alias for field in PaperRow.model_fields.values()}
    assert {"ai_summary", "ai_keywords"} <= keys
    assert not any(key and "_" in key for key in keys - {"ai_summary", "ai_keywords"})


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Problem.model_validate({"error": "No.", "detail": "No."})


def test_a_row_has_no_authors_beside_its_paper() -> None:
    assert "authors" not in PaperRow.model_fields
    assert "authors" in PaperRow.model_fields["paper"].annotation.model_fields  # type: ignore[union-attr]


@pytest.mark.parametrize("schema", [Organization, TopicFields, Problem])
def test_every_key_has_a_type(schema: type[Problem]) -> None:
    described = schema.model_json_schema(by_alias=True)
    assert all("type" in field for field in described["properties"].values())
