"""A paper as a page of Markdown, at the address that `HfApi.read_paper` asks."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from papers.api.selectors import named
from papers.api.serializers import public_url
from papers.models import Paper
from web.conditional import revalidated


@require_safe
@revalidated
def read_paper(request: HttpRequest, name: str) -> HttpResponse:
    paper = named(name)
    if paper is None:
        raise Http404(f"No paper {name} is known here.")
    return HttpResponse(markdown(paper), content_type="text/markdown; charset=utf-8")


def markdown(paper: Paper) -> str:
    """Title, authors, where it is, and the abstract: all that is known here of its text."""
    links = [f"[{name}]({address})" for name, address in _addresses(paper) if address]
    parts = [f"# {paper.title}", ", ".join(map(str, paper.authors)), " · ".join(links)]
    if paper.summary:
        parts += ["## Abstract", paper.summary]
    return "\n\n".join(filter(None, parts)) + "\n"


def _addresses(paper: Paper) -> list[tuple[str, str]]:
    return [
        ("arXiv", paper.arxiv_url),
        ("Code", paper.code_url),
        ("Project", paper.project_url),
        ("Trending Papers", public_url(paper)),
    ]
