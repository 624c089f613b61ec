"""The JSON of the API, as OpenAPI describes it. Keys without a known value are left out.

Names are those of Hugging Face: camelCase, but for the `ai_` keys. Its client reads some keys
of a row beside `paper` and some inside it; it reads `user` of a person and `avatarUrl` of an
organisation, where the service writes `name` and `avatar`: so rows have both.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class ApiSchema(BaseModel):
    """Not ninja's `Schema`: that looks up each key as a template does, 20 times slower."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid"
    )


def instant_field(text: str) -> Any:
    """A field that holds an instant: ISO 8601, UTC, with a Z."""
    return Field(None, description=text, json_schema_extra={"format": "date-time"})


class Problem(ApiSchema):
    """The JSON of every error, for all statuses."""

    error: str = Field(description="What is wrong and what to do, for a person to read.")


class Person(ApiSchema):
    """An account at Hugging Face: of an author, or of the submitter to a daily list."""

    user: str
    name: str = Field(description="The same as `user`: both spellings are in use.")
    fullname: str = ""
    avatar_url: str = ""
    avatar: str = Field("", description="The same as `avatarUrl`.")
    is_pro: bool | None = None
    type: str | None = None


class Organization(ApiSchema):
    """The organisation of the paper, as Hugging Face names it."""

    name: str = Field(description="Of its account; the full name, where the account is not known.")
    fullname: str = ""
    avatar_url: str = ""
    avatar: str = Field("", description="The same as `avatarUrl`.")


class LeadFields(ApiSchema):
    """What the paper contributes, in a sentence or two."""

    text: str = Field(description="Formulas are Unicode. Empty: the paper has no abstract here.")
    source: str = Field(
        description="`abstract`: the authors' words. Otherwise who wrote the summary with a model:"
        " `hugging_face`, `semantic_scholar`, or `model` for one of this site."
    )


class Author(ApiSchema):
    name: str
    hidden: bool | None = None
    status: str | None = None
    status_last_changed_at: str | None = instant_field("When the status changed.")
    user: Person | None = None


class _PaperBase(ApiSchema):
    id: str = Field(description="The arXiv id; a paper without one has its number here.")
    title: str
    summary: str = Field(description="The abstract.")
    lead: LeadFields
    published_at: str | None = instant_field("When arXiv published it.")
    submitted_on_daily_at: str = Field(
        description="The day of the list that the row is about; of a paper alone, its first list.",
        json_schema_extra={"format": "date-time"},
    )
    submitted_on_daily_by: Person | None = None
    upvotes: int = 0
    num_comments: int = 0
    discussion_id: str | None = None
    project_page: str | None = None
    github_repo: str | None = None
    github_stars: int | None = None
    ai_summary: str | None = Field(None, alias="ai_summary")
    ai_keywords: list[str] | None = Field(None, alias="ai_keywords")
    organization: Organization | None = None
    thumbnail: str | None = None
    media_urls: list[str] | None = None
    withdrawn_at: str | None = instant_field(
        "When the paper was withdrawn: the midnight that began the day. No list has such a paper."
    )
    topics: list[str] = Field(description="Slugs of its topics here, the best first.")
    url: str = Field(description="Its page here.")
    is_sample: bool | None = Field(None, description="True: shipped as a sample, counts invented.")


class PaperFields(_PaperBase):
    """A paper with its newest counts."""

    authors: list[Author]


class PaperRow(_PaperBase):
    """A row of a list: the paper, and beside it the same keys again, but for the authors.

    The client turns the authors of the paper into `PaperAuthor`, and then overwrites the result
    with the other keys of the row: authors beside the paper would replace them, unconverted.
    `publishedAt` beside the paper is when the row was submitted, as the client reads it.
    """

    paper: PaperFields
    submitted_by: Person | None = None


class PaperDetail(PaperFields):
    """One paper, flat, with its linked objects at Hugging Face, as far as they were read."""

    linked_models: list[dict[str, Any]] | None = None
    num_total_models: int | None = None
    linked_datasets: list[dict[str, Any]] | None = None
    num_total_datasets: int | None = None
    linked_spaces: list[dict[str, Any]] | None = None


class LinkedRepos(ApiSchema):
    """What is linked to a paper at Hugging Face, as that service describes each."""

    models: list[dict[str, Any]]
    datasets: list[dict[str, Any]]
    spaces: list[dict[str, Any]]


class TopicFields(ApiSchema):
    slug: str
    name: str
    description: str
    categories: list[str] = Field(description="arXiv categories that give the topic by themselves.")
    papers: int = Field(description="Papers of the newest week that have it.")
    url: str


class WindowTrend(ApiSchema):
    """A paper's newest score in one window, with its components."""

    window: str = Field(description="day, week or month")
    day: str = Field(description="The window's last day.", json_schema_extra={"format": "date"})
    place: int = Field(description="In that window's list, from 1.")
    value: float = Field(description="The sum of the points in `components`.")
    version: str = Field(description="Of the formula and its weights.")
    scored_at: str = Field(json_schema_extra={"format": "date-time"})
    components: dict[str, Any] = Field(description="By signal: what was read, and its points.")
    reasons: list[str] = Field(description="The same in words, the strongest first.")


class TrendFields(ApiSchema):
    id: str
    title: str
    url: str
    trends: list[WindowTrend] = Field(
        description="From the day to the month; empty: not scored yet."
    )
