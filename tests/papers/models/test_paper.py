"""The rule by which lists leave out withdrawn papers, and the listings of stored papers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from papers.models import Listing, Paper, Topic
from tests.factories import DAY, make_paper, make_paper_topic, make_topic
from tests.schema import migrate_to_the_newest
from web.sql import execute

pytestmark = pytest.mark.django_db


def test_listed_leaves_out_withdrawn_papers_and_objects_does_not() -> None:
    shown, withdrawn = make_paper(), make_paper(is_withdrawn=True)
    assert list(Paper.listed.all()) == [shown]
    assert set(Paper.objects.all()) == {shown, withdrawn}


def test_a_paper_is_listed_again_when_it_is_no_longer_withdrawn() -> None:
    paper = make_paper(is_withdrawn=True)
    assert list(Paper.listed.all()) == []
    Paper.objects.filter(pk=paper.pk).update(is_withdrawn=False)
    assert list(Paper.listed.all()) == [paper]


def test_rows_that_refer_to_a_withdrawn_paper_still_find_it() -> None:
    link = make_paper_topic(make_paper(is_withdrawn=True), make_topic())
    link.refresh_from_db()
    assert link.paper.is_withdrawn
    assert list(Topic.objects.get(pk=link.topic_id).papers.all()) == [link.paper]


def test_stored_papers_get_the_listings_of_their_payloads() -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    call_command("migrate", "papers", "0010", verbosity=0)
    execute(
        """
        INSERT INTO papers_paper (id, arxiv_id, title, title_key, authors, summary, categories,
            keywords, listed_on, code_url, project_url, is_withdrawn, is_sample,
            created_at, updated_at)
        SELECT id, '2611.0000' || id, 'P' || id, 'p' || id, '[]', '', '{}', '{}', '2026-11-12',
               '', '', false, false, '2026-11-12 05:10Z', '2026-11-12 05:10Z'
        FROM generate_series(1, 3) AS id;
        INSERT INTO papers_rawrecord (paper_id, source, day, payload_hash, payload, stored_at)
        VALUES (1, 'hugging_face', '2026-11-13', 'a',
                '{"paper": {"submittedOnDailyAt": "2026-11-13T00:00:00.000Z"}}', now()),
               (1, 'arxiv', '2026-11-12', 'b', '{}', now()),
               (2, 'hugging_face', '2026-11-12', 'c', '{"paper": {}}', now()),
               (3, 'arxiv', '2026-11-12', 'd', '{}', now());
        """
    )
    migrate_to_the_newest()

    days = Listing.objects.values_list("paper", "source", "day").order_by("paper")
    assert list(days) == [
        (1, "hugging_face", date(2026, 11, 13)),
        (2, "hugging_face", date(2026, 11, 12)),
    ]
    first = dict(Paper.objects.values_list("pk", "listed_on"))
    assert first == {1: date(2026, 11, 13), 2: date(2026, 11, 12), 3: date(2026, 11, 12)}
    assert set(Paper.objects.values_list("listed_at", flat=True)) == {
        datetime(2026, 11, 12, 5, tzinfo=UTC)
    }


def test_the_day_of_a_withdrawal_is_known_for_every_withdrawn_row() -> None:
    assert make_paper().withdrawal_day is None
    assert make_paper(is_withdrawn=True, withdrawn_on=DAY).withdrawal_day == DAY
    by_hand = make_paper(is_withdrawn=True)
    assert by_hand.withdrawal_day == by_hand.updated_at.date()
