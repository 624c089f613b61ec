"""Rows of Hugging Face's daily lists in their present form, with invented content."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from papers.catalogue.ingest import ingest, noon
from papers.models import Paper
from papers.sources.hugging_face import parse

DAY = date(2025, 3, 14)


def person(name: str = "ada", **values: Any) -> dict[str, Any]:
    return {
        "_id": "60d3e619b8448e1785bbda2a",
        "avatarUrl": "/avatars/ada.svg",
        "fullname": "Ada L.",
        "name": name,
        "type": "user",
        "isPro": True,
        **values,
    }


def make_row(arxiv_id: str = "2503.00001", **paper: Any) -> dict[str, Any]:
    """A row with everything in it; `paper` overrides keys of the inner object (None: left out)."""
    inner: dict[str, Any] = {
        "id": arxiv_id,
        "title": "Tea leaves as a language model",
        "summary": "We read tea leaves. They agree with a coin.",
        "authors": [
            {
                "_id": "6a02866fb823258e76123324",
                "name": "Ada Lovelace",
                "hidden": False,
                "status": "claimed_verified",
                "statusLastChangedAt": "2025-03-14T08:03:00.989Z",
                "user": {**person(), "user": "ada"},
            },
            {"_id": "6a02866fb823258e76123325", "name": "Charles Babbage", "hidden": False},
        ],
        "publishedAt": "2025-03-12T17:59:03.000Z",
        "submittedOnDailyAt": "2025-03-14T00:44:54.555Z",
        "submittedOnDailyBy": {**person("grace"), "user": "grace"},
        "upvotes": 32,
        "discussionId": "6a028670b823258e76123365",
        "projectPage": "https://tea.example.org/",
        "githubRepo": "https://github.com/example/tea",
        "githubStars": 1204,
        "ai_summary": "Tea leaves do as well as a coin.",
        "ai_keywords": ["tea", "language models"],
        "organization": {
            "_id": "60347fbbe8149a962412a689",
            "name": "tea-house",
            "fullname": "The Tea House",
            "avatar": "https://cdn.example.org/tea.png",
        },
        **paper,
    }
    inner = {key: value for key, value in inner.items() if value is not None}
    return {
        "paper": inner,
        "publishedAt": "2025-03-12T13:59:03.000Z",
        "title": inner["title"],
        "summary": inner.get("summary", ""),
        "thumbnail": "https://cdn.example.org/thumbnail.png",
        "numComments": 3,
        "submittedBy": person("grace"),
        "isAuthorParticipating": False,
    }


def take_in(*rows: dict[str, Any], day: date = DAY) -> list[Paper]:
    """Ingest rows as a recorded answer of `day`; the papers, in the order of the rows."""
    fetched = parse(json.dumps(rows), day)
    ingest("hugging_face", fetched, read_at=noon(day))
    stored = {paper.arxiv_id: paper for paper in Paper.objects.all()}
    return [stored[paper.arxiv_id] for paper in fetched]
