"""Suggest the word that was meant: "difusion" is "diffusion".

`learn_words` fills the table of words from titles, abstracts and names. Decision 20 in
docs/decisions says why the table is our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from papers.search.query import Filters, parse, top_matches
from papers.search.syntax import Term, read_terms
from papers.text.searchable import plain_character, words
from web.sql import execute, rows

MOST_WITH_SLIP: Final = 2  # papers; a query that matches more has no slip
_MUCH_MORE: Final = 10  # times as many papers as the query that was typed, if that matches any
_SHORTEST: Final = 4  # letters; shorter words are too close to each other
_LONGEST: Final = 30
_TRIES: Final = 3
_MOST_SLIPS: Final = 3  # words

# The words of papers stored since the last time: 100,000 papers take about a minute, the hundred
# of a day no time. A paper that is changed or deleted later is not counted again: the numbers
# are for comparing words, and a suggestion that matches nothing is not shown.
_LEARN: Final = """
WITH unread AS (
    SELECT id, papers_separate(papers_fold(
               concat_ws(' ', title, summary, authors::text))) AS texts
    FROM papers_paper
    WHERE id > coalesce((SELECT max(last_paper) FROM papers_searchword), 0) AND NOT is_withdrawn
      AND NOT is_unlisted
), counted AS (
    SELECT word, count(DISTINCT id) AS papers, max(id) AS last_paper
    FROM unread, regexp_split_to_table(lower(texts), '[^[:alpha:]]+') AS word
    WHERE length(word) BETWEEN %(shortest)s AND %(longest)s
    GROUP BY word
)
INSERT INTO papers_searchword AS known (word, papers, trigrams, last_paper)
SELECT word, papers, papers_trigrams(word), last_paper
FROM counted
ORDER BY word
ON CONFLICT (word) DO UPDATE
SET papers = known.papers + excluded.papers, last_paper = excluded.last_paper
"""

# The index search_word_trigrams finds the words that share a trigram; of those, the most alike.
_ALIKE: Final = """
SELECT word, papers
FROM papers_searchword
WHERE trigrams && papers_trigrams(%(typed)s)
  AND length(word) BETWEEN %(length)s - 2 AND %(length)s + 2
  AND papers > %(papers)s
ORDER BY cardinality(ARRAY(SELECT unnest(trigrams)
                           INTERSECT SELECT unnest(papers_trigrams(%(typed)s)))) DESC,
         papers DESC, word
LIMIT 200
"""
_KNOWN: Final = "SELECT word, papers FROM papers_searchword WHERE word = ANY(%(words)s)"
_BEGINS: Final = "SELECT 1 FROM papers_searchword WHERE word LIKE %(beginning)s LIMIT 1"


_Slip = tuple[Term, str, int]  # the word with its term and its number of papers


def learn_words() -> int:
    """Count the words of the papers stored since the last time; returns how many words changed."""
    return execute(_LEARN, shortest=_SHORTEST, longest=_LONGEST)


def did_you_mean(query: str, total: int, filters: Filters, *, completed: int = 0) -> str:
    """The query with its slip corrected; empty if it has none, or if that matches no more papers.

    Operators, phrases and the other words stay. Words with digits are never changed.

    Args:
        total: the number of papers that match the query as it is, with finished words.
        completed: the number that match with its last word as a beginning. A query whose words
            are all known has to match many more: in "Yann Le" nothing is misspelt.
    """
    slips = _slips(query)
    if slips and slips[0][2]:
        total = max(total, completed)
    for corrected in islice(_corrections(query, slips), _TRIES):
        parsed = parse(f"{corrected} ")
        if parsed and _matches_more(top_matches(parsed, filters, at_least=1).total, total):
            return corrected
    return ""


def _matches_more(total: int, typed: int) -> bool:
    return total >= typed * _MUCH_MORE if typed else total > 0


def _corrections(query: str, slips: Sequence[_Slip]) -> Iterator[str]:
    """The query with each of the slips replaced, by the closest word first."""
    if not slips:
        return
    closest = [closest_words(word, papers) for _, word, papers in slips]
    for choice in range(_TRIES):
        replaced = [
            (term, word, found[min(choice, len(found) - 1)])
            for (term, word, _), found in zip(slips, closest, strict=True)
            if found
        ]
        if not replaced or choice >= max(map(len, closest)):
            return
        yield _with(query, replaced)


def _slips(query: str) -> list[_Slip]:
    """The unknown words, or, if all are known, the rarest: each may be a slip."""
    found = [
        (term, word)
        for terms in read_terms(query)
        for term in terms
        if term.field != "cat" and not term.is_excluded
        for word in words(term.text)
        if _SHORTEST <= len(word) <= _LONGEST and word.isalpha()
    ]
    if found and query.endswith(found[-1][0].text) and _is_beginning(found[-1][1]):
        del found[-1]  # unfinished, and no slip so far
    known = dict(rows(_KNOWN, words=[word for _, word in found]))
    counted = [(term, word, known.get(word, 0)) for term, word in found]
    unknown = [slip for slip in counted if not slip[2]]
    if len(unknown) > _MOST_SLIPS:
        return []  # another language, or no language; each word takes some 20 ms
    return unknown or sorted(counted, key=lambda slip: slip[2])[:1]


def _is_beginning(word: str) -> bool:
    """Whether a longer word begins with it. It has only letters: nothing to escape for LIKE."""
    return bool(rows(_BEGINS, beginning=f"{word}_%"))


def closest_words(typed: str, papers: int) -> Sequence[str]:
    """Known words with at most one slip, or two in a long word, the closest first.

    Args:
        papers: the number of papers with `typed`; words in fewer papers are no suggestion.
    """
    most = 1 if len(typed) < 6 else 2
    alike = rows(_ALIKE, typed=typed, length=len(typed), papers=papers * _MUCH_MORE)
    near = [
        (slips, -count, word)
        for word, count in alike
        if word != typed and (slips := slips_between(typed, word)) <= most
    ]
    return [word for _, _, word in sorted(near)]


def slips_between(typed: str, meant: str) -> int:
    """How many letters are missing, added, wrong, or exchanged with the one beside them."""
    above: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        before, above, row = above, row, [i]
        for j, other in enumerate(meant, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other)))
            if i > 1 < j and letter == meant[j - 2] and typed[i - 2] == other:
                row[j] = min(row[j], before[j - 2] + 1)
    return row[-1]


def _with(query: str, replaced: Sequence[tuple[Term, str, str]]) -> str:
    """The query with words replaced at their places; the rest stays letter by letter."""
    in_place = "".join(map(plain_character, query)).lower()
    for term, word, meant in reversed(replaced):
        start = in_place.find(word, term.start, term.end)
        if start >= 0:
            query = query[:start] + meant + query[start + len(word) :]
    return query
