"""Which source marks a paper as withdrawn, and which brings it back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from papers.catalogue.ingest import ingest
from papers.catalogue.withdraw import bring_back, withdraw
from papers.fetched import FetchedPaper
from papers.models import Paper, RawRecord, SearchEntry
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 3, 14, 12, tzinfo=UTC)
BEFORE, AFTER = DAY - timedelta(days=3), DAY + timedelta(days=3)
HUGGING_FACE, ARXIV = "hugging_face", "arxiv"


@pytest.fixture
def paper() -> Paper:
    return make_paper("On walruses", title_key="on walruses", arxiv_id="2503.00001")


def says(
    source: str, is_withdrawn: bool | None, *, now: datetime = NOON, **values: Any
) -> Paper | None:
    """The paper after a source said this of it."""
    fetched = FetchedPaper(
        **{"title": "On walruses", "arxiv_id": "2503.00001", "listed_on": DAY, **values},
        is_withdrawn=is_withdrawn,
        raw={"said": str((is_withdrawn, values))},
    )
    ingest(source, [fetched], read_at=now)
    return Paper.objects.first()


def facts(paper: Paper | None) -> tuple[bool, date | None, str]:
    assert paper
    return paper.is_withdrawn, paper.withdrawn_on, paper.withdrawn_by


# ── marking ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("source", [HUGGING_FACE, ARXIV])
def test_a_source_marks_a_stored_paper_with_its_day(paper: Paper, source: str) -> None:
    assert facts(says(source, True, withdrawn_on=BEFORE)) == (True, BEFORE, source)
    assert not SearchEntry.objects.exists()


def test_without_a_day_the_day_of_reading_counts(paper: Paper) -> None:
    assert facts(says(HUGGING_FACE, True)) == (True, DAY, HUGGING_FACE)


def test_a_day_that_is_yet_to_come_is_not_believed(paper: Paper) -> None:
    assert facts(says(HUGGING_FACE, True, withdrawn_on=AFTER)) == (True, DAY, HUGGING_FACE)


def test_an_unknown_paper_is_not_added() -> None:
    assert says(HUGGING_FACE, True) is None


def test_nothing_else_of_a_withdrawn_paper_is_stored(paper: Paper) -> None:
    says(ARXIV, True, authors=("Ada Lovelace",))
    assert Paper.objects.get().authors == []
    assert not RawRecord.objects.exists()


def test_a_row_without_an_arxiv_id_is_marked_by_its_title() -> None:
    make_paper("On walruses", title_key="on walruses", arxiv_id=None)
    assert facts(says(ARXIV, True)) == (True, DAY, ARXIV)


def test_another_paper_of_the_same_title_is_not_marked() -> None:
    make_paper("On walruses", title_key="on walruses", arxiv_id="2503.00002")
    assert facts(says(ARXIV, True)) == (False, None, "")


def test_a_repeated_withdrawal_changes_nothing(paper: Paper) -> None:
    says(HUGGING_FACE, True, withdrawn_on=BEFORE)
    before = Paper.objects.values().get()
    says(HUGGING_FACE, True, withdrawn_on=DAY)
    assert Paper.objects.values().get() == before


def test_arxiv_takes_a_withdrawal_over_with_its_first_day(paper: Paper) -> None:
    says(HUGGING_FACE, True, withdrawn_on=BEFORE)
    assert facts(says(ARXIV, True, withdrawn_on=DAY)) == (True, BEFORE, ARXIV)
    assert facts(says(HUGGING_FACE, False)) == (True, BEFORE, ARXIV)


def test_the_database_refuses_a_day_without_a_withdrawal(paper: Paper) -> None:
    with pytest.raises(IntegrityError, match="paper_facts_of_withdrawal"):
        Paper.objects.update(withdrawn_on=DAY)


# ── bringing back ────────────────────────────────────────────────────────────


def test_a_source_brings_back_what_it_withdrew(paper: Paper) -> None:
    says(HUGGING_FACE, True)
    assert facts(says(HUGGING_FACE, False)) == (False, None, "")
    assert SearchEntry.objects.exists()


def test_it_may_withdraw_it_again_on_the_same_day(paper: Paper) -> None:
    says(HUGGING_FACE, True)
    says(HUGGING_FACE, False)
    assert facts(says(HUGGING_FACE, True)) == (True, DAY, HUGGING_FACE)


def test_hugging_face_does_not_bring_back_what_arxiv_withdrew(paper: Paper) -> None:
    says(ARXIV, True)
    assert facts(says(HUGGING_FACE, False)) == (True, DAY, ARXIV)


def test_an_announcement_without_a_comment_proves_nothing(paper: Paper) -> None:
    says(ARXIV, True, version=2)
    assert facts(says(ARXIV, None, version=3)) == (True, DAY, ARXIV)


@pytest.mark.parametrize(("version", "is_withdrawn"), [(1, True), (2, False), (3, False)])
def test_a_version_that_lives_is_back_unless_it_is_an_older_one(
    paper: Paper, version: int, is_withdrawn: bool
) -> None:
    says(ARXIV, True, version=2)
    found = says(ARXIV, False, version=version)
    assert found
    assert found.is_withdrawn is is_withdrawn


@pytest.mark.parametrize(
    ("revised_on", "version", "is_withdrawn"),
    [
        (BEFORE, 2, True),
        (AFTER, 2, False),
        (DAY, 1, True),  # the version that Hugging Face withdrew on the day it was written
        (DAY, 2, False),
        (None, 1, True),
        (None, 2, False),
    ],
)
def test_arxiv_brings_back_what_hugging_face_withdrew_with_a_newer_version(
    paper: Paper, revised_on: date | None, version: int, is_withdrawn: bool
) -> None:
    says(ARXIV, False, version=1, revised_on=BEFORE)
    says(HUGGING_FACE, True, withdrawn_on=DAY)
    found = says(ARXIV, False, version=version, revised_on=revised_on, now=NOON + timedelta(days=3))
    assert found
    assert found.is_withdrawn is is_withdrawn


@pytest.mark.parametrize("withdrawn_on", [BEFORE, None])
def test_a_withdrawal_before_the_return_is_over(paper: Paper, withdrawn_on: date | None) -> None:
    """Hugging Face keeps `withdrawnAt`, and its lists are read each hour."""
    says(HUGGING_FACE, True, withdrawn_on=withdrawn_on)
    later = NOON + timedelta(days=3)
    says(ARXIV, False, version=2, revised_on=AFTER, now=later)
    assert facts(says(HUGGING_FACE, True, withdrawn_on=withdrawn_on, now=later))[0] is False


def test_a_withdrawal_after_the_return_counts(paper: Paper) -> None:
    says(ARXIV, True, version=2)
    says(ARXIV, False, version=3, revised_on=DAY)
    assert facts(says(ARXIV, True, version=4, withdrawn_on=DAY))[0] is True


def test_an_older_version_does_not_withdraw_it_again(paper: Paper) -> None:
    says(ARXIV, True, version=2)
    says(ARXIV, False, version=3)
    assert facts(says(ARXIV, True, version=2, withdrawn_on=AFTER))[0] is False


@pytest.mark.parametrize("source", [HUGGING_FACE, ARXIV])
def test_no_source_undoes_what_an_operator_did(paper: Paper, source: str) -> None:
    withdraw(paper, BEFORE)
    paper.save()
    says(source, True, version=2)
    assert facts(says(source, False, version=3)) == (True, BEFORE, "")


@pytest.mark.parametrize("source", [HUGGING_FACE, ARXIV])
def test_what_an_operator_brought_back_stays(paper: Paper, source: str) -> None:
    says(source, True, version=2, withdrawn_on=BEFORE)
    paper.refresh_from_db()
    bring_back(paper, DAY)
    paper.save()
    assert facts(says(source, True, version=2, withdrawn_on=BEFORE)) == (False, None, "")


def test_an_ingest_does_not_overwrite_a_withdrawal_that_it_did_not_see(paper: Paper) -> None:
    """An operator may save between the read and the write of an ingest."""

    def save_before(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "papers_paper"'):
            execute("UPDATE papers_paper SET is_withdrawn = true", None, False, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(save_before):
        says(HUGGING_FACE, False, authors=("Ada Lovelace",))
    found = Paper.objects.get()
    assert (found.authors, found.is_withdrawn) == (["Ada Lovelace"], True)
