"""The pages for what is stored of a reader: download it, delete it."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from subscribers.account.delete import delete
from subscribers.models import Subscriber
from subscribers.pages.account.page import account_page, render_account
from subscribers.pages.answers import render_page
from subscribers.pages.signed_pages import public_page, signed_page
from subscribers.privacy.export import export


@account_page
def data_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """What a reader can do with their data, and the way there."""
    return render_account(request, "data", subscriber, token)


@signed_page("preferences")
def download(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Everything that is stored of the reader, as a JSON file; also for those who left."""
    now = timezone.now()
    answer = StreamingHttpResponse(export(subscriber, now), content_type="application/json")
    name = f"trending-papers-{now:%Y-%m-%d}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Robots-Tag"] = "noindex"
    # No subclass of HttpResponse, but what wraps the page only sets headers.
    return cast("HttpResponse", answer)


@signed_page("preferences")
def delete_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET says what is deleted and what stays, POST deletes; also for those who left."""
    if request.method != "POST":
        return render_page(request, "account/delete", subscriber=subscriber, token=token)
    delete(subscriber, timezone.now(), never_again="never_again" in request.POST)
    answer = redirect("subscribers:deleted")
    answer.status_code = 303
    return answer


@public_page
def deleted_page(request: HttpRequest) -> HttpResponse:
    """After the deletion. It knows nothing of who sees it: there is no row any more."""
    return render_page(request, "account/deleted")
