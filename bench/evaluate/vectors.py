"""The vectors and the topics of the papers of an evaluation, made by the service's own code.

Embedding takes 35 ms a paper, so what the model made of a text is kept on disk: a file a model, of
records of 16 bytes (of the text's SHA-256) and 384 bytes (the packed vector).
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar

from bench.evaluate.data import EvaluatedPaper
from papers.catalogue.classify import classify
from papers.models import Paper, PaperTopic
from papers.similarity.model import Model, text_of
from papers.similarity.terms import terms_of
from papers.similarity.vectors import DIMENSIONS, Vector, pack_dense
from web.storable import storable_text

Item = TypeVar("Item")
_KEY: Final = 16
_RECORD: Final = _KEY + DIMENSIONS
_CHUNK: Final = 500
_LONGEST: Final = 20_000  # characters of an abstract


def vectors_of(
    papers: Mapping[str, EvaluatedPaper], model: Model | None, folder: Path
) -> dict[str, Vector]:
    """The vectors of papers by their ids; without a model those of words only."""
    ids = list(papers)
    texts = [(papers[one].title, papers[one].abstract) for one in ids]
    terms = [
        packed
        for chunk in _chunks(texts, "words")
        for packed in terms_of([(title, abstract) for title, abstract in chunk])
    ]
    dense = [b""] * len(ids)
    if model is not None:
        dense = embedded([text_of(*text) for text in texts], model, folder)
    return {
        one: Vector(*both) for one, both in zip(ids, zip(dense, terms, strict=True), strict=True)
    }


def embedded(texts: Sequence[str], model: Model, folder: Path) -> list[bytes]:
    """The packed dense vector of each text: read from the folder, or made and added there."""
    path = folder / (re.sub(r"[^\w.-]", "_", model.name) + ".vectors")
    folder.mkdir(parents=True, exist_ok=True)
    kept = _kept(path)
    keys = [sha256(text.encode("utf-8", "surrogatepass")).digest()[:_KEY] for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
    with path.open("ab") as file:
        for chunk in _chunks(list(missing.items()), "papers embedded"):
            made = model.embed([text for _, text in chunk])
            packed = [pack_dense(values) for values in made]
            kept.update(zip((key for key, _ in chunk), packed, strict=True))
            file.write(b"".join(key + kept[key] for key, _ in chunk))
            file.flush()
    return [kept[key] for key in keys]


def _kept(path: Path) -> dict[bytes, bytes]:
    """The records of the file; one that a killed run cut off is cut away, as it would shift all."""
    if not path.exists():
        return {}
    content = path.read_bytes()
    whole = len(content) - len(content) % _RECORD
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
    starts = range(0, whole, _RECORD)
    return {content[at : at + _KEY]: content[at + _KEY : at + _RECORD] for at in starts}


def topics_of(papers: Mapping[str, EvaluatedPaper]) -> dict[str, dict[str, float]]:
    """The topics of papers with their weights, by the service's classification.

    The papers are stored in the database that is connected, which must be an empty one.
    """
    ids = list(papers)
    numbers: dict[int, str] = {}
    for chunk in _chunks(ids, "papers stored"):
        made = Paper.objects.bulk_create(
            _row(len(numbers) + n, papers[one]) for n, one in enumerate(chunk)
        )
        numbers.update((paper.pk, one) for paper, one in zip(made, chunk, strict=True))
    classify()
    found: dict[str, dict[str, float]] = {one: {} for one in ids}
    for paper, slug, weight in PaperTopic.objects.values_list("paper_id", "topic__slug", "weight"):
        found[numbers[paper]][slug] = weight
    return found


def _row(number: int, paper: EvaluatedPaper) -> Paper:
    return Paper(
        title=storable_text(paper.title[:_LONGEST]),
        title_key=f"evaluated {number}",
        summary=storable_text(paper.abstract[:_LONGEST]),
        categories=list(paper.categories),
        listed_on=paper.listed_on or date(2000, 1, 1),
    )


def _chunks(items: Sequence[Item], what: str) -> Iterator[Sequence[Item]]:
    """The items in chunks; how far it has come is written to stderr at most each few seconds."""
    started = said = time.monotonic()
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
        done, now = min(start + _CHUNK, len(items)), time.monotonic()
        if now - said > 5 or (done == len(items) and now - started > 5):
            rest = (now - started) / done * (len(items) - done)
            print(f"{what}: {done:,} of {len(items):,}, {rest:.0f} s left", file=sys.stderr)
            said = now
