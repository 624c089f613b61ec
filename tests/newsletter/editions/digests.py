"""Layouts, fragments and digests for tests, with a default for every argument."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from newsletter.editions.rendering.body import DigestBody
from newsletter.editions.rendering.fragments import (
    Layout,
    PaperFragment,
    render_fragment,
    render_layout,
)
from newsletter.editions.rendering.message import Digest, build_digest
from newsletter.models import Edition

FACTS: Final[dict[str, Any]] = {
    "title": "Pointers & <Networks>",
    "authors": ["Ada Lovelace", "Charles Babbage", "Mary Somerville", "Luigi Menabrea"],
    "summary": "A short summary. " * 3,
    "topics": ["Theory"],
    "upvotes": 84,
    "upvotes_gain": 12,
    "upvotes_window_gain": 84,
    "stars": 1234,
    "position": None,
    "since": "since Friday",
    "page_url": "/papers/1/",
    "arxiv_url": "https://arxiv.org/abs/1506.03134",
    "code_url": "",
    "is_sample": False,
}


def make_layout(**changes: Any) -> Layout:
    edition = Edition(cadence="weekly", day=date(2025, 3, 14))
    context = {
        "edition": edition,
        "note": "",
        "span": "8 to 14 March 2025",
        "byline": "by AK and the research community",
        "postal_address": "1 Paper Street",
    }
    return render_layout({**context, **changes})


def make_fragment(
    position: int = 1, why: str = "Theory · ▲ 84", note: str = "", **facts: Any
) -> tuple[PaperFragment, str]:
    """A fragment with its reason, as a `DigestBody` takes it."""
    return render_fragment(position, {**FACTS, **facts}, note), why


def make_digest(
    *papers: tuple[PaperFragment, str],
    layout: Layout | None = None,
    delivery_id: int = 7,
    to: str = "reader@example.com",
    **values: Any,
) -> Digest:
    defaults: dict[str, Any] = {
        "subscriber_id": 3,
        "secret": "a secret",
        "dated_at": datetime(2025, 3, 15, 8, tzinfo=UTC),
        "body": DigestBody(layout or make_layout(), papers or [make_fragment()]),
    }
    return build_digest(delivery_id=delivery_id, to=to, **{**defaults, **values})
