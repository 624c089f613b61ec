"""The page behind "Save, or more like this" of a paper, for a browser that remembers its reader.

For another browser it mails a link to that reader's own page about the paper.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from papers.models import Paper
from subscribers.models import Subscriber
from subscribers.pages.account.page import said
from subscribers.pages.answers import render_page
from subscribers.pages.feedback.one_paper import paper_named, say, too_fast, values_of
from subscribers.pages.feedback.remembered import forget, remembered
from subscribers.pages.forms import SignUpForm
from subscribers.pages.signed_pages import public_page

_GONE: Final = _("This paper is not here, or no longer.")


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_page(request: HttpRequest, name: str) -> HttpResponse:
    """GET shows what the reader said of a paper; POST (`say`) does what a button says.

    The cookie authorises, so a POST needs the token of its form: unlike behind a link of a mail.
    """
    paper = paper_named(name)
    if paper is None:
        raise Http404(str(_GONE))
    subscriber = remembered(request)
    if subscriber is None:
        return _ask_for_address(request, paper)
    if request.method != "POST":
        return _show(request, subscriber, paper)
    try:
        return _act(request, subscriber, paper)
    except Paper.DoesNotExist as error:  # deleted since it was read
        raise Http404(str(_GONE)) from error
    except Subscriber.DoesNotExist:  # erased since, by a click in another window
        return _ask_for_address(request, paper)


@public_page
def forget_browser(request: HttpRequest) -> HttpResponse:
    """POST deletes the cookie, and leads back to the paper that it names."""
    paper = paper_named(request.POST.get("paper", ""))
    answer = _see_other(_address(paper) if paper else reverse("papers:front"))
    if request.method == "POST":
        forget(answer)
    return answer


def _act(request: HttpRequest, subscriber: Subscriber, paper: Paper) -> HttpResponse:
    if refusal := too_fast(request, subscriber):
        return refusal
    what = say(subscriber, paper, request.POST.get("say", ""), timezone.now())
    return _see_other(f"{_address(paper)}?{urlencode({'done': what})}")


def _show(request: HttpRequest, subscriber: Subscriber, paper: Paper) -> HttpResponse:
    values = values_of(subscriber, paper)
    return render_page(
        request, "feedback", subscriber=subscriber, done=said(request), is_here=True, **values
    )


def _ask_for_address(request: HttpRequest, paper: Paper) -> HttpResponse:
    """403 for a press: the browser was forgotten meanwhile, and nothing was stored."""
    status = HTTPStatus.FORBIDDEN if request.method == "POST" else HTTPStatus.OK
    values = {"paper": paper, "paper_name": paper.arxiv_id or paper.pk, "form": SignUpForm()}
    return render_page(request, "feedback_link", status, **values)


def _address(paper: Paper) -> str:
    return reverse("subscribers:feedback", args=[paper.arxiv_id or paper.pk])


def _see_other(address: str) -> HttpResponse:
    answer = HttpResponseRedirect(address)
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer
