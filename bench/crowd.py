"""A made-up archive of any size: papers with abstracts, categories and read signals.

Words are drawn as languages use them, few often and most seldom (Zipf), with words of three
topics between them; numbers of votes are as uneven as real ones. The same seed each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Final

import numpy as np
from django.db import connection

from papers.catalogue.classify import alternatives
from papers.catalogue.topic_seeds import SEEDS
from papers.fetched import FetchedPaper, FetchedSignal
from papers.models import Paper

DAY: Final = date(2025, 3, 14)
_SEED: Final = 50
_WORDS: Final = 30_000
_CHUNK: Final = 5_000
_COMMON: Final = ("the", "of", "and", "a", "to", "in", "we", "is", "that", "for", "on", "with")
_CATEGORIES: Final = ("cs.LG", "cs.CL", "cs.CV", "cs.AI", "cs.RO", "stat.ML", "eess.AS", "math.OC")


def fetched(papers: int, *, reading: int = 0) -> list[FetchedPaper]:
    """Papers as a source would tell of them; another `reading` has the same with more votes."""
    random = np.random.default_rng([_SEED, reading])
    votes = random.lognormal(2.0, 1.2, papers).round() + reading
    return [
        FetchedPaper(
            title=title,
            listed_on=DAY,
            arxiv_id=f"2503.{number:05}",
            authors=tuple(f"Author {number % 900 + place}" for place in range(5)),
            summary=summary,
            categories=(category,),
            signals=(
                FetchedSignal("upvotes", votes[number]),
                FetchedSignal("comments", votes[number] // 9),
                FetchedSignal("stars", votes[number] * 3),
                FetchedSignal("position", number + 1),
            ),
            raw={"id": number, "title": title, "summary": summary, "upvotes": votes[number]},
        )
        for number, (title, summary, category) in enumerate(texts(papers))
    ]


def texts(papers: int) -> Iterator[tuple[str, str, str]]:
    """Titles, abstracts of about 150 words, and first categories."""
    random = np.random.default_rng(_SEED)
    words = np.array([*_COMMON, *(f"w{number:x}ing" for number in range(_WORDS))])
    shares = 1.0 / np.arange(2, len(words) + 2) ** 0.9
    shares /= shares.sum()
    terms = [[term.strip('"') for term in alternatives(seed.query)] for seed in SEEDS]
    for start in range(0, papers, _CHUNK):
        count = min(_CHUNK, papers - start)
        drawn = words[random.choice(len(words), size=(count, 160), p=shares)]
        topics = random.integers(len(terms), size=(count, 3))
        picks = random.random((count, 6))
        for row, of_topics, pick in zip(drawn.tolist(), topics.tolist(), picks, strict=True):
            yield _text(row, [terms[topic] for topic in of_topics], pick.tolist())


def _text(words: list[str], terms: list[list[str]], pick: list[float]) -> tuple[str, str, str]:
    """A text that names its first topic in the title, and the others now and then."""
    first, second, third = (
        [of_topic[int(share * len(of_topic))] for share in pick[place : place + 2]]
        for place, of_topic in zip((0, 2, 4), terms, strict=True)
    )
    body = [*words[10:50], *first, *words[50:90], *second, *words[90:150], third[0]]
    title = " ".join([*words[:5], first[0], *words[5:9]])
    return title, " ".join(body), _CATEGORIES[int(pick[5] * len(_CATEGORIES))]


def fill(papers: int) -> None:
    """Store an archive, all of it listed within one week, with eleven reads a paper."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_paper RESTART IDENTITY CASCADE")
    told = enumerate(texts(papers))
    while chunk := list(islice(told, _CHUNK)):
        Paper.objects.bulk_create(_paper(number, *text) for number, text in chunk)
    with connection.cursor() as cursor:
        cursor.execute(_SIGNALS)
        cursor.execute("ANALYZE papers_paper, papers_signal")


def _paper(number: int, title: str, summary: str, category: str) -> Paper:
    return Paper(
        title=title,
        title_key=title,
        summary=summary,
        arxiv_id=f"{2401 + number // 100_000}.{number % 100_000:05}",
        categories=[category],
        listed_on=DAY - timedelta(days=number % 5),
    )


# Six reads of upvotes, three of stars and two of comments; a paper in 37 has a hundred times
# the votes of the usual one.
_SIGNALS = """
INSERT INTO papers_signal (paper_id, source, kind, read_at, value)
SELECT paper.id, 'hugging_face', kind, listed_on + hours * interval '1 hour',
       round(appeal * share * (1 - exp(-hours / 26.0)))
FROM papers_paper AS paper
CROSS JOIN LATERAL (
    SELECT 3 + paper.id * 7919 % 53 + CASE WHEN paper.id % 37 = 0 THEN 300 ELSE 0 END AS appeal
) AS of_paper
CROSS JOIN (VALUES
    ('upvotes', 6, 1.0), ('upvotes', 12, 1.0), ('upvotes', 18, 1.0), ('upvotes', 24, 1.0),
    ('upvotes', 48, 1.0), ('upvotes', 72, 1.0), ('comments', 6, 0.1), ('comments', 24, 0.1),
    ('stars', 6, 4.0), ('stars', 24, 4.0), ('stars', 72, 4.0)
) AS reads (kind, hours, share)
"""
