"""Classify: give every paper its topics. Each topic is a saved search.

The evidence for a topic adds up to a weight:

* a word of the topic in the title;
* different words of the topic in the abstract, with more weight for more words;
* an arXiv category of the topic, with most weight for the paper's first category.

One mention in a long abstract is not enough, since any abstract mentions other fields; in
a summary of a sentence or two it is enough. A paper gets up to four topics that reach both a
threshold and a share of its best one. If none reaches the threshold, the topic with the best
evidence is given alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from django.db import transaction

from papers.models import Paper, Topic
from web.locks import wait_for_lock
from web.sql import execute, rows

# The points of each piece of evidence, and those that a topic must reach. Tuned by reading
# papers and their abstracts; docs/ranking.md gives the reason of each.
EVIDENCE: Final[dict[str, float]] = {
    "title": 1.00,  # a word of the topic in the title
    "hint": 0.70,  # a word that counts only there, such as "efficient" or "dataset"
    "title_more": 0.30,  # each further one of either
    "abstract": 0.40,  # a word of the topic in the abstract
    "abstract_more": 0.30,  # each further one
    "abstract_most": 1.30,  # all words of the abstract together
    "short": 0.30,  # added to the first word when the summary is a sentence or two
    "first_category": 0.75,
    "other_category": 0.40,
    "least": 0.70,  # what a topic needs
    "fallback": 0.40,  # what the best topic needs when none has enough
    "share": 0.40,  # what a topic needs of the best one's evidence,
    "plenty": 2.00,  # which counts up to here
}
SHORT_SUMMARY: Final = 45  # different words in title and summary together
MOST_TOPICS: Final = 4
_CHUNK: Final = 2_000  # papers a statement: they fit into PostgreSQL's working memory

# A term is one alternative of a topic's query. It is matched against the title and against the
# abstract, by writing the weight of its words into it. Its longest required word is its key:
# only papers with that word are matched, a few in a hundred. The first step unpacks each vector
# once (MATERIALIZED). 108,000 papers with whole abstracts: 23 s on a busy machine of two cores.
_CLASSIFY = r"""
WITH term AS MATERIALIZED (
    -- "quantized" and "quantization" have one stem: they count once.
    SELECT DISTINCT ON (topic_id, words::text)
           number, topic_id, title_only, words, required.lexeme,
           regexp_replace(words::text, '''((?:[^'']|'''')*)''', '''\1'':A', 'g')::tsquery AS title,
           regexp_replace(words::text, '''((?:[^'']|'''')*)''', '''\1'':B', 'g')::tsquery AS body
    FROM unnest(%(topics)s::bigint[], %(title_only)s::bool[], %(words)s::text[])
             WITH ORDINALITY AS given (topic_id, title_only, text, number),
         websearch_to_tsquery('english', given.text) AS words,
         LATERAL (
             SELECT found[1] AS lexeme
             FROM regexp_matches(
                 regexp_replace(words::text, '!''(?:[^'']|'''')*''', '', 'g'),
                 '''((?:[^'']|'''')*)''', 'g') AS found
             ORDER BY length(found[1]) DESC, found[1]
             LIMIT 1
         ) AS required
    ORDER BY topic_id, words::text, title_only
), paper AS MATERIALIZED (
    SELECT id, categories, ts_filter(search, '{a,b}') AS search,
           ts_filter(search, '{a}') AS title, ts_filter(search, '{b}') AS body,
           length(search) <= %(short_summary)s AS is_short
    FROM papers_paper
    WHERE id = ANY(%(ids)s)
), pair AS MATERIALIZED (
    -- Numbers only: with the vectors in it this join would spill to disk.
    SELECT paper.id, term.number
    FROM paper
    CROSS JOIN LATERAL unnest(tsvector_to_array(paper.search)) AS of_paper (lexeme)
    JOIN term USING (lexeme)
), found AS MATERIALIZED (
    SELECT paper.id, paper.is_short, term.topic_id, term.title_only,
           paper.title @@ term.title AS in_title,
           NOT term.title_only AND paper.body @@ term.body AS in_body
    FROM pair
    JOIN paper USING (id)
    JOIN term USING (number)
    WHERE paper.search @@ term.words
), words AS (
    SELECT id AS paper_id, topic_id, is_short,
           count(*) FILTER (WHERE in_title) AS in_title,
           bool_or(in_title AND NOT title_only) AS is_named,
           count(*) FILTER (WHERE in_body) AS in_body
    FROM found
    GROUP BY id, topic_id, is_short
), category AS (
    -- "q-bio" means all of q-bio.*; the paper's first category is its primary one.
    SELECT paper.id AS paper_id, topic.id AS topic_id,
           max(CASE WHEN place = 1 THEN %(first_category)s::float8
                    ELSE %(other_category)s::float8 END) AS points
    FROM paper
    CROSS JOIN unnest(paper.categories) WITH ORDINALITY AS of_paper (tag, place)
    JOIN papers_topic AS topic
        ON topic.is_active
        AND (tag = ANY(topic.categories) OR split_part(tag, '.', 1) = ANY(topic.categories))
    GROUP BY paper.id, topic.id
), weighed AS (
    SELECT paper_id, topic_id,
           CASE WHEN in_title > 0
                THEN CASE WHEN is_named THEN %(title)s::float8 ELSE %(hint)s::float8 END
                     + (in_title - 1) * %(title_more)s::float8
                ELSE 0 END
           + CASE WHEN in_body > 0
                  THEN least(%(abstract)s::float8 + (in_body - 1) * %(abstract_more)s::float8,
                             %(abstract_most)s::float8)
                       + CASE WHEN is_short THEN %(short)s::float8 ELSE 0 END
                  ELSE 0 END
           + coalesce(category.points, 0) AS points
    FROM words
    FULL JOIN category USING (paper_id, topic_id)
), ranked AS (
    SELECT paper_id, topic_id, points,
           max(points) OVER (PARTITION BY paper_id) AS best,
           row_number() OVER (PARTITION BY paper_id ORDER BY points DESC, topic_id) AS place
    FROM weighed
), chosen AS (
    SELECT paper_id, topic_id, round((1 - exp(-points))::numeric, 4)::float8 AS weight
    FROM ranked
    WHERE (points >= %(least)s AND points >= %(share)s * least(best, %(plenty)s)
           AND place <= %(most_topics)s)
       OR (best < %(least)s AND points >= %(fallback)s AND place = 1)
), removed AS (
    DELETE FROM papers_papertopic AS old
    WHERE old.paper_id = ANY(%(ids)s)
      AND NOT EXISTS (
          SELECT FROM chosen
          WHERE chosen.paper_id = old.paper_id AND chosen.topic_id = old.topic_id
      )
), stored AS (
    INSERT INTO papers_papertopic (paper_id, topic_id, weight)
    SELECT paper_id, topic_id, weight FROM chosen
    ON CONFLICT (paper_id, topic_id) DO UPDATE SET weight = excluded.weight
    WHERE papers_papertopic.weight <> excluded.weight
)
SELECT count(*) FROM paper
"""


def classify(paper_ids: Collection[int] | None = None) -> int:
    """Give these papers, or all of them, the topics that they match now.

    Returns how many papers were classified. Safe to repeat and to run twice at once. Topics that
    a paper no longer matches are removed. Each 2,000 papers are one transaction.
    """
    terms = _terms()
    return sum(_classify(chunk, terms) for chunk in _chunks(paper_ids))


def alternatives(query: str) -> list[str]:
    """The parts of a web-search query between its "or"s; a quoted phrase is never split."""
    parts: list[list[str]] = [[]]
    for word in re.findall(r'-?"[^"]*"?|\S+', query):
        if word.lower() == "or":
            parts.append([])
        else:
            parts[-1].append(word)
    return [" ".join(part) for part in parts if part]


def _terms() -> dict[str, list[object]]:
    """Every alternative of every active topic, as columns for the statement."""
    terms = [
        (topic.pk, title_only, words)
        for topic in Topic.objects.filter(is_active=True)
        for title_only, query in ((False, topic.query), (True, topic.title_query))
        for words in alternatives(query)
    ]
    topics, title_only, words = zip(*terms, strict=True) if terms else ((), (), ())
    return {"topics": list(topics), "title_only": list(title_only), "words": list(words)}


def _classify(ids: list[int], terms: dict[str, list[object]]) -> int:
    limits = {"short_summary": SHORT_SUMMARY, "most_topics": MOST_TOPICS}
    with transaction.atomic():
        # Rows of a chunk are few and wide: hashing them takes less time than sorting them.
        execute("SET LOCAL work_mem = '64MB'; SET LOCAL enable_mergejoin = off")
        # Two runs over the same papers would each see half of what the other one writes.
        wait_for_lock("papers.classify")
        [(classified,)] = rows(_CLASSIFY, ids=ids, **terms, **EVIDENCE, **limits)
    return int(classified)


def _chunks(paper_ids: Collection[int] | None) -> Iterator[list[int]]:
    if paper_ids is None:
        ids = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    else:
        ids = sorted(paper_ids)
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
