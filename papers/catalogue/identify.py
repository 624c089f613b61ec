"""Find the row of each fetched paper: by its arXiv id, else by its title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from papers.catalogue.merge import merge
from papers.fetched import FetchedPaper
from papers.models import Paper
from papers.text.titles import title_key


@dataclass(frozen=True, slots=True)
class Identified:
    """The row of each fetched paper, in their order: a stored one, or a new one not yet saved.

    Two fetched papers that are the same paper share one object. `changed` are the ids of stored
    rows that absorbed another row, or got an arXiv id that is not yet saved.
    """

    papers: list[Paper]
    changed: frozenset[int]


def identify(batch: Sequence[FetchedPaper]) -> Identified:
    """Find the row of each paper of `batch`, all with one query; merge rows of the same paper.

    The row of a paper with an arXiv id is the row with that id, else the row without an id that
    has its title: that row gets the id. The row of a paper without an id is the one that has its
    title: that of another paper of `batch`, else a row with an id (the oldest of several), else a
    row without one. Call it inside a transaction that holds the lock of ingests.
    """
    rows = _Rows(batch)
    for fetched in batch:
        if fetched.arxiv_id:
            rows.join(fetched.arxiv_id, title_key(fetched.title))
    rows.add_new(batch)
    return Identified([rows.find(fetched) for fetched in batch], frozenset(rows.changed))


class _Rows:
    """The stored rows that may belong to papers of the batch, and the new rows.

    A row whose arXiv id is in the batch is found by the batch's title and not by its stored one,
    which may be about to change: a second run sees the changed title and must find the same rows.
    """

    def __init__(self, batch: Sequence[FetchedPaper]) -> None:
        ids = {fetched.arxiv_id for fetched in batch if fetched.arxiv_id}
        keys = {title_key(fetched.title) for fetched in batch} - {""}
        stored = Paper.objects.filter(Q(arxiv_id__in=ids) | Q(title_key__in=keys))
        self._by_id: dict[str, Paper] = {}
        self._without_id: dict[str, Paper] = {}
        for paper in stored.defer("search").order_by("pk"):
            if paper.arxiv_id:
                self._by_id[paper.arxiv_id] = paper
            else:
                self._without_id[paper.title_key] = paper
        self._by_title: dict[str, Paper] = {}
        self.changed: set[int] = set()

    def join(self, arxiv_id: str, key: str) -> None:
        """Make one row of the row with this arXiv id and the row without one with this title."""
        paper, twin = self._by_id.get(arxiv_id), self._without_id.pop(key, None)
        if twin and not paper:
            twin.arxiv_id = arxiv_id
        joined = merge(paper, twin) if paper and twin else twin
        if joined:
            self._by_id[arxiv_id] = joined
            self.changed.add(joined.pk)

    def add_new(self, batch: Sequence[FetchedPaper]) -> None:
        """Add new rows for unknown arXiv ids, and index all rows that have an id by title."""
        ids = {fetched.arxiv_id for fetched in batch}
        for fetched in batch:
            if fetched.arxiv_id:
                paper = self._by_id.setdefault(fetched.arxiv_id, _new(fetched))
                self._by_title.setdefault(title_key(fetched.title), paper)
        for arxiv_id, paper in self._by_id.items():
            if arxiv_id not in ids:
                self._by_title.setdefault(paper.title_key, paper)

    def find(self, fetched: FetchedPaper) -> Paper:
        if fetched.arxiv_id:
            return self._by_id[fetched.arxiv_id]
        key = title_key(fetched.title)
        if key in self._by_title:
            return self._by_title[key]
        return self._without_id.setdefault(key, _new(fetched))


def _new(fetched: FetchedPaper) -> Paper:
    return Paper(arxiv_id=fetched.arxiv_id, listed_on=fetched.listed_on)
