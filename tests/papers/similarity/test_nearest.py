"""The papers nearest to one by their dense vectors."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from papers.models import Paper, PaperVector
from papers.similarity import nearest
from papers.similarity.nearest import nearest_papers
from papers.similarity.vectors import pack_dense
from tests.factories import make_paper

pytestmark = pytest.mark.django_db
Values = np.ndarray[Any, np.dtype[np.float32]]
RANDOM = np.random.default_rng(7)


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "_EVERY", 0.0)


def direction() -> Values:
    return RANDOM.normal(size=384).astype(np.float32)


def near(values: Values, distance: float) -> Values:
    """A vector beside another: the larger `distance`, the less alike."""
    length = float(np.linalg.norm(values))
    return np.asarray(values + distance * length / np.sqrt(384) * direction(), np.float32)


def make_vector(values: Values | None, model: str = "m", at: datetime | None = None) -> Paper:
    paper = make_paper()
    store(paper, values, model, at)
    return paper


def store(
    paper: Paper, values: Values | None, model: str = "m", at: datetime | None = None
) -> None:
    PaperVector.objects.update_or_create(
        paper=paper,
        defaults={
            "model": model,
            "dense": b"" if values is None else pack_dense(values),
            "terms": b"",
            "made_at": at or timezone.now(),
        },
    )


def test_the_most_alike_come_first() -> None:
    values = direction()
    paper = make_vector(values)
    far, close, middle = (make_vector(near(values, by)) for by in (1.2, 0.2, 0.7))
    assert nearest_papers(paper.pk, 5) == [close.pk, middle.pk, far.pk]
    assert nearest_papers(paper.pk, 2) == [close.pk, middle.pk]


def test_what_is_not_alike_is_left_out() -> None:
    values = direction()
    paper, other = make_vector(values), make_vector(near(values, 0.5))
    for _ in range(3):
        make_vector(direction())
    make_vector(-values)
    assert nearest_papers(paper.pk, 5) == [other.pk]


def test_among_many_the_nearest_are_found() -> None:
    values = direction()
    paper = make_vector(values)
    alike = [make_vector(near(values, by)).pk for by in (0.3, 0.5, 0.7)]
    others = [Paper(title=f"T{n}", title_key=f"t{n}", listed_on="2025-03-14") for n in range(400)]
    for other in Paper.objects.bulk_create(others):
        store(other, direction())
    assert nearest_papers(paper.pk, 5) == alike


@pytest.mark.parametrize("chunk", [1, 2, 3, 5])
def test_vectors_are_read_in_parts(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "_CHUNK", chunk)
    values = direction()
    papers = [make_vector(near(values, 0.3)) for _ in range(5)]
    assert set(nearest_papers(papers[0].pk, 9)) == {paper.pk for paper in papers[1:]}


def test_a_paper_without_a_dense_vector_has_none_nearest() -> None:
    values = direction()
    make_vector(values)
    words, missing = make_vector(None), make_paper()
    assert nearest_papers(words.pk, 5) == nearest_papers(missing.pk, 5) == []


def test_a_vector_of_zeros_is_like_nothing() -> None:
    paper = make_vector(np.zeros(384, np.float32))
    make_vector(np.zeros(384, np.float32))
    assert nearest_papers(paper.pk, 5) == []


def test_vectors_of_an_older_model_are_not_compared() -> None:
    values, now = direction(), timezone.now()
    old = make_vector(values, "old", now - timedelta(hours=1))
    paper = make_vector(values, "new", now)
    assert nearest_papers(paper.pk, 5) == nearest_papers(old.pk, 5) == []
    store(old, values, "new")
    assert nearest_papers(paper.pk, 5) == [old.pk]


def test_a_new_model_replaces_what_was_kept() -> None:
    values, now = direction(), timezone.now()
    papers = [make_vector(values, "old", now - timedelta(hours=1)) for _ in range(3)]
    assert len(nearest_papers(papers[0].pk, 5)) == 2
    for paper in papers[:2]:
        store(paper, values, "new", now)
    assert nearest_papers(papers[0].pk, 5) == [papers[1].pk]


def test_a_new_vector_is_found_beside_those_that_are_kept() -> None:
    values = direction()
    paper, first = make_vector(values), make_vector(near(values, 0.5))
    assert nearest_papers(paper.pk, 5) == [first.pk]
    second = make_vector(near(values, 0.2), at=timezone.now() + timedelta(seconds=1))
    assert nearest_papers(paper.pk, 5) == [second.pk, first.pk]


def test_a_vector_that_was_committed_late_is_found() -> None:
    values, now = direction(), timezone.now()
    paper = make_vector(values, at=now)
    assert nearest_papers(paper.pk, 5) == []
    late = make_vector(near(values, 0.2), at=now - timedelta(seconds=90))
    newest = make_vector(direction(), at=now + timedelta(seconds=1))
    assert nearest_papers(paper.pk, 5) == [late.pk]
    assert newest.pk


def test_a_changed_vector_replaces_the_old_one() -> None:
    values, now = direction(), timezone.now()
    paper, other = make_vector(values, at=now), make_vector(direction(), at=now)
    assert nearest_papers(paper.pk, 5) == []
    store(other, near(values, 0.2), at=now + timedelta(seconds=1))
    assert nearest_papers(paper.pk, 5) == [other.pk]
    assert len(nearest._kept._all[0]) == 2


def test_new_vectors_are_looked_for_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """A back-fill makes new ones each second; reading them for each page would cost too much."""
    values = direction()
    paper = make_vector(values)
    nearest_papers(paper.pk, 5)
    monkeypatch.setattr(nearest, "_EVERY", 60.0)
    make_vector(values, at=timezone.now() + timedelta(seconds=1))
    assert nearest_papers(paper.pk, 5) == []


def test_without_a_new_vector_nothing_is_read_again(django_assert_num_queries: Any) -> None:
    values = direction()
    paper = make_vector(values)
    make_vector(near(values, 0.3))
    with django_assert_num_queries(3):  # the own vector, all signs, those that are near
        nearest_papers(paper.pk, 5)
    with django_assert_num_queries(2):
        nearest_papers(paper.pk, 5)


def test_while_another_thread_reads_what_is_kept_serves() -> None:
    paper = make_vector(direction())
    with nearest._kept._lock:
        found: list[Any] = []
        newest = nearest.Newest("m", timezone.now())
        thread = Thread(target=lambda: found.append(nearest._kept.as_of(newest)))
        thread.start()
        thread.join(5)
    assert len(found[0][0]) == 0
    assert nearest_papers(paper.pk, 5) == []
