"""Editions, candidates and deliveries in the admin."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter.editions.compose import compose
from newsletter.editions.rendering.message_ids import message_id
from newsletter.editions.rendering.slots import Slot
from newsletter.models import Candidate, Delivery, Edition, StoredPick
from papers.windows import last_closed_day
from tests.factories import (
    NOON,
    make_candidate,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
)
from web.admin import row_url, rows_url

pytestmark = pytest.mark.django_db


def found(client: Client, words: str) -> list[int]:
    response = client.get(rows_url(Delivery, q=words))
    return [row.pk for row in response.context["cl"].result_list]


# ── deliveries ───────────────────────────────────────────────────────────────


def test_the_list_of_deliveries_does_not_load_rendered_mails(admin_client: Client) -> None:
    make_delivery(make_edition(html="x" * 10_000), make_subscriber())
    rows = admin_client.get(rows_url(Delivery)).context["cl"].result_list
    assert {"html", "text"} <= rows[0].edition.get_deferred_fields()


def test_a_delivery_is_found_by_the_start_of_an_address(admin_client: Client) -> None:
    edition = make_edition()
    wanted = make_delivery(edition, make_subscriber("ada@example.org"))
    make_delivery(edition, make_subscriber("bob@example.org"))
    assert found(admin_client, "Ada@") == [wanted.pk]


def test_a_delivery_is_found_by_the_message_id_of_its_mail(admin_client: Client) -> None:
    edition = make_edition()
    wanted = make_delivery(edition, make_subscriber())
    make_delivery(edition, make_subscriber())
    name = message_id(wanted.pk, "0123abcd")
    assert found(admin_client, name) == [wanted.pk]
    assert found(admin_client, name.strip("<>")) == [wanted.pk]


@pytest.mark.parametrize("form", ["{}", "#{}"])
def test_a_delivery_is_found_by_its_number(admin_client: Client, form: str) -> None:
    edition = make_edition()
    wanted = make_delivery(edition, make_subscriber())
    make_delivery(edition, make_subscriber())
    assert found(admin_client, form.format(wanted.pk)) == [wanted.pk]


def test_a_number_longer_than_any_id_finds_nothing(admin_client: Client) -> None:
    make_delivery(make_edition(), make_subscriber())
    assert found(admin_client, "9" * 30) == []


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("state__exact=sent", {"sent"}),
        ("edition__cadence__exact=daily", {"failed"}),
        ("edition__day_from=2025-03-20", {"failed"}),
        ("edition__day_to=2025-03-20", {"sent", "skipped"}),
    ],
)
def test_deliveries_are_filtered_by_state_cadence_and_day(
    admin_client: Client, query: str, states: set[str]
) -> None:
    weekly = make_edition()
    daily = make_edition("daily", weekly.day + timedelta(days=10))
    make_delivery(weekly, make_subscriber(), state="sent")
    make_delivery(weekly, make_subscriber(), state="skipped")
    make_delivery(daily, make_subscriber(), state="failed")
    response = admin_client.get(f"{rows_url(Delivery)}?{query}")
    assert {row.state for row in response.context["cl"].result_list} == states


def test_the_delivery_of_an_erased_subscriber_has_its_page(admin_client: Client) -> None:
    delivery = make_delivery(make_edition(), None)
    assert "erased" in admin_client.get(rows_url(Delivery)).content.decode()
    assert admin_client.get(row_url(delivery)).status_code == 200


def test_a_delivery_s_page_lists_its_papers_with_reasons(admin_client: Client) -> None:
    first, second = make_paper("Walking robots"), make_paper("Talking robots")
    picks = [
        StoredPick(2, second.pk, "Speech · ▲ 84 since Friday"),
        StoredPick(1, first.pk, "Robotics <3"),
    ]
    delivery = make_delivery(make_edition(), make_subscriber(), picks=picks)
    page = admin_client.get(row_url(delivery)).content.decode()
    assert page.index("Talking robots") < page.index("Walking robots")
    assert "▲ 84 since Friday" in page
    assert "Robotics &lt;3" in page
    assert "14 March 2025, 12:00" in page  # the message's Date header


def test_an_error_is_escaped(admin_client: Client) -> None:
    make_delivery(make_edition(), make_subscriber(), state="failed", error="<img src=x onerror=y>")
    assert "<img src=x" not in admin_client.get(rows_url(Delivery)).content.decode()


# ── editions ─────────────────────────────────────────────────────────────────


def test_an_edition_s_figures_link_to_their_rows(admin_client: Client) -> None:
    edition = make_edition()
    make_candidate(edition, make_paper())
    for state in ("sent", "sent", "failed"):
        make_delivery(edition, make_subscriber(), state=state)
    sent = rows_url(Delivery, edition__id__exact=edition.pk, state__exact="sent")
    papers = rows_url(Candidate, edition__id__exact=edition.pk)
    for page in (rows_url(Edition), row_url(edition)):
        shown = admin_client.get(page).content.decode().replace("&amp;", "&")
        assert f'href="{sent}">2</a> sent' in shown
        assert f'href="{papers}">1</a>' in shown
    assert admin_client.get(sent).context["cl"].result_count == 2


def test_an_edition_that_was_sent_cannot_be_changed_or_deleted(admin_client: Client) -> None:
    edition = make_edition(note="as sent")
    make_delivery(edition, make_subscriber(), state="sent", attempts=1)
    assert admin_client.post(row_url(edition), {"note": "changed"}).status_code == 403
    url = reverse("admin:newsletter_edition_delete", args=[edition.pk])
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    edition.refresh_from_db()
    assert edition.note == "as sent"


def test_the_page_of_an_edition_names_its_state_in_words(admin_client: Client) -> None:
    edition = make_edition(paused_at=NOON, pause_reason="by ada")
    page = admin_client.get(row_url(edition)).content.decode()
    assert "(&#x27;" not in page
    assert re.search(r"readonly[^>]*>\s*paused\s*<", page)


def test_an_edition_can_be_added_with_a_note_before_it_closes(admin_client: Client) -> None:
    today = timezone.now().date()
    url = reverse("admin:newsletter_edition_add")
    admin_client.post(url, {"cadence": "daily", "day": today, "note": "A quiet day."})
    edition = Edition.objects.get()
    assert (edition.state, edition.note) == ("open", "A quiet day.")
    admin_client.post(row_url(edition), {"note": "A loud day."})
    edition.refresh_from_db()
    assert (edition.state, edition.note) == ("open", "A loud day.")


def test_an_edition_whose_day_is_over_cannot_be_added(admin_client: Client) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    url = reverse("admin:newsletter_edition_add")
    response = admin_client.post(url, {"cadence": "daily", "day": yesterday, "note": ""})
    assert "That day is over" in response.content.decode()
    assert not Edition.objects.exists()


def test_a_note_after_the_freeze_changes_nothing(admin_client: Client) -> None:
    """Composing froze it between the form's check and its saving."""
    edition = make_edition(note="as sent")
    stale = Edition.objects.get(pk=edition.pk)
    stale.state, stale.note = Edition.State.OPEN, "too late"
    admin.site._registry[Edition].save_model(None, stale, None, change=True)  # type: ignore[arg-type]
    edition.refresh_from_db()
    assert (edition.state, edition.note) == ("frozen", "as sent")


# ── candidates ───────────────────────────────────────────────────────────────


def test_a_candidate_s_html_is_shown_in_a_sandboxed_frame(admin_client: Client) -> None:
    html = (
        '<p onclick="x()">Hello</p><script>alert("1")</script>' + Slot.RANK.value + Slot.WHY.value
    )
    candidate = make_candidate(make_edition(), make_paper(), html=html, text="<b>Hello</b>")
    page = admin_client.get(row_url(candidate)).content.decode()
    assert '<iframe class="tp-preview" sandbox="" srcdoc="&lt;p onclick=' in page
    assert "<script>alert" not in page
    assert "<b>Hello</b>" not in page
    assert "1(each reader&#x27;s own reason)" in page


def control(client: Client, edition: Edition, name: str) -> Edition:
    """Open the dialog of a button on the edition's page, and confirm it."""
    url = reverse(f"admin:newsletter_edition_{name}", args=[edition.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"_form_submitted": "True"})
    edition.refresh_from_db()
    return edition


def test_an_edition_shows_its_progress_and_the_time_left(admin_client: Client) -> None:
    edition = make_edition()
    for state in ("sent", "sent", "sent", "queued"):
        make_delivery(edition, make_subscriber(), state=state)
    cache.set(f"send-rate:{edition.pk}", [(timezone.now() - timedelta(seconds=10), 0)])
    url = reverse("admin:newsletter_edition_change", args=[edition.pk])
    page = admin_client.get(url).content.decode()
    assert '<progress class="tp-progress" max="4" value="3"></progress> 75% of 4' in page
    assert "0.3 a second, 0:00:03 left" in page


def test_an_operator_pauses_and_resumes_an_edition(admin_client: Client) -> None:
    edition = make_edition()
    paused = control(admin_client, edition, "pause")
    assert (paused.paused_at is not None, paused.pause_reason) == (True, "by admin")
    assert control(admin_client, edition, "resume").paused_at is None


def test_an_operator_cancels_an_edition(admin_client: Client) -> None:
    edition = make_edition()
    waiting = make_delivery(edition, make_subscriber())
    assert control(admin_client, edition, "cancel").cancelled_at is not None
    waiting.refresh_from_db()
    assert waiting.reason == "the edition was cancelled"


def test_a_cancelled_edition_is_neither_resumed_nor_paused(admin_client: Client) -> None:
    edition = make_edition(cancelled_at=NOON)
    for action in ("resume", "pause"):
        url = reverse(f"admin:newsletter_edition_{action}", args=[edition.pk])
        page = admin_client.post(url, {"_form_submitted": "1"}, follow=True).content.decode()
        assert "It stays as it is. It is " in page
        assert "is resumed" not in page
    edition.refresh_from_db()
    assert (edition.paused_at, edition.cancelled_at) == (None, NOON)


@pytest.mark.parametrize(
    ("values", "word"), [({"paused_at": NOON}, "paused"), ({"cancelled_at": NOON}, "cancelled")]
)
def test_a_halted_edition_says_so_wherever_it_is_shown(
    admin_client: Client, values: dict[str, Any], word: str
) -> None:
    edition = make_edition(**values)
    delivery = make_delivery(edition, make_subscriber(), state="sent")
    assert f"({word})" in admin_client.get(rows_url(Delivery)).content.decode()
    for url in (rows_url(Edition), row_url(edition), row_url(delivery), "/admin/"):
        assert word in admin_client.get(url).content.decode().lower()


def test_an_edition_that_waits_for_its_sources_says_so(admin_client: Client) -> None:
    make_edition(state="open", awaited_since=timezone.now())
    assert "waits for its sources" in admin_client.get(rows_url(Edition)).content.decode()


def test_an_operator_composes_an_edition_again(admin_client: Client) -> None:
    day = last_closed_day(timezone.now())
    edition = compose("weekly", day, timezone.now())
    make_paper("Robots", listed_on=day)
    control(admin_client, edition, "compose_again")
    assert [one.facts["title"] for one in edition.candidates.all()] == ["Robots"]


def test_an_edition_that_was_sent_is_not_composed_again(admin_client: Client) -> None:
    edition = compose("weekly", last_closed_day(timezone.now()), timezone.now())
    make_delivery(edition, make_subscriber(), state="sent", attempts=1)
    url = reverse("admin:newsletter_edition_compose_again", args=[edition.pk])
    page = admin_client.post(url, {"_form_submitted": "1"}, follow=True).content.decode()
    assert "It stays as it is. Some of its mails were sent" in page


def test_opening_a_dialog_changes_nothing(admin_client: Client) -> None:
    edition = make_edition()
    admin_client.get(reverse("admin:newsletter_edition_pause", args=[edition.pk]))
    edition.refresh_from_db()
    assert edition.paused_at is None
