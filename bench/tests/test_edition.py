"""The made-up edition and its subscribers, and the content that the rivals send of it."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.utils import timezone

from bench.edition import make_edition, mean_bytes
from bench.rivals.content import for_django_newsletter, for_plain_django, worded
from bench.subscribers import DIGEST_SIZE, drop_subscribers, make_subscribers
from newsletter.delivery.queueing.dispatch import dispatch_due
from newsletter.editions.rendering.slots import Slot
from newsletter.models import Delivery, Edition
from subscribers.models import Subscriber
from web.sql import execute

FACTS = {
    "title": "Robots & rain",
    "authors": ["Ada Lovelace", "Emmy Noether"],
    "summary": "What robots do when it rains. " * 5,
    "topics": ["Robotics"],
    "upvotes": 1_234,
    "page_url": "/papers/1/",
    "arxiv_url": "https://arxiv.org/abs/2503.00001",
    "code_url": "",
}


@pytest.fixture
def edition(db: None) -> Edition:
    made = make_edition()
    # What a subscriber follows depends on their id, and other tests have used ids before.
    execute("ALTER SEQUENCE subscribers_subscriber_id_seq RESTART WITH 1")
    make_subscribers(20)
    return made


def test_all_are_due_for_the_edition_until_they_are_dropped(edition: Edition) -> None:
    list(dispatch_due("weekly", timezone.now()))
    connection.check_constraints()  # a table with checks pending cannot be emptied
    assert edition.cadence == "weekly"
    assert Delivery.objects.filter(edition=edition).count() == 20
    assert mean_bytes(edition, 20) == pytest.approx(46_000, rel=0.1)

    drop_subscribers()
    assert not Subscriber.objects.exists()
    assert not Delivery.objects.exists()
    assert Edition.objects.filter(pk=edition.pk).exists()


def test_rivals_send_our_selection_of_papers(edition: Edition) -> None:
    content = json.loads(json.dumps(for_plain_django(edition, 2525)))
    articles = for_django_newsletter(edition, 2525, {"NAME": "x"})["articles"]

    assert len(content["readers"]) == 20
    for reader in content["readers"]:
        assert len(reader["picks"]) == DIGEST_SIZE
        assert all(position in content["papers"] for position, _ in reader["picks"])
    assert len({str(reader["picks"]) for reader in content["readers"]}) > 1
    assert len(articles) == DIGEST_SIZE
    assert not any(slot.value in article["text"] for article in articles for slot in Slot)


def test_a_paper_is_worded_as_in_our_own_mails() -> None:
    found = worded(3, FACTS)
    assert (found["byline"], found["figures"]) == (
        "A. Lovelace and E. Noether",
        ["Robotics", "▲ 1.2k"],
    )
    assert (found["page"], found["arxiv"]) == (9, 10)
    assert "code" not in found
    assert all(line.startswith("    ") for line in found["summary_lines"].splitlines())
