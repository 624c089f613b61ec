"""Finding subscribers and their rows in the admin, by the start of an address."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from subscribers.admin_rows import search_subscribers
from subscribers.models import Feedback, TransactionalMail
from tests.factories import NOON, make_mail, make_paper, make_subscriber
from web.admin import rows_url
from web.sql import execute

pytestmark = pytest.mark.django_db


def found(client: Client, model: type[Any], words: str) -> list[int]:
    response = client.get(rows_url(model, q=words))
    return [row.pk for row in response.context["cl"].result_list]


def test_a_search_by_address_uses_an_index(transactional_db: None) -> None:
    for number in range(2000):
        make_subscriber(f"{number}@example.org")
    execute("ANALYZE subscribers_subscriber")
    assert "Index" in search_subscribers("1999@").explain()


def test_rows_of_a_subscriber_are_found_by_the_address(admin_client: Client) -> None:
    ada, bob = make_subscriber("ada@example.org"), make_subscriber("bob@example.org")
    make_mail(ada)
    mail = make_mail(bob)
    assert found(admin_client, TransactionalMail, "bob@") == [mail.pk]


def test_what_a_subscriber_said_of_papers_is_found_by_the_address(admin_client: Client) -> None:
    ada, bob = make_subscriber("ada@example.org"), make_subscriber("bob@example.org")
    said = [
        Feedback.objects.create(subscriber=one, paper=make_paper(), kind="more", at=NOON)
        for one in (ada, bob)
    ]
    assert found(admin_client, Feedback, "ada@") == [said[0].pk]
