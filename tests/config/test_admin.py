"""Every page of the admin: it opens with and without rows, and no ledger can be edited."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from unfold.admin import ModelAdmin

from newsletter.models import (
    ArchivedDelivery,
    Candidate,
    ClockReading,
    DatabaseOrigin,
    Delivery,
    DeliveryEvent,
    DigestContent,
    Edition,
    EditionCard,
    EditionTranslation,
    InboundMailbox,
    InboundMessage,
    Tally,
)
from papers.models import (
    Curator,
    Listing,
    PageChange,
    Paper,
    PaperTopic,
    PaperVector,
    RawRecord,
    SearchEntry,
    SearchWord,
    ShareCard,
    Signal,
    Topic,
    Trend,
    WrittenSummary,
)
from subscribers.models import (
    AddressChange,
    ConsentEntry,
    Feedback,
    Interest,
    ReaderProfile,
    SeedRequest,
    Subscriber,
    Suppression,
    TransactionalMail,
)
from tests.factories import (
    DAY,
    NOON,
    make_candidate,
    make_delivery,
    make_edition,
    make_event,
    make_inbound,
    make_paper,
    make_paper_topic,
    make_signal,
    make_subscriber,
    make_topic,
)
from web.admin import row_url, rows_url

pytestmark = pytest.mark.django_db

LEDGERS: list[type[Model]] = [
    AddressChange, ArchivedDelivery, Candidate, ClockReading, ConsentEntry, Delivery,
    DeliveryEvent, Feedback, InboundMessage, Interest, Listing, PaperTopic, RawRecord, SeedRequest,
    Signal, SearchEntry, Subscriber, Tally, TransactionalMail, Trend, WrittenSummary,
]  # fmt: skip
OURS: list[type[Model]] = [*LEDGERS, Curator, Edition, Paper, Suppression, Topic]
PAGES: list[type[Model]] = [*OURS, User, Group]


def name_of(model: type[Model]) -> str:
    return model.__name__


@pytest.fixture
def one_of_each(admin_user: User) -> dict[type[Model], Model]:
    """A row of every model, each leading to the others."""
    topic, paper, reader, edition = make_topic(), make_paper(), make_subscriber(), make_edition()
    rows: list[Model] = [
        topic, paper, reader, edition, admin_user,
        make_paper_topic(paper, topic),
        make_signal(paper, 84),
        make_candidate(edition, paper),
        make_delivery(edition, reader),
        make_event(),
        make_inbound(),
        ArchivedDelivery.objects.create(id=7, edition=edition, subscriber=reader, state="sent"),
        Curator.objects.create(name="Ada"),
        Group.objects.create(name="editors"),
        Interest.objects.create(subscriber=reader, topic=topic),
        AddressChange.objects.create(
            subscriber=reader, old_email=reader.email, new_email="a@b.example", requested_at=NOON
        ),
        Feedback.objects.create(subscriber=reader, paper=paper, kind="more", at=NOON),
        SeedRequest.objects.create(
            subscriber=reader, kind="arxiv", identity="1706.03762", next_attempt_at=NOON,
            asked_at=NOON, error="x",
        ),
        Listing.objects.create(paper=paper, source="x", day=DAY, read_at=NOON),
        RawRecord.objects.create(
            paper=paper, source="x", day=DAY, payload_hash="0", payload={"a": [1]}
        ),
        Suppression.objects.create(address_hash="0" * 64, reason="operator", at=NOON),
        ConsentEntry.objects.create(
            subscriber=reader, address_hash="0" * 64, step="requested", at=NOON
        ),
        TransactionalMail.objects.create(subscriber=reader, kind="confirm", next_attempt_at=NOON),
        Trend.objects.create(
            paper=paper, window="week", day=DAY, value=1.5, components={}, version="1",
            scored_at=NOON,
        ),
        WrittenSummary.objects.create(paper=paper, text_hash="0", model="x", asked_at=NOON),
    ]  # fmt: skip
    rows += [SearchEntry.objects.get(paper=paper), Tally.objects.filter(edition=edition)[0]]
    rows.append(ClockReading.objects.create(read_at=NOON))
    return {type(row): row for row in rows}


def test_every_model_of_the_project_has_a_page() -> None:
    ours = {
        model
        for app in ("papers", "subscribers", "newsletter")
        for model in apps.get_app_config(app).get_models()
    }
    # What a digest says is on its delivery's page; the words for the search are only counts; where
    # the data was written is for `manage.py restored`; a translation says what its edition says;
    # what makes kept pages old is for the cache; a share card is drawn again;
    # how far a mailbox was read is on the home page when it cannot be.
    hidden = {
        *(DatabaseOrigin, DigestContent, EditionCard, EditionTranslation, InboundMailbox),
        *(PageChange, PaperVector, ReaderProfile, SearchWord, ShareCard),
    }
    assert ours - set(admin.site._registry) == hidden


def test_every_page_has_unfolds_theme() -> None:
    plain = [
        m.__name__ for m, page in admin.site._registry.items() if not isinstance(page, ModelAdmin)
    ]
    assert plain == []


@pytest.mark.parametrize("model", PAGES, ids=name_of)
def test_a_list_opens_without_rows(admin_client: Client, model: type[Model]) -> None:
    assert admin_client.get(rows_url(model)).status_code == 200


def test_an_empty_list_says_whether_a_filter_emptied_it(admin_client: Client) -> None:
    empty = admin_client.get(rows_url(Delivery)).content.decode()
    assert "There are no deliveries yet." in empty
    unfound = admin_client.get(rows_url(Delivery, q="nobody@")).content.decode()
    assert "Nothing matches this search" in unfound
    first = admin_client.get(rows_url(Curator)).content.decode()
    assert "Add the first one" in first
    assert "Add the first one" not in empty


@pytest.mark.parametrize("model", PAGES, ids=name_of)
def test_a_list_shows_its_rows(
    admin_client: Client, one_of_each: dict[type[Model], Model], model: type[Model]
) -> None:
    response = admin_client.get(rows_url(model))
    assert response.context["cl"].result_count == model._default_manager.count()
    assert row_url(one_of_each[model]) in response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_users_takes_the_same_queries_for_any_number(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for number in range(1, rows):  # the operator is one
        User.objects.create_user(f"staff{number}").groups.create(name=f"group {number}")
    with django_assert_num_queries(6):
        page = admin_client.get(rows_url(User))
    assert page.context["cl"].result_count == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_groups_takes_the_same_queries_for_any_number(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for number in range(rows):
        Group.objects.create(name=f"group {number}")
    with django_assert_num_queries(5):
        page = admin_client.get(rows_url(Group))
    assert page.context["cl"].result_count == rows


@pytest.mark.parametrize("model", PAGES, ids=name_of)
def test_a_row_has_a_page(
    admin_client: Client, one_of_each: dict[type[Model], Model], model: type[Model]
) -> None:
    assert admin_client.get(row_url(one_of_each[model])).status_code == 200


@pytest.mark.parametrize("model", PAGES, ids=name_of)
def test_a_search_that_finds_nothing_says_so(
    admin_client: Client, one_of_each: dict[type[Model], Model], model: type[Model]
) -> None:
    response = admin_client.get(rows_url(model, q="zzz no such thing"))
    assert response.status_code == 200
    if response.context["cl"].search_fields:
        assert response.context["cl"].result_count == 0


@pytest.mark.parametrize("model", LEDGERS, ids=name_of)
def test_a_ledger_offers_no_way_to_add_a_row(admin_client: Client, model: type[Model]) -> None:
    assert admin_client.get(rows_url(model) + "add/").status_code == 403


@pytest.mark.parametrize("model", LEDGERS, ids=name_of)
def test_a_row_of_a_ledger_cannot_be_changed(
    admin_client: Client, one_of_each: dict[type[Model], Model], model: type[Model]
) -> None:
    url = row_url(one_of_each[model])
    assert 'name="_save"' not in admin_client.get(url).content.decode()
    assert admin_client.post(url, {"state": "sent"}).status_code == 403


@pytest.mark.parametrize("model", [*LEDGERS, Paper, Suppression], ids=name_of)
def test_a_row_of_a_ledger_cannot_be_deleted(
    admin_client: Client, one_of_each: dict[type[Model], Model], model: type[Model]
) -> None:
    row = one_of_each[model]
    url = row_url(row).replace("/change/", "/delete/")
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    admin_client.post(rows_url(model), bulk)
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_a_list_needs_its_view_permission(client: Client, model: type[Model]) -> None:
    client.force_login(User.objects.create_user("staff", is_staff=True))
    assert client.get(rows_url(model)).status_code == 403


@pytest.mark.parametrize("query", ["o=1", "o=-2", "p=9", "e=1", "state__exact=nonsense", "all="])
def test_odd_parameters_of_a_list_do_no_harm(
    admin_client: Client, one_of_each: dict[type[Model], Model], query: str
) -> None:
    response = admin_client.get(f"{rows_url(Delivery)}?{query}", follow=True)
    assert response.status_code == 200


def test_the_login_page_has_our_name(client: Client) -> None:
    assert "Trending Papers" in client.get("/admin/login/").content.decode()


def test_the_list_of_deliveries_has_these_columns(
    admin_client: Client, one_of_each: dict[type[Model], Model]
) -> None:
    page = BeautifulSoup(admin_client.get(rows_url(Delivery)).content, "html.parser")
    heads = [
        head.get_text(" ", strip=True).lower() for head in page.select("#result_list thead th")
    ]
    assert heads == [
        "id", "edition", "subscriber", "state", "reason", "attempts", "sent (utc)", "error",
    ]  # fmt: skip


def test_an_action_of_a_list_opens_its_dialog(admin_client: Client) -> None:
    actions = [
        reverse(f"admin:{action.action_name}")
        for page in admin.site._registry.values()
        if isinstance(page, ModelAdmin)
        for action in page._get_base_actions_list()
        if action.dialog
    ]
    assert actions
    assert {admin_client.get(url).status_code for url in actions} == {200}


@pytest.mark.parametrize("object_id", ["0", "!!1", "x", "\0", "9" * 30, "1_2F"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_action_on_a_row_that_there_is_not_is_404(
    admin_client: Client, method: str, object_id: str
) -> None:
    actions = [
        reverse(f"admin:{action.action_name}", args=[object_id])
        for page in admin.site._registry.values()
        if isinstance(page, ModelAdmin)
        for action in page._get_base_actions_detail()
        if action.dialog
    ]
    assert len(actions) >= 8
    answers = [getattr(admin_client, method)(url).status_code for url in actions]
    assert answers == [404] * len(actions)
