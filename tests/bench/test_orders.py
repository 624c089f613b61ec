"""The made-up edition, and what the rivals are told to send of it."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.utils import timezone

from bench import audience
from bench.rivals.orders import for_django_newsletter, for_plain_django
from newsletter.delivery.dispatch import dispatch_due
from newsletter.editions.fragments import PLACEHOLDERS
from newsletter.models import Delivery, Edition
from subscribers.models import Subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    made = audience.make_edition()
    audience.make_readers(20)
    return made


def test_everybody_is_due_and_gets_the_edition_that_was_made(edition: Edition) -> None:
    list(dispatch_due(timezone.now()))

    assert edition.cadence == "weekly"
    assert Delivery.objects.filter(edition=edition).count() == 20


def test_a_mail_has_about_46_kilobytes(edition: Edition) -> None:
    assert audience.mean_bytes(edition, 20) == pytest.approx(46_000, rel=0.1)


def test_readers_can_be_dropped_with_all_that_was_queued(edition: Edition) -> None:
    list(dispatch_due(timezone.now()))
    connection.check_constraints()  # a table with checks pending cannot be emptied
    audience.drop_readers()

    assert not Subscriber.objects.exists()
    assert not Delivery.objects.exists()
    assert Edition.objects.filter(pk=edition.pk).exists()


def test_plain_django_is_given_our_choice_of_papers(edition: Edition) -> None:
    order = json.loads(json.dumps(for_plain_django(edition, 2525)))

    assert len(order["readers"]) == 20
    for reader in order["readers"]:
        assert len(reader["picks"]) == audience.DIGEST_SIZE
        assert all(position in order["papers"] for position, _ in reader["picks"])
    assert len({str(reader["picks"]) for reader in order["readers"]}) > 1


def test_django_newsletter_is_given_as_many_papers_without_our_marks(edition: Edition) -> None:
    articles = for_django_newsletter(edition, 2525, {"NAME": "x"})["articles"]

    assert len(articles) == audience.DIGEST_SIZE
    assert not any(mark in article["text"] for article in articles for mark in PLACEHOLDERS)
