"""Incoming mail on the admin's home."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.factories import make_inbound

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    return BeautifulSoup(client.get("/admin/").content, "html.parser").get_text(" ", strip=True)


def test_it_is_there_once_mail_is_received(admin_client: Client, settings: Settings) -> None:
    make_inbound(kind="bounce", received_at=timezone.now())
    assert "Incoming mail in 7 days" not in home(admin_client)
    settings.INBOUND_ADDRESS = "reply@in.example.org"
    assert "Incoming mail in 7 days 1 returned mail" in home(admin_client)


def test_it_says_that_none_has_arrived(admin_client: Client, settings: Settings) -> None:
    settings.INBOUND_ADDRESS = "reply@in.example.org"
    assert "None has arrived." in home(admin_client)
