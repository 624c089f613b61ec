"""The page of an author: their papers, newest first, in whatever form their name is printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from papers.author_urls import author_feed_url, author_slug, author_url
from papers.models import NEWEST_FIRST, Paper
from papers.pages.paging import page_count, require_page
from papers.queries import topics_by_weight
from papers.search.conditions import quoted
from papers.text.author_match import same_author
from papers.text.names import is_group
from web.sql import rows

PAGE_SIZE: Final = 20
_MOST_SHOWN: Final = 12  # other forms of a name
_COMPARED: Final = 40  # forms of a name, each with each other
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv", "phd"})
_LEXEME: Final = re.compile("'(?:[^']|'')*'")

# The printed names that may be an author's, each with its papers. The index search_entry_words
# finds the papers by the key of the family with an initial ("au:hinton.g"), so all forms of the
# given names are among them; of their authors, those with the family in their name are left.
# Among 100,000 papers with five authors each: 1 ms for an author of five papers, 10 ms for the
# usual one of the archive, with 500, and 27 ms for the commonest name, with 1,700.
_PRINTED: Final = """
WITH found AS MATERIALIZED (
    SELECT paper_id
    FROM papers_searchentry
    WHERE words @@ %(query)s::tsquery
    ORDER BY listed_on DESC, paper_id
    LIMIT 5000
)
SELECT name, array_agg(DISTINCT paper.id)
FROM found
JOIN papers_paper AS paper ON paper.id = found.paper_id,
     jsonb_array_elements_text(
         CASE jsonb_typeof(authors) WHEN 'array' THEN authors ELSE '[]' END) AS name
WHERE papers_fold(name) ILIKE %(pattern)s
GROUP BY name
"""
_LEXEMES: Final = "SELECT phraseto_tsquery('english', %(text)s)::text"


@dataclass(frozen=True, slots=True)
class Author:
    """An author: the usual form of the name, other printed forms, and the keys of the papers.

    `other_names` are those of most papers, the commonest first; `more_names` is how many others
    there are.
    """

    name: str
    other_names: Sequence[str]
    paper_ids: Sequence[int]
    more_names: int = 0

    @property
    def is_initial(self) -> bool:
        """Whether given names are initials only, so that this may be several people: "J. Doe"."""
        return has_only_initials(self.name)

    @property
    def full_names(self) -> list[str]:
        """The other forms that have a given name in full."""
        return [name for name in self.other_names if not has_only_initials(name)]

    @property
    def initial_names(self) -> list[str]:
        """The other forms that may be somebody else, whose given name begins with the same letter.

        Empty for an author without a given name in full.
        """
        return [name for name in self.other_names if has_only_initials(name)]

    @property
    def url(self) -> str:
        return author_url(self.name)

    @property
    def feed_url(self) -> str:
        return author_feed_url(author_slug(self.name))


@dataclass(frozen=True, slots=True)
class AuthorPage:
    """A page of an author's papers, newest first; pages are counted from 1."""

    author: Author
    papers: Sequence[Paper]
    total: int
    number: int
    pages: int

    @property
    def earlier_url(self) -> str:
        """The next page; empty on the last one."""
        return self._url(self.number + 1) if self.number < self.pages else ""

    @property
    def later_url(self) -> str:
        return self._url(self.number - 1) if self.number > 1 else ""

    @property
    def url(self) -> str:
        return self._url(self.number)

    def _url(self, number: int) -> str:
        return f"{self.author.url}?page={number}" if number > 1 else self.author.url


def find_author(slug: str) -> Author | None:
    """The author with this slug; None: no paper here has one. One or two queries.

    Names that agree as those of followed authors do are one author: "G. Hinton" and "Geoffrey E.
    Hinton" are on the page of Geoffrey Hinton. Two people of one name cannot be told apart.
    A slug that no paper prints ("lecun-yann") gives the author in the form that is printed most;
    one of initials that fit several authors stays what it is: "j-doe" of Jane Doe and John Doe.
    """
    printed = _printed(slug)
    usual = _usual([name for name in printed if author_slug(name) == slug], printed)
    name = usual or slug.replace("-", " ")
    same = [one for one in printed if author_slug(one) == slug or same_author(name, one)]
    if not same:
        return None
    usual = usual or _form_of(slug, same) or _usual(same, printed)
    papers = {paper for one in same for paper in printed[one]}
    others = [one for one in same if author_slug(one) != author_slug(usual)]
    others.sort(key=lambda name: (-len(printed[name]), name))
    left = max(0, len(others) - _MOST_SHOWN)
    return Author(usual, others[:_MOST_SHOWN], sorted(papers), left)


def has_only_initials(name: str) -> bool:
    """Whether each given name is an initial, in either order: "J. Doe", "J.-B. Roe", "Doe J."."""
    parts = [part for part in author_slug(name).split("-") if part not in _SUFFIXES]
    if len(parts) < 2 or is_group(name) or not any(len(part) > 1 for part in parts):
        return False
    given = parts[1:] if len(parts[0]) > 1 else parts[:1]
    return all(len(part) == 1 and part.isascii() for part in given)


def _form_of(slug: str, same: Sequence[str]) -> str:
    """A name of initials, where they fit authors who are not one: "j-doe" → "J. Doe"; else ""."""
    words = (f"{part}." if len(part) == 1 else part for part in slug.split("-"))
    name = " ".join(word.capitalize() for word in words)
    if not has_only_initials(name):
        return ""
    is_one = all(same_author(one, other) for one, other in combinations(same[:_COMPARED], 2))
    return "" if is_one else name


def author_page(author: Author, number: int) -> AuthorPage:
    """A page of 20 papers. Three queries.

    Raises:
        NoSuchPage: the author has fewer pages.
    """
    papers = Paper.listed.filter(pk__in=author.paper_ids)
    total = papers.count()
    pages = page_count(total, PAGE_SIZE)
    require_page(number, pages)
    start = (number - 1) * PAGE_SIZE
    newest = papers.order_by(*NEWEST_FIRST).defer("search").prefetch_related(topics_by_weight())
    return AuthorPage(author, list(newest[start : start + PAGE_SIZE]), total, number, pages)


def _usual(names: Sequence[str], printed: Mapping[str, Sequence[int]]) -> str:
    """The form of most papers; of two, the first in the alphabet. Empty without any."""
    return min(names, key=lambda name: (-len(printed[name]), name), default="")


def _printed(slug: str) -> dict[str, list[int]]:
    """The printed names that may be the author's, each with the keys of its papers."""
    parts = [part for part in slug.split("-") if part not in _SUFFIXES] or slug.split("-")
    long = [part for part in parts if len(part) > 1]
    query = _tsquery(parts, long) if long else _words(" ".join(parts))
    # A family printed first has its given name last: either is in the name.
    pattern = f"%{(long or parts)[-1]}%"
    return dict(rows(_PRINTED, query=query, pattern=pattern))


def _tsquery(parts: Sequence[str], long: Sequence[str]) -> str:
    """The tsquery that finds the papers: by keys, or by a name of one word itself."""
    family, first = long[-1], parts[0]
    if len(parts) == 1:
        return _words(family)
    if len(long) == 1 and first == family:  # "hinton-g": no key where the initials stand last
        family_alone = _words(family), _words(" ".join(parts))
        return " | ".join([quoted(f"au:{family}.{parts[1][0]}"), *dict.fromkeys(family_alone)])
    keys = [f"au:{family}.{first[0]}"]
    if len(first) > 1:
        keys.append(f"au:{first}.{family[0]}")
    return " | ".join(map(quoted, keys))


def _words(text: str) -> str:
    """The words as a name in a tsquery; "will" is not stored as a word, and has a key instead."""
    ((found,),) = rows(_LEXEMES, text=text)
    if not found:
        return quoted(f"au:{text.replace(' ', '-')}.")
    return _LEXEME.sub(lambda lexeme: f"{lexeme[0]}:C", found)
