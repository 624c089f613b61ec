"""The stored vectors of papers."""

from __future__ import annotations

from collections.abc import Collection

from papers.models import PaperVector
from papers.similarity.vectors import Vector


def load_vectors(paper_ids: Collection[int]) -> dict[int, Vector]:
    """The vectors of papers by their ids; a paper that has none yet is absent. One query."""
    found = PaperVector.objects.filter(pk__in=paper_ids).order_by()
    stored = found.values_list("paper_id", "dense", "terms")
    return {paper: Vector(bytes(dense), bytes(terms)) for paper, dense, terms in stored}
