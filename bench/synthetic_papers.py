"""A made-up archive of any size: papers with abstracts, categories, authors and read signals.

Words are as uneven as in real abstracts: their frequencies follow Zipf's law, a dozen are stop
words, the next stand in two papers of three, most in a few. Terms of three topics stand between
them, the first terms of a topic more often. Numbers of votes are as uneven as real ones. The same
seed each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
from django.db import connection

from bench.database import run
from papers.catalogue.classify import alternatives
from papers.catalogue.topic_seeds import SEEDS
from papers.fetched import FetchedPaper, FetchedSignal
from papers.models import Paper

DAY: Final = date(2025, 3, 14)
_SEED: Final = 50
_VOCABULARY: Final = 40_000
_CHUNK: Final = 5_000
_STOP: Final = ("the", "of", "and", "a", "to", "in", "we", "is", "that", "for", "on", "with")
_SYLLABLES: Final = [first + vowel for first in "bdfgklmnprtvz" for vowel in "aiou"]
_CATEGORIES: Final = ("cs.LG", "cs.CL", "cs.CV", "cs.AI", "cs.RO", "stat.ML", "eess.AS", "math.OC")


class Text(NamedTuple):
    """What authors write of a paper."""

    title: str
    summary: str
    category: str
    authors: list[str]


def word(rank: int) -> str:
    """The word of this rank in frequency: four syllables that no stemmer takes for a form."""
    if rank < len(_STOP):
        return _STOP[rank]
    letters, number = [], rank * 7919 % 52**4  # so that no two words share only a beginning
    for _ in range(4):
        number, syllable = divmod(number, len(_SYLLABLES))
        letters.append(_SYLLABLES[syllable])
    return "".join(letters)


def author(person: int) -> str:
    """A name whose word is reversed, so that no name stands in an abstract."""
    return f"{('Ada', 'Bo', 'Cy', 'Di', 'Eve')[person % 5]} {word(100 + person)[::-1]}"


def topic_terms() -> list[list[str]]:
    """The terms of each topic of the service, without quotation marks."""
    return [[term.strip('"') for term in alternatives(seed.query)] for seed in SEEDS]


def texts(papers: int) -> Iterator[Text]:
    """Titles, abstracts of about 150 words, first categories, five authors."""
    random = np.random.default_rng(_SEED)
    words = np.array([word(rank) for rank in range(_VOCABULARY)])
    shares = 1.0 / (np.arange(_VOCABULARY) + 2.7)
    terms = topic_terms()
    for start in range(0, papers, _CHUNK):
        count = min(_CHUNK, papers - start)
        drawn = words[random.choice(_VOCABULARY, size=(count, 160), p=shares / shares.sum())]
        topics = random.integers(len(terms), size=(count, 3))
        picks = random.random((count, 6))
        people = (random.pareto(1.0, size=(count, 5)) * 300).astype(int) % 40_000
        rows = zip(drawn.tolist(), topics.tolist(), picks.tolist(), people.tolist(), strict=True)
        for row, of_topics, pick, names in rows:
            yield _text(row, [terms[topic] for topic in of_topics], pick, names)


def _text(words: list[str], terms: list[list[str]], pick: list[float], people: list[int]) -> Text:
    """A text with terms of its first topic in the title and twice in the abstract."""
    first, second, third = (
        [of_topic[int(share**3 * len(of_topic))] for share in pick[place : place + 2]]
        for place, of_topic in zip((0, 2, 4), terms, strict=True)
    )
    body = [*words[10:50], *first, *words[50:90], *second, *words[90:150], third[0]]
    title = " ".join([*words[:5], first[0], *words[5:9]])
    category = _CATEGORIES[int(pick[5] * len(_CATEGORIES))]
    return Text(title, " ".join(body), category, [author(person) for person in people])


def fetched(papers: int, *, reading: int = 0) -> list[FetchedPaper]:
    """Papers as a source returns them; another `reading` has the same with more votes."""
    random = np.random.default_rng([_SEED, reading])
    votes = random.lognormal(2.0, 1.2, papers).round() + reading
    return [
        FetchedPaper(
            title=text.title,
            listed_on=DAY,
            arxiv_id=f"2503.{number:05}",
            authors=tuple(text.authors),
            summary=text.summary,
            categories=(text.category,),
            signals=(
                FetchedSignal("upvotes", votes[number]),
                FetchedSignal("comments", votes[number] // 9),
                FetchedSignal("stars", votes[number] * 3),
                FetchedSignal("position", number + 1),
            ),
            raw={"id": number, **text._asdict(), "upvotes": votes[number]},
        )
        for number, text in enumerate(texts(papers))
    ]


def fill(papers: int, *, days: int = 5, signals: bool = True) -> None:
    """Store an archive in place of the last: listed over so many days, eleven reads a paper."""
    run("TRUNCATE papers_paper RESTART IDENTITY CASCADE")
    numbered = enumerate(texts(papers))
    while chunk := list(islice(numbered, _CHUNK)):
        Paper.objects.bulk_create(_paper(number, text, days) for number, text in chunk)
    with connection.cursor() as cursor:
        if signals:
            cursor.execute(_SIGNALS)
        cursor.execute("ANALYZE papers_paper, papers_signal")


def _paper(number: int, text: Text, days: int) -> Paper:
    return Paper(
        title=text.title,
        title_key=text.title,
        summary=text.summary,
        authors=text.authors,
        arxiv_id=f"{2401 + number // 100_000}.{number % 100_000:05}",
        categories=[text.category],
        listed_on=DAY - timedelta(days=number % days),
        code_url="https://example.org/code" if number % 3 == 0 else "",
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
