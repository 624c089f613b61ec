"""The page that lists the digests that a reader got."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from newsletter.account.sent_digests import NEWEST, sent_digests
from subscribers.models import Subscriber
from subscribers.pages.account.page import account_page, render_account


@account_page
def digests_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Each with its date, its subject and its papers, to read it again and to save a paper."""
    return render_account(
        request,
        "digests",
        subscriber,
        token,
        digests=sent_digests(subscriber),
        newest=NEWEST,
        days=settings.LEDGER_RETENTION_DAYS,
    )
