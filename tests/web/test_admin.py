"""The parts that all admin pages share, on the pages that use them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client, RequestFactory

from newsletter.models import Delivery, DeliveryEvent, Edition
from papers.models import Paper, Topic
from subscribers.models import Subscriber, Suppression
from tests.factories import make_delivery, make_edition, make_subscriber, make_topic
from web.admin import (
    STATE_COLOURS,
    AnnotatedChangeList,
    BaseAdmin,
    ReadOnlyAdmin,
    back_to,
    linked,
    linked_count,
    moment,
    number,
    row_url,
    rows_url,
    short,
)

EVENING = datetime(2026, 11, 23, 23, 10, tzinfo=timezone(timedelta(hours=2)))


def request_of(user: User) -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


# ── values in a column ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "text"), [(date(2026, 11, 23), "23 Nov 2026"), (EVENING, "23 Nov 2026, 21:10")]
)
def test_a_date_is_short_and_an_instant_is_in_utc(value: date, text: str) -> None:
    assert short(value) == text


def test_a_moment_column_stays_on_one_line() -> None:
    column = moment("sent_at", "sent (UTC)")
    shown = column(SimpleNamespace(sent_at=EVENING.astimezone(UTC)))
    assert shown == '<span class="tp-line">23 Nov 2026, 21:10</span>'
    assert column(SimpleNamespace(sent_at=None)) == "-"
    assert (column.short_description, column.admin_order_field) == (  # type: ignore[attr-defined]
        "sent (UTC)",
        "sent_at",
    )


@pytest.mark.parametrize(("form", "text"), [(",.10g", "12,345.5"), (".2f", "12345.50")])
def test_a_number_column_is_written_as_its_form_says(form: str, text: str) -> None:
    assert number("value", "value", form)(SimpleNamespace(value=12345.5)) == text


def test_a_linked_text_is_escaped() -> None:
    assert linked('/?a="b"', "<b>") == (
        '<a class="text-link" href="/?a=&quot;b&quot;">&lt;b&gt;</a>'
    )


def test_a_count_leads_to_its_rows_and_zero_to_none() -> None:
    assert linked_count(0, Paper) == "0"
    assert linked_count(1234, Topic, slug="a b") == (
        '<a class="text-link" href="/admin/papers/topic/?slug=a+b">1,234</a>'
    )


@pytest.mark.parametrize(
    ("value", "text"), [(True, "1"), (date(2026, 11, 23), "2026-11-23"), ("sent", "sent"), (7, "7")]
)
def test_a_filter_is_written_as_the_admin_parses_it(value: object, text: str) -> None:
    assert rows_url(Delivery, x=value) == f"/admin/newsletter/delivery/?x={text}"


def test_a_row_has_the_address_of_its_page() -> None:
    assert row_url(Topic(pk=7)) == "/admin/papers/topic/7/change/"


# ── states ───────────────────────────────────────────────────────────────────

STATES = {
    f"{model.__name__} {value}"
    for model in apps.get_models()
    if model._meta.app_label in ("papers", "subscribers", "newsletter")
    for field in model._meta.concrete_fields
    if field.name == "state"
    for value, _ in field.flatchoices
}


def test_every_state_of_every_row_has_a_colour() -> None:
    assert len(STATES) > 20
    assert {name for name in STATES if name.split()[1] not in STATE_COLOURS} == set()
    reasons = {*Suppression.Reason.values, *DeliveryEvent.Kind.values}
    assert reasons <= STATE_COLOURS.keys()
    assert set(STATE_COLOURS.values()) == {"info", "success", "warning", "danger", "default"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "colour"), [("sent", "green"), ("failed", "red"), ("deferred", "orange")]
)
def test_a_state_is_shown_in_its_colour(admin_client: Client, state: str, colour: str) -> None:
    make_delivery(make_edition(), make_subscriber(), state=state)
    page = admin_client.get(rows_url(Delivery)).content.decode()
    label = Delivery.State(state).label
    before = page[: page.rindex(f">{label}<") if f">{label}<" in page else page.rindex(label)]
    assert f"bg-{colour}-" in before[before.rindex("<span") :]


# ── pages ────────────────────────────────────────────────────────────────────


class _Annotated(BaseAdmin[Topic]):
    list_display = ("slug",)

    def annotate_page(self, rows: list[Topic]) -> None:  # type: ignore[override]
        for row in rows:
            row.note = f"noted {row.slug}"  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_an_admin_annotates_the_rows_of_one_page_at_once(admin_user: User) -> None:
    Topic.objects.all().delete()
    for slug in ("dunes", "tea"):
        make_topic(slug=slug)
    page = _Annotated(Topic, admin.site)
    changes = page.get_changelist_instance(request_of(admin_user))
    assert isinstance(changes, AnnotatedChangeList)
    notes = [row.note for row in changes.result_list]
    assert sorted(notes) == ["noted dunes", "noted tea"]
    assert changes.full_result_count == 2


@pytest.mark.django_db
def test_a_read_only_page_lets_a_superuser_only_view(admin_user: User) -> None:
    page = ReadOnlyAdmin(Edition, admin.site)
    request = request_of(admin_user)
    allowed = {
        "view": page.has_view_permission(request),
        "add": page.has_add_permission(request),
        "change": page.has_change_permission(request),
        "delete": page.has_delete_permission(request),
    }
    assert allowed == {"view": True, "add": False, "change": False, "delete": False}


def test_a_confirmed_action_redirects_htmx_by_its_header() -> None:
    url = rows_url(Subscriber)
    plain = back_to(RequestFactory().post("/"), url)
    assert (plain.status_code, plain["Location"]) == (302, url)
    dialog = back_to(RequestFactory().post("/", headers={"HX-Request": "true"}), url)
    assert (dialog.status_code, dialog["HX-Redirect"]) == (200, url)


# ── addresses that no page of the admin links to ─────────────────────────────


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (Edition, "state__exact=%00"),
        (Edition, "state__gte=a%00b"),
        (Suppression, "detail__range=1"),
        (Suppression, "reason__range=abc"),
        (Topic, "categories=1"),
        (User, "date_joined__regex=%2B"),
        (User, "username__exact=%00"),
    ],
)
def test_a_parameter_that_fails_in_the_query_shows_the_whole_list(
    admin_client: Client, model: type[Model], query: str
) -> None:
    answer = admin_client.get(f"{rows_url(model)}?{query}")
    assert (answer.status_code, answer["Location"]) == (302, f"{rows_url(model)}?e=1")


def test_the_whole_list_is_shown_after_that(admin_client: Client) -> None:
    assert admin_client.get(f"{rows_url(Topic)}?e=1").status_code == 200


@pytest.mark.parametrize("action", ["change", "delete", "history"])
@pytest.mark.parametrize("model", [Topic, User])
def test_an_empty_name_of_a_field_is_none(
    admin_client: Client, admin_user: User, model: type[Model], action: str
) -> None:
    row = admin_user if model is User else make_topic()
    path = f"{rows_url(model)}{row.pk}/{action}/"
    assert admin_client.get(f"{path}?_to_field=").status_code == 200
