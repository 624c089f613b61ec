"""Computing vectors: of new papers, of changed texts, of another model; what fails stands alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone

from papers.models import Paper, PaperVector
from papers.page_version import page_version
from papers.similarity.embed import (
    Embedded,
    Encoder,
    embed_now,
    embed_papers,
    forget_vectors,
    is_complete,
    missing_vectors,
    needs_vectors,
    open_encoder,
)
from papers.similarity.model_process import ModelProcess
from papers.similarity.stored import load_vectors
from papers.similarity.vectors import unpack_dense, unpack_terms
from tests.factories import make_paper
from web.sql import rows

pytestmark = pytest.mark.django_db
MODEL = "all-MiniLM-L6-v2-int8 8199be6f"
WORDS = Encoder("")
NO_MODEL = Encoder(None, fault="it is broken")


@pytest.fixture(scope="module")
def encoder() -> Iterator[Encoder]:
    with open_encoder() as found:
        yield found


def vector_of(paper: Paper) -> PaperVector:
    return PaperVector.objects.get(pk=paper.pk)


def touch(paper: Paper, **values: Any) -> None:
    """Save the row, later than its vector."""
    for name, value in values.items():
        setattr(paper, name, value)
    paper.save()


# ── what is computed ─────────────────────────────────────────────────────────


def test_a_paper_gets_both_vectors_of_its_title_and_abstract(encoder: Encoder) -> None:
    paper = make_paper("Walruses dive", summary="They look for clams.")
    assert embed_papers(encoder) == Embedded(papers=1)
    stored = vector_of(paper)
    assert stored.model == MODEL
    assert len(stored.dense) == 384
    assert len(unpack_terms(bytes(stored.terms))[0]) == 4  # walrus, dive, look, clam
    assert encoder.process is not None
    [expected] = encoder.process.embed(["Walruses dive. They look for clams."])
    assert expected is not None
    assert float(unpack_dense(bytes(stored.dense)) @ expected) > 0.999


def test_a_second_run_finds_nothing_to_do(encoder: Encoder) -> None:
    make_paper()
    embed_papers(encoder)
    assert not needs_vectors(encoder)
    assert embed_papers(encoder) == Embedded()


def test_a_changed_text_is_read_again(encoder: Encoder) -> None:
    paper = make_paper("Walruses dive")
    embed_papers(encoder)
    before = vector_of(paper)
    touch(paper, summary="They look for clams.")
    assert embed_papers(encoder) == Embedded(papers=1)
    after = vector_of(paper)
    assert before.text_hash != after.text_hash
    assert bytes(before.dense) != bytes(after.dense)


def test_a_row_that_changed_without_its_text_keeps_its_vector(encoder: Encoder) -> None:
    paper = make_paper("Walruses dive")
    embed_papers(encoder)
    touch(paper, code_url="https://github.com/a/b")
    assert embed_papers(encoder) == Embedded(same=1)
    assert not needs_vectors(encoder)


def test_a_row_from_a_clock_that_was_ahead_is_read_once(encoder: Encoder) -> None:
    paper = make_paper("Walruses dive")
    Paper.objects.filter(pk=paper.pk).update(updated_at=timezone.now() + timedelta(days=9))
    assert embed_papers(encoder) == Embedded(papers=1)
    assert not needs_vectors(encoder)


def test_another_model_reads_every_paper_again(encoder: Encoder) -> None:
    paper = make_paper()
    embed_papers(encoder)
    PaperVector.objects.update(model="an older one 12345678")
    assert embed_papers(encoder) == Embedded(papers=1)
    assert vector_of(paper).model == MODEL


def test_a_withdrawn_paper_waits_for_no_vector(encoder: Encoder) -> None:
    make_paper(is_withdrawn=True)
    assert embed_papers(encoder) == Embedded()


def test_the_newest_papers_come_first(encoder: Encoder) -> None:
    old, new, middle = (make_paper(listed_on=f"2025-03-{day}") for day in (10, 14, 12))
    embed_papers(encoder, most=2)
    assert set(load_vectors([old.pk, new.pk, middle.pk])) == {new.pk, middle.pk}


def test_a_paper_that_only_readers_named_comes_before_the_newest() -> None:
    make_paper(listed_on="2025-03-14")
    named = make_paper(listed_on="2019-03-14", is_unlisted=True)
    embed_papers(WORDS, most=1)
    assert [one.paper_id for one in PaperVector.objects.all()] == [named.pk]


@pytest.mark.parametrize(("most", "expected"), [(1, 1), (20, 20), (21, 21), (50, 25), (None, 25)])
def test_a_run_reads_at_most_so_many_papers(most: int | None, expected: int) -> None:
    for _ in range(25):
        make_paper()
    assert embed_papers(WORDS, most=most).read == expected


def test_each_chunk_is_stored_and_shown_at_once() -> None:
    for _ in range(45):
        make_paper()
    seen = []
    embed_papers(WORDS, on_chunk=lambda done: seen.append((done.read, PaperVector.objects.count())))
    assert seen == [(20, 20), (40, 40), (45, 45)]


def test_a_run_without_time_begins_no_chunk() -> None:
    make_paper()
    assert embed_papers(WORDS, seconds=1e-9) == Embedded()


# ── without a model ──────────────────────────────────────────────────────────


def test_words_alone_are_stored_where_the_setting_asks_for_it(settings: Any) -> None:
    settings.EMBEDDING_MODEL = "none"
    paper = make_paper("Walruses dive")
    with open_encoder() as found:
        assert found == WORDS
        embed_papers(found)
    stored = vector_of(paper)
    assert (stored.model, bytes(stored.dense)) == ("", b"")
    assert len(unpack_terms(bytes(stored.terms))[0]) == 2


def test_the_setting_none_drops_the_vectors_of_a_model(encoder: Encoder) -> None:
    paper = make_paper()
    embed_papers(encoder)
    embed_papers(WORDS)
    assert bytes(vector_of(paper).dense) == b""


def test_a_model_that_is_broken_for_a_while_costs_no_vector(encoder: Encoder) -> None:
    with_vector, without = make_paper(), None
    embed_papers(encoder)
    without = make_paper("Walruses dive")
    assert embed_papers(NO_MODEL) == Embedded(papers=1)
    assert vector_of(with_vector).model == MODEL
    assert (vector_of(without).model, bytes(vector_of(without).dense)) == ("", b"")
    assert embed_papers(encoder) == Embedded(papers=1)  # once it is back
    assert len(vector_of(without).dense) == 384


def test_without_a_model_a_changed_text_has_its_new_words(encoder: Encoder) -> None:
    paper = make_paper("Walruses dive")
    embed_papers(encoder)
    touch(paper, title="Clams")
    embed_papers(NO_MODEL)
    stored = vector_of(paper)
    assert bytes(stored.dense) == b""
    assert len(unpack_terms(bytes(stored.terms))[0]) == 1


def test_a_folder_without_a_model_is_a_fault_that_is_told(settings: Any, tmp_path: Any) -> None:
    settings.EMBEDDING_MODEL = str(tmp_path)
    with open_encoder() as found:
        assert found == Encoder(None, fault="the folder has no model.onnx")


# ── a text at which the model fails ──────────────────────────────────────────


class FailingProcess(ModelProcess):
    """A process whose model fails at one word."""

    def embed(self, texts: Any) -> Any:
        found = super().embed(texts)
        return [None if "poison" in text else one for text, one in zip(texts, found, strict=True)]


@pytest.fixture(scope="module")
def failing() -> Iterator[Encoder]:
    with FailingProcess("") as process:
        yield Encoder(process.name, process)


def test_a_text_that_breaks_the_model_has_words_and_the_others_have_vectors(
    failing: Encoder,
) -> None:
    bad, good = make_paper("A poison study"), make_paper("A walrus study")
    assert embed_papers(failing) == Embedded(papers=2, failed=1)
    assert bytes(vector_of(bad).dense) == b""
    assert len(unpack_terms(bytes(vector_of(bad).terms))[0]) == 2
    assert len(vector_of(good).dense) == 384


def test_a_text_that_breaks_the_model_is_tried_again_after_a_day(failing: Encoder) -> None:
    paper = make_paper("A poison study")
    embed_papers(failing)
    assert not needs_vectors(failing)
    yesterday = timezone.now() - timedelta(hours=25)
    Paper.objects.update(updated_at=yesterday)
    PaperVector.objects.update(made_at=yesterday)
    assert embed_papers(failing) == Embedded(papers=1, failed=1)
    assert vector_of(paper).made_at > yesterday
    assert not needs_vectors(failing)


# ── vectors of two models ────────────────────────────────────────────────────


def test_vectors_of_an_older_model_are_not_compared_with_those_of_a_newer(
    encoder: Encoder,
) -> None:
    old, new = make_paper(listed_on="2025-03-10"), make_paper(listed_on="2025-03-14")
    embed_papers(encoder)
    PaperVector.objects.update(model="an older one 12345678")
    assert len(load_vectors([old.pk, new.pk])[old.pk].dense) == 384
    embed_papers(encoder, most=1)
    found = load_vectors([old.pk, new.pk])
    assert (len(found[old.pk].dense), len(found[new.pk].dense)) == (0, 384)
    assert found[old.pk].terms


# ── at once, and all again ───────────────────────────────────────────────────


def test_a_paper_for_which_a_reader_waits_is_embedded_at_once() -> None:
    asked, other = make_paper(), make_paper()
    assert embed_now([asked.pk]) == 1
    assert set(load_vectors([asked.pk, other.pk])) == {asked.pk}
    assert vector_of(asked).model == MODEL


def test_a_paper_that_has_its_vector_starts_no_model(encoder: Encoder, settings: Any) -> None:
    paper = make_paper()
    embed_papers(encoder)
    assert embed_now([paper.pk]) == 0


@pytest.mark.parametrize("ids", [[], [0], [-1, 2**31]])
def test_unknown_papers_are_left_out(ids: list[int]) -> None:
    assert embed_now(ids) == 0


def test_the_vectors_are_complete_when_no_paper_waits(settings: Any, tmp_path: Any) -> None:
    settings.EMBEDDING_MODEL = "none"
    assert is_complete()
    make_paper()
    assert not is_complete()
    embed_papers(WORDS)
    assert is_complete()
    settings.EMBEDDING_MODEL = str(tmp_path)  # a fault that the job has to tell
    assert not is_complete()


def test_forgotten_vectors_serve_until_they_are_computed_again(encoder: Encoder) -> None:
    paper = make_paper()
    embed_papers(encoder)
    assert missing_vectors() == 0
    assert forget_vectors() == 1
    assert missing_vectors() == 1
    assert len(load_vectors([paper.pk])[paper.pk].dense) == 384
    assert embed_papers(encoder) == Embedded(papers=1)
    assert missing_vectors() == 0


# ── pages and rows ───────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_pages_are_made_anew_after_new_vectors() -> None:
    make_paper()
    before = page_version()
    embed_papers(WORDS)
    assert page_version() != before


def test_pages_stay_where_no_vector_is_new(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):  # the papers that need a vector: none
        embed_papers(WORDS)


@pytest.mark.parametrize("length", [1, 3])
def test_a_chunk_takes_the_same_queries_for_each_length(
    length: int, django_assert_num_queries: Any
) -> None:
    for _ in range(length):
        make_paper()
    # Due, words, savepoint, vectors, release; due again: none; note the change.
    with django_assert_num_queries(7):
        embed_papers(WORDS)


def test_dense_vectors_of_alike_papers_are_alike(encoder: Encoder) -> None:
    papers = [
        make_paper("Walruses feed on clams", summary="We film how they dive."),
        make_paper("How sea mammals find bivalves", summary="A camera shows their dives."),
        make_paper("Pruning attention heads", summary="A transformer needs few of them."),
    ]
    embed_papers(encoder)
    stored = load_vectors([paper.pk for paper in papers])
    clams, bivalves, heads = (unpack_dense(stored[paper.pk].dense) for paper in papers)
    assert float(np.dot(clams, bivalves)) > float(np.dot(clams, heads)) + 0.2


@pytest.mark.django_db(transaction=True)
def test_a_process_at_the_same_papers_waits_and_holds_no_later_one() -> None:
    """The job goes by the newest lists, and a lookup by ids: without one order of locks both wait
    for each other, and PostgreSQL ends one of them."""
    first, second = make_paper(listed_on="2025-03-10"), make_paper(listed_on="2025-03-14")
    embed_papers(WORDS)
    forget_vectors()
    run = Thread(target=_embed_and_close)
    with transaction.atomic():
        PaperVector.objects.select_for_update().get(pk=first.pk)
        run.start()
        _wait_for_a_lock()
        assert PaperVector.objects.select_for_update(nowait=True).get(pk=second.pk)
    run.join(timeout=30)
    assert not run.is_alive()
    assert not needs_vectors(WORDS)


def _embed_and_close() -> None:
    try:
        embed_papers(WORDS)
    finally:
        connection.close()


def _wait_for_a_lock() -> None:
    ends_at = time.monotonic() + 30
    while not rows("SELECT 1 FROM pg_locks WHERE NOT granted"):
        assert time.monotonic() < ends_at, "the other process waits for nothing"
        time.sleep(0.05)
