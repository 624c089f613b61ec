"""The pages about one paper or one author, and the files of a paper: BibTeX, RIS, share card."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers.author_urls import author_slug, author_url
from papers.cards.stored import CARD_SECONDS, card_of
from papers.citation.bibtex import bibtex
from papers.citation.ris import ris
from papers.models import Paper
from papers.pages.author import author_page, find_author
from papers.pages.paging import NoSuchPage, page_number
from papers.pages.paper import paper_page
from papers.text.arxiv_ids import arxiv_id
from papers.text.clean import fold
from web.conditional import public_pages, revalidate
from web.isolation import is_about_one_row, log_once
from web.page_cache.addresses import NUMBERED

log = logging.getLogger(__name__)
_READ: Final = 200  # characters of a name in an address


@require_safe
@public_pages({})
def paper(request: HttpRequest, name: str) -> HttpResponse:
    """A paper by its arXiv id, else by its number; other forms of its address lead there."""
    found = _paper(name)
    if request.path != found.get_absolute_url():
        return redirect(found, permanent=True)
    try:
        page = paper_page(found, timezone.now())
        return render(request, "pages/papers/paper.html", {"page": page})
    except Exception as error:  # any: what is known of the paper can still be read
        if not is_about_one_row(error):
            raise
        log_once(log, "its page", f"paper {found.pk}", error)
    return render(request, "pages/papers/paper_plain.html", {"paper": found})


@require_safe
@public_pages({})
def bibtex_file(request: HttpRequest, name: str) -> HttpResponse:
    return _file(request, name, "bib", "application/x-bibtex; charset=utf-8", bibtex)


@require_safe
@public_pages({})
def ris_file(request: HttpRequest, name: str) -> HttpResponse:
    media_type = "application/x-research-info-systems; charset=utf-8"
    return _file(request, name, "ris", media_type, ris)


@require_safe
def card(request: HttpRequest, name: str) -> HttpResponse:
    """The share card of a paper; the site's own where none was drawn."""
    found = _paper(name)
    canonical = _address(found, "card")
    if request.path != canonical:
        return redirect(canonical, permanent=True)
    response = HttpResponse(card_of(found), content_type="image/png")
    patch_cache_control(response, public=True, max_age=CARD_SECONDS)
    return revalidate(request, response)


@require_safe
@public_pages(NUMBERED, is_shared=False)  # anybody can make up names
def author(request: HttpRequest, name: str) -> HttpResponse:
    """The papers of an author; other spellings of the name lead to the one address."""
    slug = author_slug(name)
    found = find_author(slug) if slug else None
    if found is None:
        status = HTTPStatus.NOT_FOUND
        query = " ".join(fold(name[:_READ]).replace("-", " ").split())
        return render(request, "pages/papers/no_author.html", {"query": query}, status=status)
    address = author_url(found.name)
    if request.path != unquote(address):
        return redirect(address, permanent=True)
    try:
        page = author_page(found, page_number(request.GET.get("page", "")))
    except NoSuchPage as error:
        raise Http404(str(error)) from None
    return render(request, "pages/papers/author.html", {"page": page})


def _paper(name: str) -> Paper:
    """The row of a paper, by an arXiv id of any form or by a number.

    Raises:
        Http404: there is none.
    """
    known = {"arxiv_id": identity} if (identity := arxiv_id(name)) else {"pk": name}
    try:
        return Paper.objects.defer("search").get(**known)
    except Paper.DoesNotExist:
        raise Http404(_("This paper is not here, or no longer.")) from None


def _address(paper: Paper, view: str) -> str:
    return reverse(f"papers:{view}", args=[paper.arxiv_id or paper.pk])


def _file(
    request: HttpRequest,
    name: str,
    ending: str,
    media_type: str,
    written: Callable[[Iterable[Paper]], str],
) -> HttpResponse:
    """A file about one paper, to be saved; other forms of its address lead there."""
    found = _paper(name)
    canonical = _address(found, ending)
    if request.path != canonical:
        return redirect(canonical, permanent=True)
    response = HttpResponse(written([found]), content_type=media_type)
    file_name = (found.arxiv_id or f"paper-{found.pk}").replace("/", "-")
    response["Content-Disposition"] = f'attachment; filename="{file_name}.{ending}"'
    return response
