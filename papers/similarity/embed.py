"""Compute the vectors of papers: of new ones, of changed texts, and of all after a new model.

Each 20 papers are one transaction, so a killed run loses a second of work. What is left to do is
read from the tables each time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from papers.models import Paper, PaperVector
from papers.page_version import note_page_change
from papers.similarity.model import text_of
from papers.similarity.model_process import ModelProcess
from papers.similarity.terms import terms_of
from papers.similarity.vectors import pack_dense
from papers.similarity.weights import WORDS_ALONE, NoModelError, find_weights

_CHUNK: Final = 20
_SECOND_TRY: Final = timedelta(days=1)  # for a text at which the model failed
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STORED: Final = ("model", "dense", "terms", "text_hash", "made_at")


@dataclass(frozen=True, slots=True)
class Encoder:
    """What computes vectors.

    `model` is the name that stands with them, empty where EMBEDDING_MODEL asks for words alone.
    Without a usable model it is None and `fault` says why: words are stored for papers that have
    no vector, and the vectors of the others stay.
    """

    model: str | None
    process: ModelProcess | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Embedded:
    """How many papers got a vector; at how many of them the model failed, so that they have words
    alone; and how many needed none, as their text was the same."""

    papers: int = 0
    failed: int = 0
    same: int = 0

    @property
    def read(self) -> int:
        """How many papers were looked at."""
        return self.papers + self.same

    def __add__(self, other: Embedded) -> Embedded:
        return Embedded(
            self.papers + other.papers, self.failed + other.failed, self.same + other.same
        )


@contextmanager
def open_encoder() -> Iterator[Encoder]:
    """The encoder of EMBEDDING_MODEL; its process ends with the `with` statement."""
    if settings.EMBEDDING_MODEL == WORDS_ALONE:
        yield Encoder("")
        return
    try:
        process = ModelProcess(settings.EMBEDDING_MODEL)
    except NoModelError as error:
        yield Encoder(None, fault=str(error))
        return
    with process:
        yield Encoder(process.name, process)


def embed_papers(
    encoder: Encoder,
    *,
    seconds: float | None = None,
    most: int | None = None,
    on_chunk: Callable[[Embedded], None] | None = None,
) -> Embedded:
    """Compute the vectors of the papers that need one, those of the newest lists first.

    Args:
        seconds: begin no chunk later than that.
        most: papers.
        on_chunk: called with what was done so far.

    Raises:
        NoModelError: the process of the model has ended several times.
    """
    total, ends_at = Embedded(), time.monotonic() + (seconds or float("inf"))
    left = most or sys.maxsize
    try:
        while left > total.read and time.monotonic() < ends_at:
            due = _due(encoder.model, timezone.now())
            if not (papers := list(due[: min(_CHUNK, left - total.read)])):
                break
            total += _embed(encoder, papers)
            if on_chunk:
                on_chunk(total)
    finally:
        if total.papers:
            note_page_change()  # pages show which papers are alike
    return total


def needs_vectors(encoder: Encoder) -> bool:
    """Whether there is a paper left for `embed_papers`."""
    return _due(encoder.model, timezone.now()).exists()


def embed_now(paper_ids: Collection[int]) -> int:
    """Compute the vectors of these papers at once, where they need one; returns how many did.

    For papers for which a reader waits. The process of the model takes a second to start.

    Raises:
        NoModelError: the process of the model has ended several times.
    """
    asked = Paper.objects.filter(pk__in=paper_ids).order_by("pk")
    if not _needing(asked, stored_name(), timezone.now()).exists():
        return 0
    total = Embedded()
    with open_encoder() as encoder:
        papers = list(_needing(asked, encoder.model, timezone.now()))
        for start in range(0, len(papers), _CHUNK):
            total += _embed(encoder, papers[start : start + _CHUNK])
    note_page_change()
    return total.papers


def is_complete() -> bool:
    """Whether the model can be found and no paper waits, so that it need not be started."""
    name = stored_name()
    return name is not None and not _due(name, timezone.now()).exists()


def missing_vectors() -> int:
    """How many papers need a vector, or a new one."""
    return _due(stored_name(), timezone.now()).count()


def forget_vectors() -> int:
    """Let every stored vector be computed again; until then the old ones serve."""
    return PaperVector.objects.update(text_hash="", made_at=_LONG_AGO)


def stored_name() -> str | None:
    """The `model` of the vectors that are wanted; None when its files cannot be used."""
    if settings.EMBEDDING_MODEL == WORDS_ALONE:
        return ""
    try:
        return find_weights(settings.EMBEDDING_MODEL).name
    except NoModelError:
        return None


def _due(model: str | None, now: datetime) -> QuerySet[Paper]:
    """Papers that only readers named come first: a reader waits for their digest."""
    papers = Paper.objects.filter(is_withdrawn=False)
    return _needing(papers, model, now).order_by("-is_unlisted", "-listed_on", "-pk")


def _needing(papers: QuerySet[Paper], model: str | None, now: datetime) -> QuerySet[Paper]:
    """Those of `papers` whose vector is missing, older than the row, or of another model."""
    wanted = Q(vector__isnull=True) | Q(updated_at__gt=F("vector__made_at"))
    if model is not None:
        wanted |= ~Q(vector__model=model)
    if model:
        wanted |= Q(vector__dense=b"", vector__made_at__lt=now - _SECOND_TRY)
    chosen = papers.filter(wanted).select_related("vector")
    return chosen.only("title", "summary", "updated_at", "vector__model", "vector__text_hash")


def _embed(encoder: Encoder, papers: Sequence[Paper]) -> Embedded:
    """Store the vectors of some papers, in one transaction."""
    now = timezone.now()
    stale = [paper for paper in papers if _is_stale(paper, encoder.model)]
    dense = _dense(encoder, stale)
    terms = terms_of([(paper.title, paper.summary) for paper in stale])
    made = [
        _row(paper, encoder, dense_bytes or b"", term_bytes, now)
        for paper, dense_bytes, term_bytes in zip(stale, dense, terms, strict=True)
    ]
    made.sort(key=lambda row: row.paper_id)  # so two processes at the same papers wait, in order
    same = [paper for paper in papers if paper not in stale]  # its row changed, its text did not
    with transaction.atomic():
        PaperVector.objects.bulk_create(
            made, update_conflicts=True, unique_fields=["paper"], update_fields=_STORED
        )
        for paper in sorted(same, key=lambda paper: paper.pk):
            PaperVector.objects.filter(pk=paper.pk).update(made_at=_made_at(paper, now))
    return Embedded(len(made), sum(one is None for one in dense), len(same))


def _is_stale(paper: Paper, model: str | None) -> bool:
    """Whether to compute the vector: it is missing, its text or its model is another, or a second
    try is due, which is the only reason for a vector that is newer than its paper."""
    vector: PaperVector | None = getattr(paper, "vector", None)
    if vector is None or vector.text_hash != _hash(paper):
        return True
    return vector.model != (vector.model if model is None else model) or (
        paper.updated_at <= vector.made_at
    )


def _dense(encoder: Encoder, papers: Sequence[Paper]) -> list[bytes | None]:
    """The packed vectors; None where the model failed at the text."""
    if encoder.process is None:
        return [b"" for _ in papers]
    made = encoder.process.embed([text_of(paper.title, paper.summary) for paper in papers])
    return [None if values is None else pack_dense(values) for values in made]


def _row(paper: Paper, encoder: Encoder, dense: bytes, terms: bytes, now: datetime) -> PaperVector:
    return PaperVector(
        paper=paper,
        model=encoder.model or "",
        dense=dense,
        terms=terms,
        text_hash=_hash(paper),
        made_at=_made_at(paper, now),
    )


def _made_at(paper: Paper, now: datetime) -> datetime:
    """Not before the row that was read: else a clock that was set back would make it due again
    and again."""
    return max(now, paper.updated_at)


def _hash(paper: Paper) -> str:
    text = f"{paper.title}\n{paper.summary}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16).hexdigest()
