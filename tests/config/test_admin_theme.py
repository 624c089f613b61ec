"""The side bar of the admin: a link for every list that the user may view."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client

from config.admin_theme import UNFOLD
from newsletter.models import (
    DatabaseOrigin,
    DigestContent,
    EditionCard,
    EditionTranslation,
    InboundMailbox,
)
from papers.models import PageChange, PaperVector, SearchWord, ShareCard
from subscribers.models import ReaderProfile
from web.admin import rows_url

pytestmark = pytest.mark.django_db

NO_PAGE = (
    *(DatabaseOrigin, DigestContent, EditionCard, EditionTranslation, InboundMailbox),
    *(PageChange, PaperVector, ReaderProfile, SearchWord, ShareCard),
)
LISTED: list[type[Model]] = [
    model
    for app in ("auth", "newsletter", "papers", "subscribers")
    for model in apps.get_app_config(app).get_models()
    if model not in (Permission, *NO_PAGE)
]


def links(client: Client) -> set[str]:
    page = client.get("/admin/").content.decode()
    return {model.__name__ for model in LISTED if f'href="{rows_url(model)}"' in page}


def test_a_superuser_has_a_link_to_every_list(admin_client: Client) -> None:
    assert links(admin_client) == {model.__name__ for model in LISTED}


def test_a_user_without_permissions_has_no_link(client: Client) -> None:
    client.force_login(User.objects.create_user("staff", is_staff=True))
    assert links(client) == set()


def test_a_user_has_the_links_of_their_permissions(client: Client) -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_topic"))
    client.force_login(staff)
    assert links(client) == {"Topic"}


def test_every_colour_has_all_shades() -> None:
    shades = {"50", *(str(number) for number in range(100, 1000, 100)), "950"}
    assert {name: set(colours) for name, colours in UNFOLD["COLORS"].items()} == {
        "primary": shades,
        "base": shades,
    }


def test_the_side_bar_and_the_page_give_a_list_one_name() -> None:
    groups = UNFOLD["SIDEBAR"]["navigation"]
    titles = {str(item["link"]): item["title"] for group in groups for item in group["items"]}
    for model in LISTED:
        name = str(model._meta.verbose_name_plural)
        assert titles[rows_url(model)].lower() == name.lower()
