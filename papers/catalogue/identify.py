"""Which paper of the catalogue a source means: by its arXiv id, else by its title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from papers.catalogue.merge import merge
from papers.fetched import FetchedPaper, title_key
from papers.models import Paper


@dataclass(frozen=True, slots=True)
class Identified:
    """For each paper of a payload, in its order, its row: stored, or new and not yet saved.

    Two that mean one paper share one object. `changed` are the ids of stored rows that took
    in another row, or an arXiv id that is not yet saved.
    """

    papers: list[Paper]
    changed: frozenset[int]


def identify(payload: Sequence[FetchedPaper]) -> Identified:
    """Find the row of each paper of `payload`, all with one query; rows that are one merge.

    A paper with an id is the row with that id, else the row without one that has its title:
    that row adopts the id. A paper without an id is what has its title: a paper of the same
    payload, a row with an id (the oldest where several share it), a row without one.
    To be called inside a transaction that lets no other ingest run.
    """
    catalogue = _Catalogue(payload)
    for fetched in payload:
        if fetched.arxiv_id:
            catalogue.unite(fetched.arxiv_id, title_key(fetched.title))
    catalogue.open(payload)
    return Identified([catalogue.find(it) for it in payload], frozenset(catalogue.changed))


class _Catalogue:
    """The stored papers that a payload may mean, and the new ones that it brings.

    Rows that the payload's ids mean answer to the payload's titles and not to their own, which
    may be about to change: a second run sees the changed ones and must come to the same rows.
    """

    def __init__(self, payload: Sequence[FetchedPaper]) -> None:
        ids = {fetched.arxiv_id for fetched in payload if fetched.arxiv_id}
        keys = {title_key(fetched.title) for fetched in payload} - {""}
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

    def unite(self, name: str, key: str) -> None:
        """Let the row with the id `name` take in the one with the title `key` and no id."""
        paper, twin = self._by_id.get(name), self._without_id.pop(key, None)
        if twin and not paper:
            twin.arxiv_id = name
        united = merge(paper, twin) if paper and twin else twin
        if united:
            self._by_id[name] = united
            self.changed.add(united.pk)

    def open(self, payload: Sequence[FetchedPaper]) -> None:
        """Add the new papers with ids, and find all that have one by their titles."""
        meant = {fetched.arxiv_id for fetched in payload}
        for fetched in payload:
            if fetched.arxiv_id:
                paper = self._by_id.setdefault(fetched.arxiv_id, _new(fetched))
                self._by_title.setdefault(title_key(fetched.title), paper)
        for name, paper in self._by_id.items():
            if name not in meant:
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
