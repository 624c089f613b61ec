"""A paper as Markdown, at the address that `HfApi.read_paper` requests."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from papers.api.selectors import paper_by_name
from papers.api.serializers import public_url
from papers.models import Paper
from web.conditional import public_pages


@require_safe
@public_pages({})
def read_paper(request: HttpRequest, name: str) -> HttpResponse:
    paper = paper_by_name(name)
    if paper is None:
        raise Http404(f"No paper {name} is known here.")
    return HttpResponse(markdown(paper), content_type="text/markdown; charset=utf-8")


def markdown(paper: Paper) -> str:
    """Title, withdrawal, authors, links and abstract: the full text is not stored here."""
    links = [f"[{name}]({address})" for name, address in _addresses(paper) if address]
    parts = [
        f"# {paper.title}",
        _withdrawal(paper),
        ", ".join(map(str, paper.authors)),
        " · ".join(links),
    ]
    if paper.summary:
        parts += ["## Abstract", paper.summary]
    return "\n\n".join(filter(None, parts)) + "\n"


def _withdrawal(paper: Paper) -> str:
    day = paper.withdrawal_day
    return f"**Withdrawn on {day:%-d %B %Y}.**" if day else ""


def _addresses(paper: Paper) -> list[tuple[str, str]]:
    return [
        ("arXiv", paper.arxiv_url),
        ("Code", paper.code_url),
        ("Project", paper.project_url),
        ("Trending Papers", public_url(paper)),
    ]
