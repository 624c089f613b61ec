"""The sentence for a paper that was not found."""

from __future__ import annotations

import pytest

from subscribers.models import SeedRequest
from subscribers.pages.named_papers.not_found import why_not_found


@pytest.mark.parametrize(
    ("kind", "reason", "sentence"),
    [
        ("arxiv", "unknown", "arXiv does not know X."),
        ("arxiv", "withdrawn", "X was withdrawn from arXiv."),
        ("doi", "unknown", "Semantic Scholar does not know the DOI X."),
        ("orcid", "unknown", "ORCID does not know X."),
        ("orcid", "empty", "The ORCID record X shows no paper with an arXiv number or a DOI."),
        ("author", "unknown", "arXiv has no page of an author X."),
        ("author", "empty", "The page of the author X at arXiv has no papers."),
        ("doi", "unreachable", "X could not be looked up: there was no answer."),
    ],
)
def test_it_names_the_source_and_the_reason(kind: str, reason: str, sentence: str) -> None:
    request = SeedRequest(kind=kind, identity="X", reason=reason)
    assert why_not_found(request) == sentence
