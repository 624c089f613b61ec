"""Which paper of the catalogue a source means: by its arXiv id, else by its title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from papers.fetched import FetchedPaper, title_key
from papers.merge import merge
from papers.models import Paper


@dataclass(frozen=True, slots=True)
class Identified:
    """For each paper of a payload, in its order, its row: stored, or new and not yet saved.

    Two that mean one paper share one object. `merged` are the ids of rows that took in another.
    """

    papers: list[Paper]
    merged: frozenset[int]


def identify(payload: Sequence[FetchedPaper]) -> Identified:
    """Find the row of each paper of `payload`, all with one query; rows that are one merge.

    A paper with an id is the row with that id, else the row without one that has its title:
    that row will adopt the id. A paper without an id is what has its title: a paper of the
    same payload, a row with an id (the oldest where several share it), a row without one.
    To be called inside a transaction that lets no other ingest run.
    """
    catalogue = _Catalogue(payload)
    found = {n: catalogue.named(it) for n, it in enumerate(payload) if it.arxiv_id}
    catalogue.index_titles()
    found |= {n: catalogue.nameless(it) for n, it in enumerate(payload) if not it.arxiv_id}
    return Identified([found[n] for n in range(len(payload))], frozenset(catalogue.merged))


class _Catalogue:
    """The stored papers that a payload may mean, and the new ones that it brings.

    Papers with ids are asked for first. By then the titles of the rows they mean are about to
    change, so those rows answer to the payload's titles only: a second run, which sees the
    changed titles, must come to the same rows.
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
        self._meant: set[str] = set()
        self.merged: set[int] = set()

    def named(self, fetched: FetchedPaper) -> Paper:
        name, key = str(fetched.arxiv_id), title_key(fetched.title)
        paper, twin = self._by_id.get(name), self._without_id.pop(key, None)
        if paper and twin and (united := merge(paper, twin)):
            self.merged.add(united.pk)
            paper = united
        self._by_id[name] = paper or twin or _new(fetched)
        self._by_title.setdefault(key, self._by_id[name])
        self._meant.add(name)
        return self._by_id[name]

    def index_titles(self) -> None:
        for name, paper in self._by_id.items():
            if name not in self._meant:
                self._by_title.setdefault(paper.title_key, paper)

    def nameless(self, fetched: FetchedPaper) -> Paper:
        key = title_key(fetched.title)
        paper = self._by_title.get(key) or self._without_id.get(key)
        if paper is None:
            paper = self._without_id[key] = _new(fetched)
        return paper


def _new(fetched: FetchedPaper) -> Paper:
    return Paper(arxiv_id=fetched.arxiv_id, listed_on=fetched.listed_on)
