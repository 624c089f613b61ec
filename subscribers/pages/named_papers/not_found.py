"""What a page says of a paper that was not found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from subscribers.models import SeedRequest

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Kind = SeedRequest.Kind
Reason = SeedRequest.Reason
_SENTENCES: Final[dict[tuple[str, str], _StrPromise]] = {
    (Kind.ARXIV, Reason.UNKNOWN): _("arXiv does not know %(identity)s."),
    (Kind.DOI, Reason.UNKNOWN): _("Semantic Scholar does not know the DOI %(identity)s."),
    (Kind.ORCID, Reason.UNKNOWN): _("ORCID does not know %(identity)s."),
    (Kind.AUTHOR, Reason.UNKNOWN): _("arXiv has no page of an author %(identity)s."),
    (Kind.ARXIV, Reason.WITHDRAWN): _("%(identity)s was withdrawn from arXiv."),
    (Kind.ORCID, Reason.EMPTY): _(
        "The ORCID record %(identity)s shows no paper with an arXiv number or a DOI."
    ),
    (Kind.AUTHOR, Reason.EMPTY): _("The page of the author %(identity)s at arXiv has no papers."),
}
_NO_ANSWER: Final = _("%(identity)s could not be looked up: there was no answer.")


def why_not_found(request: SeedRequest) -> str:
    """The sentence for a request that failed."""
    sentence = _SENTENCES.get((request.kind, request.reason), _NO_ANSWER)
    return str(sentence) % {"identity": request.identity}
