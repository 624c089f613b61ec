"""The version of what pages show: another one after each commit, in whatever order they commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from papers.models import PageChange
from papers.page_version import note_page_change, page_version, purge_page_changes
from tests.factories import make_paper, make_signal, make_topic
from web.sql import rows

pytestmark = pytest.mark.django_db(transaction=True)
RENAME = "UPDATE papers_topic SET description = description || '.'"


@contextmanager
def another_writer(statement: str) -> Iterator[psycopg.Connection]:
    """A connection of its own, in a transaction that has executed the statement."""
    parameters = connection.get_connection_params()
    keys = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{key: parameters[key] for key in keys if key in parameters}) as writer:
        writer.execute(statement)
        yield writer
        writer.rollback()


def test_the_version_stays_while_nothing_changes() -> None:
    make_paper()
    assert page_version() == page_version()


def test_a_change_of_a_table_without_a_trigger_can_be_noted() -> None:
    before = page_version()
    note_page_change()
    assert page_version() != before


def test_a_commit_makes_another_version() -> None:
    before = page_version()
    make_paper()
    assert page_version() != before


def test_a_transaction_that_commits_last_though_it_began_first_makes_another_version() -> None:
    with another_writer(RENAME) as early:
        make_paper()  # a later transaction, committed first
        between = page_version()
        early.commit()
        assert page_version() != between


def test_what_is_not_committed_makes_no_version() -> None:
    before = page_version()
    with another_writer(RENAME):
        assert page_version() == before
    assert page_version() == before


def test_a_restored_database_that_counts_from_the_start_again_gets_another_version() -> None:
    with transaction.atomic():
        [(number,)] = rows("SELECT pg_current_xact_id()::text::bigint")
        a_year_ago = timezone.now() - timedelta(days=365)
        PageChange.objects.create(transaction_id=number, at=a_year_ago)  # out of the backup
        before = page_version()
        make_topic()
        assert page_version() != before


def note_many(count: int, *, minutes_ago: int) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    PageChange.objects.bulk_create(
        PageChange(transaction_id=number, at=at) for number in range(count)
    )


def test_a_purge_deletes_what_is_old_and_much() -> None:
    note_many(500, minutes_ago=11)
    note_many(7, minutes_ago=9)
    assert purge_page_changes(timezone.now()) >= 500
    assert PageChange.objects.filter(at__lt=timezone.now() - timedelta(minutes=10)).count() == 0
    assert PageChange.objects.filter(transaction_id__lt=7).count() == 7


def test_a_purge_leaves_what_is_little() -> None:
    note_many(9, minutes_ago=11)
    before = page_version()
    assert purge_page_changes(timezone.now()) == 0
    assert page_version() == before


def test_the_version_after_a_purge_was_never_there_before() -> None:
    PageChange.objects.all().delete()
    seen = {page_version()}  # of no change at all
    note_many(500, minutes_ago=11)
    seen.add(page_version())
    purge_page_changes(timezone.now())
    after = page_version()
    assert after not in seen
    assert PageChange.objects.count() == 1  # its own


def test_two_purges_at_once_do_not_wait_for_each_other() -> None:
    note_many(500, minutes_ago=11)
    with another_writer("SELECT FROM papers_pagechange FOR UPDATE"):
        assert purge_page_changes(timezone.now()) == 0


def test_the_version_takes_one_query(django_assert_num_queries: Any) -> None:
    make_signal(make_paper())
    with django_assert_num_queries(1):
        page_version()
