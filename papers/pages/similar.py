"""Papers like one paper: those whose dense vectors are nearest to its own.

Where there is no model, or none has read the paper yet, those that share telling words of its
title, its topics, its authors. The archive can hold any number of papers, and the page of each asks
for its like. So the indexes of the search find candidates, by words that few papers have, and only
some hundred are compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final

from django.db.models import QuerySet

from papers.models import Paper
from papers.search.conditions import quoted
from papers.similarity.nearest import nearest_papers
from papers.text.searchable import words
from papers.text.tex import unicode_math
from web.sql import rows

MOST: Final = 5
_WITHDRAWN: Final = 3  # more are asked for: some of the nearest may be in no list
_WORDS: Final = 8  # of the title: the most telling ones
_PAIRS: Final = 8  # of words in a title, the rarest: more bring more candidates, not better ones
_RARE: Final = 0.003  # of all papers; a word of fewer needs no second one beside it
_FEW: Final = 5  # papers: in a small archive these are few as well
_COMMON: Final = 0.2  # of all papers; a word of more tells nothing
_UNCOUNTED: Final = 0.02  # of all papers: a guess for words that are not counted
_SHORTEST: Final = 3  # letters
_AUTHORS: Final = 3  # of the first ones; two of them together find a paper
_LEAST: Final = 0.2  # of the likeness of a paper to itself; what has less is not alike

# The lexeme of each word of the title, how many papers have the word, by the primary key, and how
# many papers there are. Up to 2,000 are counted: PostgreSQL's estimate can be far off while a
# table is small, and there each paper counts. Words with digits and short ones are not counted.
_FREQUENCIES: Final = """
WITH counted AS (
    SELECT count(*) AS papers FROM (SELECT FROM papers_searchentry LIMIT 2000) AS first
)
SELECT phraseto_tsquery('english', given)::text, known.papers,
       CASE WHEN counted.papers < 2000 THEN counted.papers ELSE greatest(reltuples, 2000) END
FROM unnest(%(words)s::text[]) AS given
LEFT JOIN papers_searchword AS known ON known.word = given,
     counted, pg_class AS archive
WHERE archive.oid = 'papers_searchentry'::regclass
"""

# The indexes search_entry_title and search_entry_words find the candidates; the newest 150 of them
# are compared. A word counts by how few papers have it, most in a title. `ts_filter` reads the
# words of a paper once: they are stored outside of the row.
_SIMILAR: Final = """
WITH candidate AS MATERIALIZED (
    SELECT paper_id, words
    FROM papers_searchentry
    WHERE (ts_filter(words, '{a}') @@ %(titles)s::tsquery OR words @@ %(texts)s::tsquery)
      AND paper_id <> %(paper)s
    ORDER BY listed_on DESC, paper_id
    LIMIT 150
), read AS MATERIALIZED (
    SELECT paper_id, words, ts_filter(words, '{a}') AS title, ts_filter(words, '{a,b}') AS texts
    FROM candidate
), likeness AS (
    SELECT read.paper_id,
           (SELECT coalesce(sum(weight * CASE WHEN title @@ word THEN 1
                                              WHEN texts @@ word THEN 0.4 ELSE 0 END), 0)
            FROM unnest(%(words)s::tsquery[], %(weights)s::float8[]) AS telling (word, weight))
           + 0.5 * (SELECT count(*) FROM papers_papertopic AS link
                    WHERE link.paper_id = read.paper_id AND link.topic_id = ANY(%(topics)s))
           + (SELECT count(*) FROM unnest(%(authors)s::tsquery[]) AS author
              WHERE words @@ author) AS likeness
    FROM read
)
SELECT paper_id
FROM likeness
WHERE likeness >= %(least)s
ORDER BY likeness DESC, paper_id DESC
LIMIT %(most)s
"""


def similar_papers(paper: Paper) -> list[Paper]:
    """Up to five papers like this one, the most alike first; none where nothing is alike.

    By vectors four or five queries, and 4 ms among 100,000 papers; by words five, and 9 to 13 ms.
    """
    ids = nearest_papers(paper.pk, MOST + _WITHDRAWN) or _alike_by_words(paper)
    listed: QuerySet[Paper] = Paper.listed.defer("search", "summary")
    stored = listed.in_bulk(ids)
    return [stored[one] for one in ids if one in stored][:MOST]


def _alike_by_words(paper: Paper) -> list[int]:
    """The ids of papers like this one. Two queries; 9 ms among 100,000 papers, or 13 ms."""
    found, total = _shares(paper)
    shares = _most_telling(found)
    authors = _author_queries(paper)
    titles = " | ".join(_rarest_pairs(shares))
    rare = max(_RARE, _FEW / total)
    texts = " | ".join([*_rare_or_paired(shares, rare), *_pairs(authors)])
    if not (titles or texts):
        return []
    weights = [-math.log(share) for share in shares.values()]
    alike = rows(
        _SIMILAR,
        titles=titles,
        texts=texts,
        words=list(shares),
        weights=weights,
        paper=paper.pk,
        topics=[link.topic_id for link in paper.topic_links.all()],
        authors=authors,
        least=min(_LEAST * sum(weights), 2.0),  # two shared authors are enough
        most=MOST,
    )
    return [paper_id for (paper_id,) in alike]


def _shares(paper: Paper) -> tuple[dict[str, float], int]:
    """The lexemes of a title with the share of papers that have each, and the number of papers."""
    title = unicode_math(paper.title).lower()
    long = list(dict.fromkeys(word for word in words(title) if len(word) >= _SHORTEST))
    found = rows(_FREQUENCIES, words=long[:40])
    counts = [papers or 0 for _, papers, _ in found]
    total = int(max([1, *counts, *(archive for *_, archive in found)]))
    shares: dict[str, float] = {}
    for lexeme, papers, _ in found:
        share = _UNCOUNTED if papers is None else (papers + 1) / (total + 2)
        if lexeme:
            shares[lexeme] = max(share, shares.get(lexeme, 0))
    return shares, total


def _most_telling(shares: Mapping[str, float]) -> dict[str, float]:
    """Of the lexemes that are not common the eight that the fewest papers have, rarest first.

    Where all are common, as in an archive of a few papers, they count all the same.
    """
    rarest = sorted(shares.items(), key=lambda one: one[1])
    telling = [one for one in rarest if one[1] <= _COMMON]
    return dict((telling or rarest)[:_WORDS])


def _rarest_pairs(shares: Mapping[str, float]) -> list[str]:
    """Tsqueries for titles with two of the words; the rarest pairs."""
    pairs = sorted(combinations(shares.items(), 2), key=lambda two: two[0][1] * two[1][1])
    return [f"({one} & {other})" for (one, _), (other, _) in pairs[:_PAIRS]]


def _rare_or_paired(shares: Mapping[str, float], rare: float) -> list[str]:
    """Tsqueries for texts with a rare word, or with two of the three rarest of the others."""
    single = [lexeme for lexeme, share in shares.items() if share <= rare]
    others = [lexeme for lexeme in shares if lexeme not in single]
    return [*single, *_pairs(others[:3])]


def _pairs(queries: Iterable[str]) -> list[str]:
    return [f"({one} & {other})" for one, other in combinations(queries, 2)]


def _author_queries(paper: Paper) -> Sequence[str]:
    """The keys of the first authors: family and initial, as the search stores them."""
    names = paper.authors if isinstance(paper.authors, list) else []
    found = []
    for name in names[:_AUTHORS]:
        first, *others = words(str(name).lower()) or [""]
        if others and len(others[-1]) > 1:
            found.append(quoted(f"au:{others[-1]}.{first[0]}"))
    return list(dict.fromkeys(found))
