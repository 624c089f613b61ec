"""What the followed and muted terms found last week: the matcher of the digests, run on its papers.

The papers of a week are read and folded once an hour in each process, and only when a page shows a
reader's terms: about 1 s for MOST papers, 3 ms a term after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Final

from papers.models import Paper
from papers.text.author_match import PrintedAuthors
from papers.text.terms import FoldedTexts
from papers.windows import first_day, last_closed_day

MOST: Final = 1_000  # the newest; a week of a busy installation has some more
SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Found:
    """How many papers of the last week a term found, and the newest ones."""

    count: int
    papers: tuple[WeekPaper, ...] = ()

    @property
    def others(self) -> int:
        """How many there are beside those that are named."""
        return self.count - len(self.papers)


@dataclass(frozen=True, slots=True)
class WeekPaper:
    """A paper of the last week, as a page names it."""

    title: str
    url: str


def found_last_week(field: str, term: str, now: datetime) -> Found:
    """What a term of a field of the choices (account/interests.py) found in the last seven days."""
    return _week(last_closed_day(now), now.hour).found(field, term)


class _Week:
    """The papers of one week, made ready to be searched."""

    def __init__(self, papers: list[Paper]) -> None:
        self.papers = papers
        self.found = lru_cache(10_000)(self._found)

    @cached_property
    def _texts(self) -> FoldedTexts:
        return FoldedTexts([f"{paper.title}\n\n{paper.summary}" for paper in self.papers])

    @cached_property
    def _authors(self) -> PrintedAuthors:
        return PrintedAuthors([[str(name) for name in paper.authors] for paper in self.papers])

    def _found(self, field: str, term: str) -> Found:
        flags = (
            self._authors.written_by(term) if field == "authors" else self._texts.mentioning(term)
        )
        papers = [paper for paper, is_found in zip(self.papers, flags, strict=True) if is_found]
        shown = tuple(WeekPaper(one.title, one.get_absolute_url()) for one in papers[:SHOWN])
        return Found(len(papers), shown)


@lru_cache(maxsize=1)
def _week(last: date, _hour: int) -> _Week:
    """Read again each hour: a list of the last days may come late."""
    listed = Paper.listed.filter(listed_on__range=(first_day("week", last), last))
    newest = listed.order_by("-listed_on", "-listed_at", "id")
    fields = newest.only("id", "arxiv_id", "title", "summary", "authors")
    return _Week(list(fields[:MOST]))
