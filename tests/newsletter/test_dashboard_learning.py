"""The admin's home on learning: explored papers, two rankings, and whether a model is used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from newsletter.models import Delivery, DigestContent, StoredPick
from papers.windows import last_closed_day
from subscribers.models import Feedback
from tests.factories import (
    make_content,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
)

pytestmark = pytest.mark.django_db


def part(client: Client) -> Tag | None:
    page = BeautifulSoup(client.get("/admin/").content, "html.parser")
    found = page.find("section", attrs={"aria-labelledby": "explored"})
    return found if isinstance(found, Tag) else None


def send_explored(days_ago: int) -> None:
    """An edition of some days ago whose only paper was explored, and of which more is wanted."""
    now, reader, paper = timezone.now(), make_subscriber(), make_paper()
    edition = make_edition(day=last_closed_day(now) - timedelta(days=days_ago))
    sent_at = now - timedelta(hours=1)
    delivery = make_delivery(edition, reader, state=Delivery.State.SENT, sent_at=sent_at)
    make_content(delivery, [StoredPick(1, paper.pk, "")])
    DigestContent.objects.filter(delivery=delivery).update(explored=0)
    Feedback.objects.create(subscriber=reader, paper=paper, kind="more", at=now)


def test_without_such_a_paper_the_home_says_nothing_of_them(admin_client: Client) -> None:
    send_explored(days_ago=91)
    assert part(admin_client) is None


def test_the_home_counts_such_papers_and_what_readers_said(admin_client: Client) -> None:
    send_explored(days_ago=2)
    send_explored(days_ago=90)
    found = part(admin_client)
    assert found is not None
    cells = {cell["data-label"]: cell.get_text() for cell in found.select("td")}
    assert cells == {
        "Digests with one": "2",
        "Saved": "0",
        "More like this": "2",
        "Upvoted": "0",
        "Less like this": "0",
    }


def test_two_rankings_that_are_compared_are_shown_with_what_can_be_said(
    admin_client: Client, settings: Settings
) -> None:
    assert "Two rankings compared" not in admin_client.get("/admin/").content.decode()
    settings.INTERLEAVE = "popular"
    page = BeautifulSoup(admin_client.get("/admin/").content, "html.parser")
    part = page.find("section", attrs={"aria-labelledby": "comparison"})
    words = " ".join(part.get_text(" ").split()) if part else ""
    assert "Too few readers yet" in words
    assert "0.50 (0.00 to 1.00)" in words


def words_part(client: Client) -> Tag | None:
    page = BeautifulSoup(client.get("/admin/").content, "html.parser")
    found = page.find("section", attrs={"aria-labelledby": "words_alone"})
    return found if isinstance(found, Tag) else None


def test_the_home_says_when_papers_are_compared_by_words_alone(
    admin_client: Client, settings: Settings, tmp_path: Path
) -> None:
    assert words_part(admin_client) is None
    for model, is_fault in (("none", False), (str(tmp_path), True)):
        settings.EMBEDDING_MODEL = model
        part = words_part(admin_client)
        assert part
        assert "Digests and similar papers follow words, without a model" in part.get_text()
        assert bool(part.select(".tp-late")) is is_fault
