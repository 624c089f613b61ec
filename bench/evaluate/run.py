"""Run the protocols that a file has the data for, each with the service's own scoring."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from bench.database import empty_database
from bench.evaluate import gold, next_one
from bench.evaluate.data import EvaluationData, UnusableFileError, read_evaluation
from bench.evaluate.ranking import Library
from bench.evaluate.recorded_data import read_recorded
from bench.evaluate.vectors import topics_of, vectors_of
from bench.result_files import rounded
from newsletter.editions.profile import PROFILE_VERSION
from papers.similarity.model import load_model

Result = dict[str, Any]


def evaluate(path: Path) -> None:
    """Print one JSON object a line and protocol.

    Raises:
        UnusableFileError: the file cannot be read, or it has no data for any protocol.
    """
    data = read_recorded(path) if path.is_dir() else read_evaluation(path)
    for note in data.notes:
        print(f"{path}: left out: {note}", file=sys.stderr)
    skipped = _skipped(data)
    wanted = [name for name in ("gold", *next_one.PROTOCOLS) if not skipped.get(name)]
    for name, reason in skipped.items():
        if reason and (name != "saves" or _has_saves(data)):
            print(json.dumps({"protocol": name, "skipped": reason}), flush=True)
    if not wanted:
        raise UnusableFileError(f"{path}: no protocol can be run: {skipped['gold']}")
    _run(data, wanted)


def _has_saves(data: EvaluationData) -> bool:
    return any(one.kind == "save" for one in data.interactions)


def _skipped(data: EvaluationData) -> dict[str, str]:
    """Of each protocol why the file has not the data for it; empty if it has."""
    found = {"gold": gold.why_skipped(data)}
    for name, kind in next_one.PROTOCOLS.items():
        found[name] = next_one.why_skipped(data, kind)
    return found


def _run(data: EvaluationData, wanted: list[str]) -> None:
    protocols: dict[str, Callable[[Library], Result]] = {"gold": partial(gold.gold, data)}
    needed = gold.papers_needed(data) if "gold" in wanted else set()
    for name, kind in next_one.PROTOCOLS.items():
        protocols[name] = partial(next_one.next_one, name, data)
        if name in wanted:
            needed |= next_one.papers_needed(data, kind)
    papers = {one: data.papers[one] for one in sorted(needed)}
    model = load_model()
    with empty_database():
        topics = topics_of(papers)
        vectors = vectors_of(papers, model, Path(settings.VAR_DIR) / "evaluate")
    library = Library(data.papers, vectors, topics)
    about = {
        "left_out": data.left_out,
        "model": model and model.name,
        "version": PROFILE_VERSION,
        "data": data.name,
    }
    for name in wanted:
        print(json.dumps(rounded({**protocols[name](library), **about})), flush=True)
