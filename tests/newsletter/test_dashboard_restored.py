"""The admin's home after a backup was restored: it says that nothing is sent, and what to run."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from newsletter.delivery.restored import resume_sending
from newsletter.models import DatabaseOrigin
from tests.subscribers.page_text import text_of

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    return text_of(client.get("/admin/"))


def pretend_to_be_restored() -> None:
    """As if the row had been written in another database."""
    DatabaseOrigin.objects.create(name="7/16384/16999")


def test_a_database_that_was_never_restored_is_not_mentioned(admin_client: Client) -> None:
    assert "Restored backup" not in home(admin_client)


def test_the_home_says_that_nothing_is_sent_and_what_to_run(admin_client: Client) -> None:
    pretend_to_be_restored()
    shown = home(admin_client)
    assert "no digest is sent until you decide" in shown
    assert "Run: <code>manage.py restored</code>" in shown


def test_looking_at_it_writes_nothing(admin_client: Client) -> None:
    home(admin_client)
    assert not DatabaseOrigin.objects.exists()
    pretend_to_be_restored()
    home(admin_client)
    assert DatabaseOrigin.objects.get().restored_at is None


def test_it_is_gone_after_the_decision(admin_client: Client) -> None:
    pretend_to_be_restored()
    resume_sending()
    assert "Restored backup" not in home(admin_client)


def test_staff_who_see_no_deliveries_are_not_bothered(client: Client) -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename="view_paper"))
    client.force_login(staff)
    pretend_to_be_restored()
    assert "Restored backup" not in home(client)
