"""Whether papers are compared by their words alone, and why: for the operator's figures."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings

from papers.models import PaperVector
from papers.similarity.weights import WORDS_ALONE, NoModelError, find_weights


class WordsAlone(NamedTuple):
    """Why no model is used; `is_chosen`: the operator wants it so."""

    reason: str
    is_chosen: bool = False


def words_alone() -> WordsAlone | None:
    """None while a model is used, and before any paper has a vector. Two queries by an index.

    What a failing model leaves out of single papers is in the runs of the job `vectors`.
    """
    if settings.EMBEDDING_MODEL == WORDS_ALONE:
        return WordsAlone("EMBEDDING_MODEL is none", is_chosen=True)
    try:
        find_weights(settings.EMBEDDING_MODEL)
    except NoModelError as error:
        return WordsAlone(f"the model cannot be used: {error}")
    of_a_model = PaperVector.objects.exclude(model="").order_by("-made_at")
    if of_a_model.exists() or not PaperVector.objects.filter(model="").exists():
        return None
    return WordsAlone("no paper has a vector of the model yet; the job “vectors” computes them")
