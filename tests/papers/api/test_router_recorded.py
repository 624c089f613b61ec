"""Recorded answers of Hugging Face, ingested and served to its own client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi
from huggingface_hub.hf_api import PaperAuthor, PaperInfo
from huggingface_hub.utils._http import close_session
from pytest_django import DjangoDbBlocker

from papers.catalogue.ingest import ingest, noon
from papers.fetched import web_url
from papers.models import Paper
from papers.sources.hugging_face import parse
from papers.text.clean import fold, fold_paragraphs
from tests.conftest import SHARED
from tests.live import serving

pytestmark = pytest.mark.django_db
FILES = sorted((SHARED / "data/recorded/hf_daily_papers").glob("*.json"))
DAYS = [path.stem for path in FILES] or [""]


@pytest.fixture(scope="module", autouse=True)
def hub(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[HfApi]:
    """Seven days, from the oldest form of the answers to the newest."""
    with django_db_blocker.unblock():
        for path in FILES:
            day = date.fromisoformat(path.stem)
            ingest("hugging_face", parse(path.read_text(), day), read_at=noon(day))
        with serving() as address:
            yield HfApi(endpoint=address, token=False)
            close_session()  # an open connection would keep the thread of the server alive
        Paper.objects.all().delete()


@pytest.fixture
def recorded(shared: Path, day: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((FILES[0].parent / f"{day}.json").read_text())
    return rows


def value_of(row: dict[str, Any], key: str) -> Any:
    """The value of a key of a recorded row; its place in the row changed over the years."""
    inner = row["paper"].get(key)
    return row.get(key) if inner is None else inner


def known(info: PaperInfo) -> dict[str, Any]:
    assert info.authors is not None
    assert all(isinstance(author, PaperAuthor) for author in info.authors)
    return {
        "id": info.id,
        "title": info.title,
        "summary": info.summary,
        "authors": [author.name for author in info.authors],
        "accounts": [author.user and author.user.username for author in info.authors],
        "upvotes": info.upvotes,
        "comments": info.comments,
        "published": info.published_at and info.published_at.isoformat()[:19],
        "submitted": info.submitted_at and info.submitted_at.date().isoformat(),
        "submitter": info.submitted_by and info.submitted_by.username,
        "discussion": info.discussion_id,
        "project": info.project_page,
        "repository": info.github_repo,
        "stars": info.github_stars,
        "ai_summary": info.ai_summary,
        "ai_keywords": info.ai_keywords,
        "organization": info.organization and info.organization.fullname,
        "picture": info.organization and info.organization.avatar_url,
    }


def expected(row: dict[str, Any], day: str) -> dict[str, Any]:
    submitter = row.get("submittedBy") or {}
    organization = value_of(row, "organization") or {}
    authors = row["paper"]["authors"]
    return {
        "id": row["paper"]["id"],
        "title": fold(row["paper"]["title"]),
        "summary": fold_paragraphs(row["paper"]["summary"]),
        "authors": [fold(author["name"]) for author in authors],
        "accounts": [(author.get("user") or {}).get("user") for author in authors],
        "upvotes": value_of(row, "upvotes") or 0,
        "comments": value_of(row, "numComments") or 0,
        "published": row["paper"]["publishedAt"][:19],
        "submitted": (value_of(row, "submittedOnDailyAt") or day)[:10],
        "submitter": submitter.get("name"),
        "discussion": value_of(row, "discussionId"),
        "project": web_url(value_of(row, "projectPage") or "") or None,
        "repository": web_url(value_of(row, "githubRepo") or "") or None,
        "stars": value_of(row, "githubStars"),
        "ai_summary": value_of(row, "ai_summary"),
        "ai_keywords": value_of(row, "ai_keywords") or None,
        "organization": organization.get("fullname"),
        "picture": organization.get("avatar"),
    }


@pytest.mark.shared
@pytest.mark.parametrize("day", DAYS)
def test_the_client_gets_every_recorded_value(
    hub: HfApi, recorded: list[dict[str, Any]], day: str
) -> None:
    listed = [known(info) for info in hub.list_daily_papers(date=day, limit=100)]
    assert listed == [expected(row, day) for row in recorded]


@pytest.mark.shared
@pytest.mark.parametrize("day", DAYS)
def test_one_paper_has_the_same_values_as_its_row(
    hub: HfApi, recorded: list[dict[str, Any]], day: str
) -> None:
    for row in recorded[:10]:
        assert known(hub.paper_info(row["paper"]["id"])) == expected(row, day)


@pytest.mark.shared
@pytest.mark.parametrize("day", DAYS)
def test_each_paper_is_found_by_its_title(
    hub: HfApi, recorded: list[dict[str, Any]], day: str
) -> None:
    for row in recorded[:5]:
        found = hub.list_papers(query=row["paper"]["title"], limit=5)
        assert row["paper"]["id"] in [info.id for info in found]
