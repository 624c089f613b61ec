"""The words of texts with their weights, as the search knows them: PostgreSQL's English dictionary.

"Fine-tuned" and "fine tuning" give the same words, and words without a meaning of their own are
left out. How rare a word is counts only where papers are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from papers.similarity.vectors import pack_terms
from web.sql import rows
from web.storable import storable_text

TITLE: Final = 3  # a word of the title counts like three of the abstract
_LONGEST: Final = 20_000  # characters of a text; PostgreSQL refuses one of a megabyte

# 1.5 ms a text. papers_words_of is the function that writes the words of the search entries.
_TERMS: Final = """
SELECT array_agg(lexeme), array_agg(times)
FROM unnest(%(titles)s::text[], %(abstracts)s::text[]) WITH ORDINALITY
         AS given (title, abstract, place)
LEFT JOIN LATERAL (
    SELECT lexeme,
           cardinality(array_positions(weights, 'A')) * %(title)s
           + cardinality(array_positions(weights, 'B')) AS times
    FROM unnest(setweight(papers_words_of(given.title), 'A')
             || setweight(papers_words_of(given.abstract), 'B'))
) AS found ON true
GROUP BY place
ORDER BY place
"""


def terms_of(texts: Sequence[tuple[str, str]]) -> list[bytes]:
    """Of each title with its abstract the packed words (`pack_terms`), in the same order.

    One statement; a text without words gives no bytes.
    """
    if not texts:
        return []
    titles = [_readable(title) for title, _ in texts]
    abstracts = [_readable(abstract) for _, abstract in texts]
    found = rows(_TERMS, titles=titles, abstracts=abstracts, title=TITLE)
    return [
        pack_terms({word: times for word, times in zip(*one, strict=True) if word}) for one in found
    ]


def _readable(text: str) -> str:
    return storable_text(text[:_LONGEST])
