"""Find the papers that match a query, best first, in a time that does not grow with them.

Two steps, because ranking is expensive and matching is cheap. The index finds and counts all
entries that match; those with the strongest trend, and those with the strongest trend whose
title matches, become candidates; only these are ranked, by relevance times trend. So a word
that is in a third of all papers costs little more than a rare one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeGuard

from papers.search.conditions import All, Use, quoted
from papers.search.facets import AS_JSON, COUNTED, Facets, facets_from, facets_of
from papers.search.reading import (
    Alternative,
    possible_name,
    read_more_widely,
    read_query,
    together,
    whole,
)
from papers.search.stems import lexemes_of
from papers.text.searchable import plain, separate
from web.page_cache.by_version import each_by_version
from web.sql import rows_after

CANDIDATES: Final = 250  # by trend, and as many again by title
FEW: Final = 5  # with fewer matches, the last word of a query may be a beginning
_MOST_ATTESTED: Final = 5_000  # that are kept
_MOST_GUESSES: Final = 100  # in a longer query, compounds would cost more than they find
# The weight of a word by its place: unused, authors, abstract, title.
_WEIGHTS: Final = [0.0, 0.2, 0.3, 1.0]
_BY_INDEX: Final = "SET LOCAL enable_seqscan = off; SET LOCAL jit = off"
_FOLLOWED: Final = re.compile(r" <(?:-|\d+)> ")
_NOT_IN_INDEX: Final = re.compile(r" <(?:-|\d+)> |':\*?[ABC]")


NO_FACETS: Final = Facets()


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as tsqueries of PostgreSQL.

    `full_query` is the whole query. `index_query` is the part that the index can answer
    without reading the words of a paper: in it a phrase is only the set of its words, and a word
    may stand anywhere. `title_query` is what of that a title can match, `rank_query` the words as
    they were typed, `together` what ranks higher: the words side by side, "GPT 4" of "GPT 4
    report"; all three may be empty. `marks` has each word to mark in a text. `top_matches` uses two
    forms of the same query if fewer papers match: `apart` has compounds also as two words,
    `wider` in addition the last word as a beginning.
    """

    full_query: str
    index_query: str
    title_query: str = ""
    rank_query: str = ""
    together: str = ""
    marks: str = ""
    apart: ParsedQuery | None = None
    wider: ParsedQuery | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """The other conditions: a topic (its key), the first and last day of listing, code."""

    topic: int | None = None
    since: date | None = None
    until: date | None = None
    with_code: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """The keys of the best papers, best first, and the number of all matches or an estimate.

    `marks` is that of the query which found them. `typed_total` leaves out the papers that match
    only with the last word as a beginning. `facets` are counted if they were asked for.
    """

    paper_ids: Sequence[int]
    total: int
    is_estimate: bool = False
    marks: str = ""
    typed_total: int = 0
    facets: Facets = NO_FACETS


# Two words of a guess that stand side by side in one of the first papers that have both. The index
# search_entry_words finds those; reading the words of 300 papers takes about 5 ms.
_ATTESTED: Final = """
SELECT separated, phrase::text
FROM unnest(%(texts)s::text[]) AS separated, phraseto_tsquery('english', separated) AS phrase
WHERE numnode(phrase) > 1 AND EXISTS (
    SELECT FROM (
        SELECT words
        FROM papers_searchentry
        WHERE words @@ replace(phrase::text, '<->', '&')::tsquery
        LIMIT 300
    ) AS with_both
    WHERE words @@ phrase)
"""

# The index search_entry_words finds the matches, and search_entry_title those by title; both
# scan a bitmap of narrow rows. The planner does not know that `words` is stored outside of the
# row and would read the whole table for a common word, so `top_matches` disables sequential
# scans. 100,000 papers: see bench/search.py; docs/search.md has the figures.
_TITLED: Final = "ts_filter(words, '{a}') @@ %(title_query)s::tsquery"
# A paper with only another form of the words ("finetuning" for "fine tuning") has the smallest
# rank that ts_rank gives, so it is ranked by any word to mark.
_RELEVANCE: Final = """coalesce(
               nullif(greatest(ts_rank(%(weights)s::real[], words, %(rank_query)s::tsquery),
                               1e-20::real), 1e-20::real),
               ts_rank(%(weights)s::real[], words, %(marks)s::tsquery))"""
_TOGETHER: Final = "CASE WHEN words @@ %(together)s::tsquery THEN 3 ELSE 1 END"
_TOP_MATCHES: Final = """
WITH matched AS MATERIALIZED (
    SELECT paper_id, prominence, listed_on, has_code
    FROM papers_searchentry AS entry
    WHERE words @@ %(index_query)s::tsquery {filters}
), size AS MATERIALIZED (
    SELECT count(*) AS papers FROM matched
), strongest AS (
    SELECT paper_id
    FROM matched
    ORDER BY prominence DESC, listed_on DESC, paper_id
    LIMIT %(candidates)s
), titled AS (
    SELECT paper_id
    FROM papers_searchentry AS entry
    WHERE {titled} {filters}
    ORDER BY prominence DESC, listed_on DESC, paper_id
    LIMIT %(candidates)s
), ranked AS MATERIALIZED (
    SELECT entry.paper_id, entry.listed_on, strongest.paper_id IS NOT NULL AS is_strong,
           {relevance} * (1 + greatest(prominence, 0)) AS rank
    FROM strongest
    FULL JOIN titled USING (paper_id)
    JOIN papers_searchentry AS entry USING (paper_id)
    WHERE {checked}
)
SELECT (SELECT papers FROM size),
       count(*) FILTER (WHERE is_strong),
       coalesce(array_agg(paper_id ORDER BY rank DESC, listed_on DESC, paper_id), '{{}}'),
       CASE WHEN {with_facets} AND (SELECT papers FROM size) > %(candidates)s
            THEN {facets} END
FROM ranked
"""


def parse(query: str) -> ParsedQuery | None:
    """Parse a query in web-search syntax; None: it has no word to search for.

    One query for words that this process has not read yet, and two for possible compounds.
    """
    readings = (read_query(query), read_more_widely(query))
    conditions = [whole(reading) for reading in readings]
    side_by_side, name = together(query), possible_name(query)
    texts = {text for one in conditions for text in one.texts()}.union(side_by_side, name or ())
    guesses = {text for one in conditions for text in one.guesses()}
    lexemes = _lexemes(list(texts - guesses)) | dict.fromkeys(guesses, "")
    attested = _attested(list(guesses)) if len(guesses) <= _MOST_GUESSES else {}
    typed = _parsed(readings[0], lexemes)
    if typed is None:
        return None
    typed = replace(typed, together=_together(side_by_side, name, lexemes))
    apart, wider = (_parsed(reading, lexemes | attested) for reading in readings)
    return replace(
        typed,
        apart=replace(apart, together=typed.together) if _is_other(apart, typed) else None,
        wider=wider if _is_other(wider, apart) else None,
    )


def _is_other(query: ParsedQuery | None, than: ParsedQuery | None) -> TypeGuard[ParsedQuery]:
    return query is not None and than is not None and query.full_query != than.full_query


def _lexemes(texts: Sequence[str]) -> dict[str, str]:
    """The tsquery of each text. Texts are separated as those of papers are in the database."""
    separated = {text: separate(plain(text)) for text in texts}
    found = lexemes_of(separated.values())
    return {text: found[one] for text, one in separated.items()}


@each_by_version(_MOST_ATTESTED)
def _attested(guesses: Sequence[str]) -> dict[str, str]:
    """The tsquery of each of these pairs of words; empty if it stands in no paper."""
    if not guesses:
        return {}
    texts = [separate(guess) for guess in guesses]
    found = dict(rows_after(_BY_INDEX, _ATTESTED, texts=texts))
    return {guess: found.get(separate(guess), "") for guess in guesses}


def _together(
    side_by_side: Sequence[str], name: tuple[str, str] | None, lexemes: Mapping[str, str]
) -> str:
    """The tsquery of what ranks higher.

    PostgreSQL stores no word "he": the author Yan He has the key of a He with a Y.
    """
    found = [lexemes[text] for text in side_by_side if _FOLLOWED.search(lexemes[text])]
    if name and bool(lexemes[name[0]]) != bool(lexemes[name[1]]):
        first, last = name
        found.append(f"{quoted(f'au:{last}.{first[0]}')} & {lexemes[first] or lexemes[last]}")
    return " | ".join(f"( {one} )" for one in found)


def _parsed(reading: Sequence[Alternative], lexemes: Mapping[str, str]) -> ParsedQuery | None:
    """None also if an alternative has only excluded words: nearly all papers match it."""
    written = [one for one in reading if All(tuple(one)).tsquery(Use.MATCH, lexemes)]
    if not written or not all(All(tuple(one)).tsquery(Use.INDEX, lexemes) for one in written):
        return None
    condition = whole(written)
    full, index, title, rank = (condition.tsquery(use, lexemes) for use in Use)
    return ParsedQuery(
        full,
        index if _NOT_IN_INDEX.search(full) else full,
        title,
        rank,
        marks=" | ".join(sorted(filter(None, condition.marks(lexemes)))),
    )


def top_matches(
    parsed: ParsedQuery, filters: Filters, *, at_least: int, with_facets: bool = False
) -> Matches:
    """The best papers for the query, at most twice `CANDIDATES` of them.

    With fewer matches, compounds are found as two words too: of a common word these are a few
    among very many, and the count would be an estimate. With few matches, those follow that match
    the query with its last word as a beginning.
    """
    matches = _checked_matches(parsed, filters, at_least, with_facets)
    if matches.total < CANDIDATES and parsed.apart:
        parsed = replace(parsed.apart, wider=parsed.wider)
        matches = _checked_matches(parsed, filters, at_least, with_facets)
    if matches.total >= FEW or not parsed.wider:
        return replace(matches, marks=parsed.marks, typed_total=matches.total)
    wider = _checked_matches(parsed.wider, filters, at_least, with_facets)
    both = dict.fromkeys([*matches.paper_ids, *wider.paper_ids])
    total = max(wider.total, len(both))
    # "cat:x" has no word to mark: an empty part would be an error of syntax.
    marks = " | ".join(filter(None, (parsed.marks, parsed.wider.marks)))
    return Matches(list(both), total, wider.is_estimate, marks, matches.total, wider.facets)


def _checked_matches(
    parsed: ParsedQuery, filters: Filters, at_least: int, with_facets: bool
) -> Matches:
    """If so few of the candidates hold the phrase that not even `at_least` are left, all papers
    that hold its words are read: slow, but no match is missed.
    """
    matches = _top_matches(parsed, filters, parsed.index_query, with_facets)
    if matches.is_estimate and len(matches.paper_ids) < at_least:
        return _top_matches(parsed, filters, parsed.full_query, with_facets)
    return matches


def _top_matches(
    parsed: ParsedQuery, filters: Filters, index_query: str, with_facets: bool
) -> Matches:
    statement, values = build_statement(parsed, filters, index_query, with_facets=with_facets)
    ((count, strong, paper_ids, counted),) = rows_after(_BY_INDEX, statement, **values)
    total, is_estimate = count, False
    if index_query != parsed.full_query:
        # Of more than the candidates, the share of those that hold the phrase.
        is_estimate = count > CANDIDATES
        share = round(count * strong / CANDIDATES) if is_estimate else 0
        total = max(len(paper_ids), share)
    facets = NO_FACETS
    if with_facets:
        # Up to as many as there are candidates, all are known by their numbers.
        facets = facets_from(counted, total) if counted else facets_of(paper_ids)
    return Matches(paper_ids, total, is_estimate, facets=facets)


def build_statement(
    parsed: ParsedQuery, filters: Filters, index_query: str, *, with_facets: bool = False
) -> tuple[str, dict[str, Any]]:
    """The statement that matches `index_query`, checks and ranks `parsed`, and its values."""
    condition, values = _conditions(filters)
    is_checked = index_query != parsed.full_query
    statement = _TOP_MATCHES.format(
        filters=condition,
        titled=_titled(parsed),
        checked="words @@ %(full_query)s::tsquery" if is_checked else "true",
        relevance=_relevance(parsed),
        with_facets="true" if with_facets else "false",
        facets=AS_JSON if with_facets else "NULL::json",
    )
    return statement, {
        "full_query": parsed.full_query,
        "index_query": index_query,
        "title_query": parsed.title_query,
        "rank_query": parsed.rank_query,
        "together": parsed.together,
        "marks": parsed.marks,
        "weights": _WEIGHTS,
        "candidates": CANDIDATES,
        "most_counted": COUNTED,
        **values,
    }


def _conditions(filters: Filters) -> tuple[str, dict[str, Any]]:
    """The SQL of the filters, which follows another condition, and its values."""
    conditions = {
        "AND listed_on >= %(since)s": filters.since,
        "AND listed_on <= %(until)s": filters.until,
        "AND has_code": filters.with_code,
        "AND EXISTS (SELECT FROM papers_papertopic AS link WHERE link.paper_id = entry.paper_id "
        "AND link.topic_id = %(topic)s)": filters.topic,
    }
    values = {"since": filters.since, "until": filters.until, "topic": filters.topic}
    return " ".join(condition for condition, value in conditions.items() if value), values


def _titled(parsed: ParsedQuery) -> str:
    """What a candidate by its title fulfils; without words for a title there is none."""
    if not parsed.title_query:
        return "false"
    if parsed.title_query == parsed.index_query:
        return _TITLED
    return f"{_TITLED} AND words @@ %(index_query)s::tsquery"


def _relevance(parsed: ParsedQuery) -> str:
    relevance = _RELEVANCE if parsed.rank_query else "1"
    return f"{relevance} * {_TOGETHER}" if parsed.together else relevance
