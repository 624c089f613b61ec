"""Curators' notes on the page of an edition in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from newsletter.editions.compose import compose
from newsletter.editions.rendering.slots import Slot
from newsletter.models import Edition
from newsletter.notes.admin import as_mailed
from papers.windows import last_closed_day
from tests.factories import make_delivery, make_paper, make_subscriber
from web.admin import row_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    now = timezone.now()
    day = last_closed_day(now)
    make_paper("Tea", listed_on=day)
    make_paper("Coffee", listed_on=day)
    return compose("daily", day, now - timedelta(minutes=5))


def form(edition: Edition, note: str, *notes: str) -> dict[str, Any]:
    """What the page posts: the note of the edition, and those of its papers in order."""
    fields: dict[str, Any] = {"note": note}
    fields |= {f"candidates-{name}_FORMS": len(notes) for name in ("TOTAL", "INITIAL")}
    for place, (one, text) in enumerate(zip(edition.candidates.all(), notes, strict=True)):
        fields |= {f"candidates-{place}-id": one.pk, f"candidates-{place}-note": text}
    return fields


def notes_on_papers(edition: Edition) -> list[str]:
    return [candidate.note for candidate in edition.candidates.all()]


def test_the_page_has_a_field_for_each_paper(admin_client: Client, edition: Edition) -> None:
    page = admin_client.get(row_url(edition)).content.decode()
    assert page.count("<textarea") == 3
    assert "Tea" in page
    assert "Coffee" in page


def test_notes_are_written_while_nothing_was_sent(admin_client: Client, edition: Edition) -> None:
    answer = admin_client.post(row_url(edition), form(edition, "A *quiet* day.", "", "Read it."))
    assert answer.status_code == 302
    again = Edition.objects.get(pk=edition.pk)
    assert (again.state, again.note) == ("frozen", "A *quiet* day.")
    assert "A <em>quiet</em> day." in again.html
    assert notes_on_papers(edition) == ["", "Read it."]
    assert "Read it." in edition.candidates.all()[1].html


def test_notes_of_an_edition_that_was_sent_stay(admin_client: Client, edition: Edition) -> None:
    make_delivery(edition, make_subscriber(), state="sent", attempts=1)
    assert "<textarea" not in admin_client.get(row_url(edition)).content.decode()
    answer = admin_client.post(row_url(edition), form(edition, "Too late.", "Too", "late"))
    assert answer.status_code == 403
    assert notes_on_papers(edition) == ["", ""]


def test_what_was_sent_while_the_form_was_open_is_said(
    admin_client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.notes.admin.reason_to_stay", lambda *_: "")  # as it was then
    make_delivery(edition, make_subscriber(), state="sent", attempts=1)
    answer = admin_client.post(row_url(edition), form(edition, "Late.", "", ""), follow=True)
    assert "It stays as it is. Some of its mails were sent" in answer.content.decode()
    assert Edition.objects.get(pk=edition.pk).note == ""


def test_a_fragment_is_shown_with_an_example_in_each_slot() -> None:
    stored = (
        f"{Slot.RANK.value}|{Slot.SUMMARY_START.value}Tea{Slot.SUMMARY_END.value}|{Slot.READ.value}"
    )
    assert as_mailed(stored, "3") == "3|Tea|token"
