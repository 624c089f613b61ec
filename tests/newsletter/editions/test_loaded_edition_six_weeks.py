"""A reader is followed through six weekly editions of recorded lists, from the seeds on."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.delivery.recipients import recipients
from newsletter.editions.compose import compose
from newsletter.editions.loaded_edition import LoadedEdition
from newsletter.editions.personalize import Interests
from papers.models import Paper, PaperVector
from papers.similarity.model import load_model, text_of
from papers.similarity.terms import terms_of
from papers.similarity.vectors import pack_dense
from subscribers.feedback.seed import add_seeds
from subscribers.feedback.vote import vote
from subscribers.models import Feedback, Subscriber
from tests.factories import make_paper, make_signal, make_subscriber

pytestmark = pytest.mark.django_db

SUNDAYS = [date(2026, 4, 26) + timedelta(weeks=2 * n) for n in range(6)]
LISTED = 50  # papers of each week, those with most upvotes


def is_theirs(paper: Paper) -> bool:
    """What this reader would call theirs: the word is never told to the service."""
    return "robot" in f"{paper.title} {paper.summary}".lower()


def recorded_weeks(shared: Path) -> dict[date, list[dict[str, Any]]]:
    """The rows of each week's lists by its Sunday, the most upvoted first."""
    weeks: dict[date, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(shared / "data" / "daily_papers.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            day = date.fromisoformat(row["featured_on"])
            weeks[day + timedelta(days=6 - day.weekday())].append(row)
    return {sunday: sorted(rows, key=lambda row: -row["upvotes"]) for sunday, rows in weeks.items()}


def store(rows: Sequence[dict[str, Any]]) -> list[Paper]:
    """The papers of these rows with their upvotes and their vectors."""
    papers = []
    for row in rows:
        day = date.fromisoformat(row["featured_on"])
        facts = {"arxiv_id": row["arxiv_id"], "summary": row["abstract"], "listed_on": day}
        paper = make_paper(row["title"], **facts)
        make_signal(paper, row["upvotes"], read_at=datetime.combine(day, time(17), tzinfo=UTC))
        papers.append(paper)
    give_vectors(papers)
    return papers


def give_vectors(papers: Sequence[Paper]) -> None:
    model = load_model()
    assert model is not None
    dense = model.embed([text_of(paper.title, paper.summary) for paper in papers])
    terms = terms_of([(paper.title, paper.summary) for paper in papers])
    now = datetime(2026, 4, 1, tzinfo=UTC)
    PaperVector.objects.bulk_create(
        PaperVector(paper=paper, model=model.name, dense=pack_dense(one), terms=words, made_at=now)
        for paper, one, words in zip(papers, dense, terms, strict=True)
    )


def interests_of(subscriber: Subscriber) -> Interests:
    return recipients([subscriber.pk])[subscriber.pk].interests


def chosen(edition: LoadedEdition, interests: Interests) -> tuple[list[Paper], list[str]]:
    picks = edition.select(interests, (), reader=1).picks
    papers = Paper.objects.in_bulk([pick.paper_id for pick in picks])
    return [papers[pick.paper_id] for pick in picks], [pick.reason for pick in picks]


def share(papers: Sequence[Paper]) -> float:
    return sum(map(is_theirs, papers)) / len(papers)


def test_more_and_more_of_six_weekly_digests_is_what_the_reader_calls_theirs(shared: Path) -> None:
    weeks = recorded_weeks(shared)
    reader = make_subscriber()
    earlier = weeks[SUNDAYS[0] - timedelta(weeks=2)]
    robots = [row for row in earlier if "robot" in row["title"].lower()]
    add_seeds(reader, store(robots[:3]), datetime(2026, 4, 20, tzinfo=UTC))

    learned, usual = [], []
    for number, sunday in enumerate(SUNDAYS):
        store(weeks[sunday][:LISTED])
        now = datetime.combine(sunday + timedelta(days=1), time(6), tzinfo=UTC)
        edition = LoadedEdition(compose("weekly", sunday, now))
        papers, reasons = chosen(edition, interests_of(reader))
        learned.append(share(papers))
        usual.append(share(chosen(edition, Interests())[0]))
        theirs = [paper for paper in papers if is_theirs(paper)]
        others = [paper for paper in papers if not is_theirs(paper)]
        if number in (0, 2):
            vote(reader, theirs[0], Feedback.Kind.MORE, now)
        if number == 1:
            vote(reader, others[0], Feedback.Kind.LESS, now)
        assert reasons[0].startswith("Like “")  # the page says why

    assert all(mine >= all_readers for mine, all_readers in zip(learned, usual, strict=True))
    assert sum(learned) / 6 >= sum(usual) / 6 + 0.2
    assert learned[-1] >= usual[0] + 0.2
