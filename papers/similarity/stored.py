"""The stored vectors of papers."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Case, Q, Subquery, Value, When

from papers.models import PaperVector
from papers.similarity.vectors import Vector


def load_vectors(paper_ids: Collection[int]) -> dict[int, Vector]:
    """The vectors of papers by their ids; a paper that has none yet is absent. One query.

    Vectors of two models cannot be compared. While a new model goes through the papers, those that
    it has not reached have their words alone. Two calls may come before and after the first vector
    of a new model: who compares what they return looks at `Vector.model`.
    """
    newest = PaperVector.objects.exclude(model="").order_by("-made_at").values("model")
    found = PaperVector.objects.filter(pk__in=paper_ids).order_by()
    is_of_another = ~Q(model="") & ~Q(model=Subquery(newest[:1]))
    comparable = Case(When(is_of_another, then=Value(b"")), default="dense")
    stored = found.annotate(comparable=comparable)
    return {
        paper: Vector(bytes(dense), bytes(terms), model if dense else "")
        for paper, dense, terms, model in stored.values_list(
            "paper_id", "comparable", "terms", "model"
        )
    }
